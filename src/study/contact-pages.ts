import { open } from "node:fs/promises";
import { basename, join } from "node:path";
import { type ContactTile, renderContactSheet, TILES_PER_SHEET } from "../render/contact-sheet.ts";
import type { RunFolder } from "../runs/run-folder.ts";
import { parseTile, TILES_FILE } from "./contact-tiles.ts";

const SHEET = /^contact-sheet-\d+\.jpg$/;

/**
 * Draws a study's contact sheets from the tiles that were gathered: `contact-sheet-001.jpg` and so on. One sheet is in
 * memory at a time. Sheets of an earlier run are replaced.
 *
 * @returns how many sheets there are.
 */
export async function writeContactSheets(run: RunFolder, title: string): Promise<number> {
  const { folder } = run;
  const total = await countTiles(folder);
  const digits = Math.max(3, String(Math.ceil(total / TILES_PER_SHEET)).length);
  let sheets = 0;
  for await (const tiles of batchesOf(folder)) {
    const first = sheets * TILES_PER_SHEET + 1;
    const range = `faces ${first} to ${first + tiles.length - 1} of ${total}`;
    sheets += 1;
    const name = `contact-sheet-${String(sheets).padStart(digits, "0")}.jpg`;
    await run.write(name, await renderContactSheet(tiles, { title, range }));
  }
  await removeOldSheets(run, sheets, digits);
  return sheets;
}

async function countTiles(folder: string): Promise<number> {
  let count = 0;
  for await (const _line of linesOf(folder)) count += 1;
  return count;
}

async function* batchesOf(folder: string): AsyncGenerator<ContactTile[]> {
  let batch: ContactTile[] = [];
  for await (const line of linesOf(folder)) {
    batch.push(parseTile(line));
    if (batch.length < TILES_PER_SHEET) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function* linesOf(folder: string): AsyncGenerator<string> {
  const file = await open(join(folder, TILES_FILE));
  try {
    yield* file.readLines();
  } finally {
    await file.close();
  }
}

async function removeOldSheets(run: RunFolder, sheets: number, digits: number): Promise<void> {
  for (const name of run.files().map((path) => basename(path))) {
    const number = Number(name.replace(/\D/g, ""));
    const current = number >= 1 && number <= sheets && name.length === `contact-sheet-.jpg`.length + digits;
    if (SHEET.test(name) && !current) await run.remove(name);
  }
}
