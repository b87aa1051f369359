import type { PixelBox } from "../../domain/geometry.ts";
import type { ActionUnitColumn, Derived } from "./column-layout.ts";
import type { TableColumns } from "./table-columns.ts";

/** What toolboxes, and people who join their files, call the column that names the image. */
const IMAGE_COLUMNS = [
  "input",
  "image",
  "image_path",
  "input_image_path",
  "image_name",
  "img",
  "img_path",
  "file",
  "file_name",
  "file_path",
  "filename",
  "path",
  "source",
] as const;

export function imageColumn(columns: TableColumns): number | undefined {
  for (const name of IMAGE_COLUMNS) {
    const column = columns.findLoosely(name);
    if (column !== undefined) return column;
  }
  return undefined;
}

/** `AU6` from `6`, `06` or `"06"`. */
function actionUnitName(number: number | string): string {
  return `AU${Number(number)}`;
}

export interface ExpectedUnits {
  readonly numbers: readonly number[];
  /** Column of an action unit, e.g. `6` to `AU06_r`. */
  readonly columnName: (number: number) => string;
}

/** Says which of a toolbox's action unit columns a file lacks; nothing when it has all. */
export function missingUnits(columns: TableColumns, expected: ExpectedUnits): readonly string[] {
  const missing = expected.numbers.map(expected.columnName).filter((name) => findUnit(columns, name) === undefined);
  if (missing.length === 0 || missing.length === expected.numbers.length) return [];
  return [missingColumns(missing)];
}

/** `AU06_r`, which some people's scripts rename to `AU6_r`. */
function findUnit(columns: TableColumns, name: string): number | undefined {
  return columns.find(name) ?? columns.find(name.replace(/^AU0(?=\d)/, "AU"));
}

export function missingColumns(names: readonly string[]): string {
  return `It has no column ${names.join(", ")}: what they would say counts as not measured`;
}

/** Columns that hold action units for the whole face. */
export function unitColumns(
  columns: TableColumns,
  expected: ExpectedUnits,
  unit: Pick<ActionUnitColumn, "scale" | "estimated">,
): readonly ActionUnitColumn[] {
  return expected.numbers.flatMap((number) => {
    const column = findUnit(columns, expected.columnName(number));
    return column === undefined ? [] : [{ column, au: actionUnitName(number), side: "both", ...unit }];
  });
}

/** The box around points whose x and y stand in columns of their own: `x_0 ... x_67, y_0 ... y_67`. */
export function boxAroundPoints(
  columns: TableColumns,
  names: { readonly x: readonly string[]; readonly y: readonly string[] },
): Derived<PixelBox> | undefined {
  const x = columns.findAll(names.x);
  const y = columns.findAll(names.y);
  if (x === undefined || y === undefined) return undefined;
  return {
    columns: [...x, ...y],
    from: (values) => boxBetween(extent(values, 0, x.length), extent(values, x.length, values.length)),
  };
}

type Extent = { readonly low: number; readonly high: number };

function extent(values: readonly number[], from: number, to: number): Extent {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = from; i < to; i++) {
    const value = values[i] as number;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high };
}

/** `null` when the points have no extent: no face, or all of them missing. */
function boxBetween(x: Extent, y: Extent): PixelBox | null {
  return boxOrNull({ leftPx: x.low, topPx: y.low, widthPx: x.high - x.low, heightPx: y.high - y.low });
}

export function boxOrNull(box: PixelBox): PixelBox | null {
  const isBox = Number.isFinite(box.leftPx) && Number.isFinite(box.topPx) && box.widthPx > 0 && box.heightPx > 0;
  return isBox && Number.isFinite(box.widthPx) && Number.isFinite(box.heightPx) ? box : null;
}

/** `x_0`, `x_1`, ... */
export function numbered(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`);
}

export const NO_PLACE =
  "It does not say where in the image a face is: with several faces in an image its rows cannot be told apart";
