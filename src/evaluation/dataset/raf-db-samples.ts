import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { ConfigurationError } from "../../domain/errors.ts";
import { filesBelow } from "../../measuring/folder-files.ts";
import { type ReadRow, sampleOf } from "./dataset.ts";
import { readCsvRows, readDatasetText } from "./table-rows.ts";

/** RAF-DB's codes 1 to 7 in order (Li and Deng 2019). */
const CODES = ["surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral"] as const;

/** Its compound set's codes 1 to 11 in order. */
const COMPOUND_CODES = [
  "happily surprised",
  "happily disgusted",
  "sadly fearful",
  "sadly angry",
  "sadly surprised",
  "sadly disgusted",
  "fearfully angry",
  "fearfully surprised",
  "angrily surprised",
  "angrily disgusted",
  "disgustedly surprised",
] as const;

/** Labels of a set of RAF-DB, sorted. */
export function rafDbLabels(set: "basic" | "compound"): readonly string[] {
  return [...(set === "basic" ? CODES : COMPOUND_CODES)].sort();
}

/**
 * RAF-DB's basic set in either form: `EmoLabel/list_patition_label.txt` (its spelling) with `Image/aligned/` or
 * `Image/original/`, or `<split>_labels.csv` with `DATASET/<split>/<code>/`, or nothing but those numbered folders. Its compound set
 * comes in the official form.
 */
export async function readRafDbSamples(
  path: string,
  { split, set }: { readonly split: "train" | "test"; readonly set: "basic" | "compound" },
): Promise<ReadRow[]> {
  for (const base of [path, join(path, set)]) {
    const list = join(base, "EmoLabel", "list_patition_label.txt");
    if (existsSync(list)) return fromOfficialList(base, list, { split, set });
  }
  const table = join(path, `${split}_labels.csv`);
  if (existsSync(table)) return fromTable(path, table, split);
  for (const folder of [join(path, split), join(path, "DATASET", split)]) {
    const names = existsSync(folder) ? (await filesBelow(folder)).names : [];
    const files = names.filter((name) => /^[1-7]\/[^/]*$/.test(name));
    if (files.length > 0) return files.map((file) => fromFolder(folder, file));
  }
  throw new ConfigurationError(
    `Cannot use dataset as it is not laid out as RAF-DB (EmoLabel/list_patition_label.txt, ${split}_labels.csv or folders ${split}/1 to ${split}/7 expected): \`${path}\``,
  );
}

function fromFolder(folder: string, file: string): ReadRow {
  return rowOf({ where: file, id: file, image: join(folder, file), code: dirname(file) }, CODES);
}

async function fromOfficialList(
  base: string,
  list: string,
  { split, set }: { readonly split: string; readonly set: "basic" | "compound" },
): Promise<ReadRow[]> {
  const aligned = join(base, "Image", "aligned");
  const hasAligned = existsSync(aligned);
  const lines = (await readDatasetText(list)).split(/\r?\n/);
  return lines.flatMap((line, index) => {
    const [file, code] = line.trim().split(/\s+/);
    if (file === undefined || !file.startsWith(`${split}_`)) return [];
    const image = hasAligned
      ? join(aligned, file.replace(/\.jpg$/, "_aligned.jpg"))
      : join(base, "Image", "original", file);
    return [rowOf({ where: `line ${index + 1}`, id: file, image, code }, set === "basic" ? CODES : COMPOUND_CODES)];
  });
}

async function fromTable(path: string, table: string, split: string): Promise<ReadRow[]> {
  const rows = await readCsvRows(table);
  return rows.map(({ where, cells: { image, label } }) => {
    if (image === undefined || label === undefined) return { where, reason: "it lacks image or label" };
    return rowOf({ where, id: image, image: join(path, "DATASET", split, label, image), code: label }, CODES);
  });
}

function rowOf(
  row: { where: string; id: string; image: string; code: string | undefined },
  codes: readonly string[],
): ReadRow {
  const label = codes[Number(row.code) - 1];
  if (label === undefined)
    return { where: row.where, reason: `${row.code} is no RAF-DB expression (1 to ${codes.length})` };
  return { where: row.where, sample: sampleOf({ id: row.id, image: row.image, truth: { label } }) };
}
