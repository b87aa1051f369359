import { existsSync } from "node:fs";
import { join } from "node:path";
import { ConfigurationError } from "../../domain/errors.ts";
import type { PixelBox } from "../../domain/geometry.ts";
import { listInCell } from "../../platform/tables/list-cell.ts";
import type { ReadRow } from "./dataset.ts";
import { sampleOf } from "./sample-of.ts";
import { readCsvRows, type TableRow } from "./table-rows.ts";

/** EMOTIC's 26 categories (Kosti et al. 2019). */
export const EMOTIC_LABELS = [
  "peace",
  "affection",
  "esteem",
  "anticipation",
  "engagement",
  "confidence",
  "happiness",
  "pleasure",
  "excitement",
  "surprise",
  "sympathy",
  "doubt/confusion",
  "disconnection",
  "fatigue",
  "embarrassment",
  "yearning",
  "disapproval",
  "aversion",
  "annoyance",
  "anger",
  "sensitivity",
  "sadness",
  "disquietment",
  "fear",
  "pain",
  "suffering",
] as const;

/**
 * EMOTIC as a table, `<split>.csv`, with the columns that the usual conversion of `Annotations.mat` writes: Folder,
 * Filename, BBox (x1, y1, x2, y2), Categorical_Labels, Continuous_Labels (valence, arousal, dominance on 1-10). Images
 * lie in `<Folder>/<Filename>`, or below `emotic/`.
 */
export async function readEmoticSamples(path: string, split: string): Promise<ReadRow[]> {
  const table = [join(path, `${split}.csv`), join(path, "emotic_pre", `${split}.csv`)].find((file) => existsSync(file));
  if (table === undefined) {
    throw new ConfigurationError(
      `Cannot use dataset as ${split}.csv is not there (convert EMOTIC's Annotations.mat to one CSV per split first: columns Folder, Filename, BBox, Categorical_Labels, Continuous_Labels): \`${path}\``,
    );
  }
  const root = existsSync(join(path, "emotic")) ? join(path, "emotic") : path;
  const rows = await readCsvRows(table);
  return rows.map((row) => rowOf(row, root));
}

function rowOf({ where, cells }: TableRow, root: string): ReadRow {
  const { Folder: folder, Filename: file } = cells;
  if (folder === undefined || file === undefined) return { where, reason: "it has no Folder or Filename" };
  const labels = listOf(cells.Categorical_Labels).map((label) => label.toLowerCase());
  const [valence, arousal, dominance] = listOf(cells.Continuous_Labels).map((value) => (Number(value) - 1) / 4.5 - 1);
  const region = boxOf(listOf(cells.BBox).map(Number));
  if (region === null) return { where, reason: `its BBox "${cells.BBox}" is not x1, y1, x2, y2` };
  const inRange = (value: number | undefined) => (value !== undefined && value >= -1 && value <= 1 ? value : null);
  return {
    where,
    sample: sampleOf({
      id: `${folder}/${file}#${region.leftPx},${region.topPx}`,
      image: join(root, folder, file),
      region,
      truth: {
        labels: labels.length === 0 ? null : labels,
        valence: inRange(valence),
        arousal: inRange(arousal),
        dominance: inRange(dominance),
      },
      columns: Object.fromEntries(
        (["Gender", "Age"] as const).flatMap((name) => (cells[name] ? [[name, cells[name]]] : [])),
      ),
    }),
  };
}

function listOf(cell: string | undefined): readonly string[] {
  return listInCell(cell ?? "") ?? [];
}

function boxOf([x1, y1, x2, y2]: readonly number[]): PixelBox | null {
  if (![x1, y1, x2, y2].every((value) => Number.isFinite(value))) return null;
  const box = {
    leftPx: x1 as number,
    topPx: y1 as number,
    widthPx: (x2 as number) - (x1 as number),
    heightPx: (y2 as number) - (y1 as number),
  };
  return box.widthPx > 0 && box.heightPx > 0 ? box : null;
}
