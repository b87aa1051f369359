import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { ConfigurationError } from "../../domain/errors.ts";
import type { PixelBox } from "../../domain/geometry.ts";
import { filesBelow } from "../../measuring/folder-files.ts";
import { readBytes } from "../../platform/read-file.ts";
import { listInCell } from "../../platform/tables/table-rows.ts";
import { type ReadRow, sampleOf } from "./dataset.ts";
import { type MatValue, parseMat } from "./mat-file.ts";
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
 * EMOTIC in the forms in which it is handed out: its own `Annotations.mat`; `<split>.csv` (columns Folder, Filename, BBox
 * as x1, y1, x2, y2, Categorical_Labels, Continuous_Labels on 1-10); or `annots_arrs/annot_arrs_<split>.csv` with a column
 * for each corner and category. Images lie in `<Folder>/<Filename>`, or below `emotic/`.
 */
export async function readEmoticSamples(path: string, split: string): Promise<ReadRow[]> {
  const root = existsSync(join(path, "emotic")) ? join(path, "emotic") : path;
  const found = (...names: string[]) => names.map((name) => join(path, name)).find((file) => existsSync(file));
  const table = found(`${split}.csv`, join("emotic_pre", `${split}.csv`));
  if (table !== undefined) {
    return (await readCsvRows(table)).map((row) => rowOf(personOfRow(row), root));
  }
  const arrays = found(join("annots_arrs", `annot_arrs_${split}.csv`), `annot_arrs_${split}.csv`);
  if (arrays !== undefined) return fromArrays(arrays, root);
  const mat = found("Annotations.mat", join("Annotations", "Annotations.mat"), join("annotations", "Annotations.mat"));
  if (mat !== undefined) return (await peopleOfMat(mat, split)).map((person) => rowOf(person, root));
  throw new ConfigurationError(
    `Cannot use dataset as neither Annotations.mat nor ${split}.csv nor annots_arrs/annot_arrs_${split}.csv is there (EMOTIC expected): \`${path}\``,
  );
}

async function peopleOfMat(path: string, split: string): Promise<EmoticPerson[]> {
  try {
    return emoticPeople(await readBytes(path), split);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ConfigurationError(`Cannot use dataset as ${error.message}: \`${path}\``, { cause: error });
  }
}

function personOfRow({ where, cells }: TableRow): EmoticPerson {
  return {
    where,
    folder: cells.Folder ?? "",
    file: cells.Filename ?? "",
    box: listOf(cells.BBox).map(Number),
    categories: listOf(cells.Categorical_Labels),
    affect: listOf(cells.Continuous_Labels).map(Number),
    gender: cells.Gender ?? "",
    age: cells.Age ?? "",
  };
}

/** These tables name images without their folder. */
async function fromArrays(table: string, root: string): Promise<ReadRow[]> {
  const folders = new Map<string, string>();
  for (const file of (await filesBelow(root)).names) folders.set(basename(file), dirname(file));
  return (await readCsvRows(table)).map(({ where, cells }) => {
    const file = cells.Filename ?? "";
    const folder = folders.get(file);
    if (folder === undefined) return { where, reason: `its image "${file}" is in no folder of the dataset` };
    const numbers = (names: readonly string[]) => names.map((name) => Number(cells[name] || Number.NaN));
    const categories = Object.keys(cells).filter((name) => isCategory(name) && Number(cells[name]) === 1);
    const box = numbers(["X_min", "Y_min", "X_max", "Y_max"]);
    const affect = numbers(["Valence", "Arousal", "Dominance"]);
    return rowOf(
      { where, folder, file, box, categories, affect, gender: cells.Gender ?? "", age: cells.Age ?? "" },
      root,
    );
  });
}

function isCategory(name: string): boolean {
  return EMOTIC_LABELS.some((label) => label === name.toLowerCase());
}

function rowOf({ where, folder, file, box, categories, affect, gender, age }: EmoticPerson, root: string): ReadRow {
  if (folder === "" || file === "") return { where, reason: "it has no Folder or Filename" };
  const region = boxOf(box);
  if (region === null) return { where, reason: `its box "${box.join(", ")}" is not x1, y1, x2, y2` };
  const [valence, arousal, dominance] = affect.map((value) => (value - 1) / 4.5 - 1);
  const inRange = (value: number | undefined) => (value !== undefined && value >= -1 && value <= 1 ? value : null);
  const labels = categories.map((label) => label.toLowerCase());
  return {
    where,
    sample: sampleOf({
      id: `${folder}/${file}#${region.leftPx},${region.topPx},${region.widthPx},${region.heightPx}`,
      image: join(root, folder, file),
      region,
      truth: {
        labels: labels.length === 0 ? null : labels,
        valence: inRange(valence),
        arousal: inRange(arousal),
        dominance: inRange(dominance),
      },
      columns: { ...(gender === "" ? {} : { Gender: gender }), ...(age === "" ? {} : { Age: age }) },
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

/** One person of EMOTIC, as the conversions of its annotations call the parts. */
interface EmoticPerson {
  readonly where: string;
  readonly folder: string;
  readonly file: string;
  /** x1, y1, x2, y2 in pixels. */
  readonly box: readonly number[];
  readonly categories: readonly string[];
  /** Valence, arousal, dominance on 1..10. */
  readonly affect: readonly number[];
  readonly gender: string;
  readonly age: string;
}

type Struct = Readonly<Record<string, MatValue>>;

/**
 * People of one split of EMOTIC's own `Annotations.mat`. Where several people annotated (validation and test), what they
 * said together counts: `combined_categories` and `combined_continuous`.
 * @throws {RangeError} if it is no such file.
 */
function emoticPeople(bytes: Buffer, split: string): EmoticPerson[] {
  const images = structsOf(parseMat(bytes).get(split));
  if (images.length === 0) throw new RangeError(`it has no split "${split}"`);
  return images.flatMap((image, n) =>
    structsOf(image.person).map((person) => ({
      where: `${split}(${n + 1})`,
      folder: textOf(image.folder),
      file: textOf(image.filename),
      box: numbersOf(person.body_bbox),
      categories: categoriesOf(person),
      affect: affectOf(person),
      gender: textOf(person.gender),
      age: textOf(person.age),
    })),
  );
}

function categoriesOf({ combined_categories: combined, annotations_categories: single }: Struct): string[] {
  const cells = combined ?? structsOf(single)[0]?.categories;
  if (cells?.kind === "text") return [cells.text];
  return cells?.kind === "cells" ? cells.cells.map(textOf) : [];
}

function affectOf({ combined_continuous: combined, annotations_continuous: single }: Struct): number[] {
  const [affect] = structsOf(combined ?? single);
  return ["valence", "arousal", "dominance"].map((name) => numbersOf(affect?.[name])[0] ?? Number.NaN);
}

function structsOf(value: MatValue | undefined): readonly Struct[] {
  return value?.kind === "structs" ? value.structs : [];
}

function textOf(value: MatValue | undefined): string {
  return value?.kind === "text" ? value.text : "";
}

function numbersOf(value: MatValue | undefined): readonly number[] {
  return value?.kind === "numbers" ? value.values : [];
}
