import { existsSync } from "node:fs";
import { join } from "node:path";
import { ConfigurationError } from "../../domain/errors.ts";
import type { ReadRow } from "./dataset.ts";
import { sampleOf } from "./sample-of.ts";
import { readCsvRows, readDatasetText } from "./table-rows.ts";

/** RAF-DB's codes 1 to 7 in order (Li and Deng 2019). */
const CODES = ["surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral"] as const;

/** RAF-DB's labels, sorted. */
export const RAF_DB_LABELS: readonly string[] = [...CODES].sort();

/**
 * RAF-DB's basic set in either form: `EmoLabel/list_patition_label.txt` (its spelling) with `Image/aligned/` or
 * `Image/original/`, or `<split>_labels.csv` with `DATASET/<split>/<code>/`.
 */
export async function readRafDbSamples(path: string, split: "train" | "test"): Promise<ReadRow[]> {
  for (const base of [path, join(path, "basic")]) {
    const list = join(base, "EmoLabel", "list_patition_label.txt");
    if (existsSync(list)) return fromOfficialList(base, list, split);
  }
  const table = join(path, `${split}_labels.csv`);
  if (existsSync(table)) return fromTable(path, table, split);
  throw new ConfigurationError(
    `Cannot use dataset as it is not laid out as RAF-DB (EmoLabel/list_patition_label.txt or ${split}_labels.csv expected): \`${path}\``,
  );
}

async function fromOfficialList(base: string, list: string, split: string): Promise<ReadRow[]> {
  const aligned = join(base, "Image", "aligned");
  const hasAligned = existsSync(aligned);
  const lines = (await readDatasetText(list)).split(/\r?\n/);
  return lines.flatMap((line, index) => {
    const [file, code] = line.trim().split(/\s+/);
    if (file === undefined || !file.startsWith(`${split}_`)) return [];
    const image = hasAligned
      ? join(aligned, file.replace(/\.jpg$/, "_aligned.jpg"))
      : join(base, "Image", "original", file);
    return [rowOf({ where: `line ${index + 1}`, id: file, image, code })];
  });
}

async function fromTable(path: string, table: string, split: string): Promise<ReadRow[]> {
  const rows = await readCsvRows(table);
  return rows.map(({ where, cells: { image, label } }) => {
    if (image === undefined || label === undefined) return { where, reason: "it lacks image or label" };
    return rowOf({ where, id: image, image: join(path, "DATASET", split, label, image), code: label });
  });
}

function rowOf(row: { where: string; id: string; image: string; code: string | undefined }): ReadRow {
  const label = CODES[Number(row.code) - 1];
  if (label === undefined) return { where: row.where, reason: `${row.code} is no RAF-DB expression (1 to 7)` };
  return { where: row.where, sample: sampleOf({ id: row.id, image: row.image, truth: { label } }) };
}
