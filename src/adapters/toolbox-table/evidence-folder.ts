import { readdir } from "node:fs/promises";
import { extname, join } from "node:path";
import { ConfigurationError } from "../../domain/errors.ts";
import { pathOfBytes, systemPath } from "../../platform/system-path.ts";
import type { EvidenceFile, ImportedRow, RowPosition } from "../../ports/evidence-file.ts";
import { tableError } from "./table-format.ts";

const ENDINGS: ReadonlySet<string> = new Set([".csv", ".tsv", ".parquet", ".txt", ".json", ".jsonl", ".ndjson"]);

/**
 * Opens a folder with a file per image, as OpenFace writes it. Files are opened one after another, as there may be a
 * hundred thousand of them. What is no toolbox's table is left out with a warning.
 *
 * @throws {ConfigurationError} if no file in it is a toolbox's table.
 */
export async function openEvidenceFolder(
  folder: string,
  openPart: (path: string) => Promise<EvidenceFile>,
): Promise<EvidenceFile> {
  const entries = await readdir(systemPath(folder), { withFileTypes: true, encoding: "buffer" });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => pathOfBytes(entry.name))
    .filter((name) => ENDINGS.has(extname(name).toLowerCase()))
    .map((name) => join(folder, name))
    .sort();
  const first = await firstThatOpens(folder, paths, openPart);
  const { toolbox, title, supports } = first;
  const warnings = new Set(first.warnings);
  await first.close();

  const withPart = async <T>(part: number, use: (file: EvidenceFile) => Promise<T>): Promise<T | undefined> => {
    const path = paths[part];
    if (path === undefined) return undefined;
    const file = await openPart(path).catch((error: unknown) => {
      if (!(error instanceof ConfigurationError)) throw error;
      warnings.add(`Left out: ${error.message}`);
      return undefined;
    });
    if (file === undefined) return undefined;
    if (file.title !== title) {
      await file.close();
      warnings.add(`Left out, as it was written by ${file.title} and not by ${title}: \`${path}\``);
      return undefined;
    }
    try {
      const result = await use(file);
      for (const warning of file.warnings) warnings.add(warning);
      return result;
    } finally {
      await file.close();
    }
  };

  async function rowsOfPart(part: number, signal?: AbortSignal): Promise<readonly ImportedRow[]> {
    const rows = await withPart(part, async (file) => {
      const all: ImportedRow[] = [];
      for await (const batch of file.rows(signal))
        all.push(...batch.map((row) => ({ ...row, at: { ...row.at, part } })));
      return all;
    });
    if (rows === undefined) return [];
    return rows.length === 0 ? [withoutFace(paths[part] as string, part)] : rows;
  }

  return {
    path: folder,
    toolbox,
    title,
    supports,
    get warnings() {
      return [...warnings];
    },
    async *rows(signal) {
      for (let part = 0; part < paths.length; part++) yield await rowsOfPart(part, signal);
    },
    async rowsAt(positions, signal) {
      const read: ImportedRow[] = [];
      for (const [part, own] of byPart(positions.filter(({ lengthBytes }) => lengthBytes > 0))) {
        const rows = await withPart(part, (file) => file.rowsAt(own, signal));
        for (const row of rows ?? []) read.push({ ...row, at: { ...row.at, part } });
      }
      return read;
    },
    close: async () => undefined,
  };
}

/** A table of one image that has only its header: the toolbox looked and saw no face. There is nothing to read again. */
function withoutFace(file: string, part: number): ImportedRow {
  const at = { part, line: 1, offsetBytes: 0, lengthBytes: 0 };
  return { at, file, image: null, frame: null, timeSec: null, faceKey: null, face: null };
}

async function firstThatOpens(
  folder: string,
  paths: readonly string[],
  openPart: (path: string) => Promise<EvidenceFile>,
): Promise<EvidenceFile> {
  let refusal: unknown;
  for (const path of paths) {
    try {
      return await openPart(path);
    } catch (error) {
      refusal ??= error;
    }
  }
  throw refusal ?? tableError(folder, "there is no CSV, TSV or JSON file in the folder");
}

function byPart(positions: readonly RowPosition[]): ReadonlyMap<number, readonly RowPosition[]> {
  const parts = new Map<number, RowPosition[]>();
  for (const at of positions) {
    const own = parts.get(at.part);
    if (own === undefined) parts.set(at.part, [at]);
    else own.push(at);
  }
  return parts;
}
