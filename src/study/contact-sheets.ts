import { basename, join } from "node:path";
import { z } from "zod";
import type { DecodedImage } from "../domain/image.ts";
import type { Face } from "../domain/measurement.ts";
import { presenceOf } from "../domain/presence.ts";
import type { MeasuredImage } from "../measuring/measure-image.ts";
import { openFile } from "../platform/read-file.ts";
import { type ContactTile, createTile, renderContactSheet, TILES_PER_SHEET } from "../render/contact-sheet.ts";
import type { RunFolder } from "../runs/run-folder.ts";
import { openStudyPeople, type StudyPeople } from "./clip-notes.ts";
import type { StudyStep } from "./measure-inputs.ts";

/** Where the portraits of a study wait for their sheets, one tile per line. */
export const TILES_FILE = "contact-tiles.jsonl";

/** A face of a clip, which is titled by who it is once somebody has said so. */
const Moment = z.strictObject({ path: z.string(), frame: z.number(), trackId: z.string(), atS: z.number() });
type Moment = z.infer<typeof Moment>;

const TileLine = z.strictObject({
  title: z.string(),
  moment: Moment.optional(),
  heading: z.strictObject({ label: z.string(), value: z.string(), share: z.number() }).nullable(),
  lines: z.array(z.string()),
  warning: z.string().nullable(),
  /** JPEG, base64. */
  portrait: z.string(),
});

/** Gathers the tiles of a study's contact sheets. */
export interface TileGatherer {
  /** Lines for `TILES_FILE`: one per face of an image; at the end of a video, one per person in it. */
  linesOf(step: StudyStep): Promise<string>;
}

/** A tile as it waits for its sheet. */
interface WaitingTile extends ContactTile {
  readonly moment?: Moment;
}

interface BestMoment {
  readonly tile: WaitingTile;
  readonly strength: number;
}

/**
 * Images give every face at once. A video gives each person once, at the moment that shows most; after a resume in its
 * middle, the moments before it are forgotten.
 */
export function createTileGatherer(): TileGatherer {
  const people = new Map<string, BestMoment>();
  return {
    async linesOf({ outcome, resumeFrom, input }) {
      const measured = outcome === null || "reason" in outcome ? undefined : outcome.measured;
      if (input.kind === "image") return measured === undefined ? "" : toLines(await tilesOf(measured));
      if (measured !== undefined) await keepBestMoments(people, measured);
      if (resumeFrom !== null) return "";
      const lines = toLines([...people.values()].map(({ tile }) => tile));
      people.clear();
      return lines;
    },
  };
}

function tilesOf({ image, faces }: MeasuredImage): Promise<WaitingTile[]> {
  return Promise.all(faces.map((face) => tileOf(image, face)));
}

async function tileOf(image: DecodedImage, face: Face): Promise<WaitingTile> {
  const { path, frame } = image;
  const { faceId, trackId = faceId } = face;
  const title = `${basename(path)} ${faceId}`;
  if (frame === undefined) return createTile(image, face, title);
  const moment = { path, frame: frame.index, trackId, atS: frame.timestampS };
  return { ...(await createTile(image, face, title)), moment };
}

async function keepBestMoments(people: Map<string, BestMoment>, { image, faces }: MeasuredImage): Promise<void> {
  for (const face of faces) {
    const person = face.trackId ?? face.faceId;
    const strength = strengthOf(face);
    const best = people.get(person);
    if (best !== undefined && best.strength >= strength) continue;
    people.set(person, { tile: await tileOf(image, face), strength });
  }
}

/** How much a face shows: the action units present, as far as they can be trusted. */
function strengthOf({ measurements }: Face): number {
  const [measurement] = measurements;
  const shown = (measurement?.actionUnits ?? []).filter(
    (unit) => unit.side === "both" && unit.scale === "probability" && presenceOf(unit) === "present",
  );
  return (measurement?.quality?.overall ?? 1) * (1 + shown.reduce((sum, { value }) => sum + value, 0));
}

function toLines(tiles: readonly WaitingTile[]): string {
  const line = ({ portrait, title, moment, heading, lines, warning }: WaitingTile): z.infer<typeof TileLine> => ({
    title,
    ...(moment === undefined ? {} : { moment }),
    heading,
    lines: [...lines],
    warning,
    portrait: Buffer.from(portrait).toString("base64"),
  });
  return tiles.map((tile) => `${JSON.stringify(line(tile))}\n`).join("");
}

function parseTile(line: string, people: StudyPeople): ContactTile {
  const { portrait, moment, ...words } = TileLine.parse(JSON.parse(line));
  const tile = { ...words, portrait: Buffer.from(portrait, "base64") };
  if (moment === undefined) return tile;
  const who = people.nameOf(moment) ?? moment.trackId;
  return { ...tile, title: `${basename(moment.path)} ${who} ${moment.atS.toFixed(1)} s` };
}

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
  for await (const tiles of batchesOf(folder, await openStudyPeople(folder))) {
    const first = sheets * TILES_PER_SHEET + 1;
    const range = `faces ${first} to ${first + tiles.length - 1} of ${total}`;
    sheets += 1;
    const name = `contact-sheet-${String(sheets).padStart(digits, "0")}.jpg`;
    await run.write(name, await renderContactSheet(tiles, { title, range }));
  }
  await removeOldSheets(run, sheets, digits);
  return sheets;
}

/** The first portraits that were gathered. */
export async function firstTiles(folder: string, most: number): Promise<readonly ContactTile[]> {
  const people = await openStudyPeople(folder);
  const tiles: ContactTile[] = [];
  for await (const line of linesOf(folder)) {
    if (tiles.push(parseTile(line, people)) === most) break;
  }
  return tiles;
}

async function countTiles(folder: string): Promise<number> {
  let count = 0;
  for await (const _line of linesOf(folder)) count += 1;
  return count;
}

async function* batchesOf(folder: string, people: StudyPeople): AsyncGenerator<ContactTile[]> {
  let batch: ContactTile[] = [];
  for await (const line of linesOf(folder)) {
    batch.push(parseTile(line, people));
    if (batch.length < TILES_PER_SHEET) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function* linesOf(folder: string): AsyncGenerator<string> {
  const file = await openFile(join(folder, TILES_FILE));
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
