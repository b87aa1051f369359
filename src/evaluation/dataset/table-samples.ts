import { dirname } from "node:path";
import { ConfigurationError } from "../../domain/errors.ts";
import type { PixelBox } from "../../domain/geometry.ts";
import { nearestNames } from "../../domain/nearest-name.ts";
import { listInCell } from "../../platform/tables/list-cell.ts";
import { columnsInWords, isMissing, numberInCell } from "../../platform/tables/table-rows.ts";
import type { Columns, DatasetSource } from "../file/dataset-source.ts";
import { type CodedActionUnit, NO_TRUTH, type Sample } from "../sample.ts";
import type { ReadRow } from "./dataset.ts";
import { locateDatasetPath } from "./locate.ts";
import { readCsvRows, readJsonlRows, type TableRow } from "./table-rows.ts";

type TableSource = Extract<DatasetSource, { format: "csv" | "jsonl" }>;

/** A row that is no sample: caught per row, with the reason as its message. */
class RowProblem extends Error {}

/** Samples of a table whose columns the evaluation file names. @throws {ConfigurationError} for a column that is not there. */
export async function readTableSamples(source: TableSource, path: string, evalFilePath: string): Promise<ReadRow[]> {
  const rows = source.format === "csv" ? await readCsvRows(path) : await readJsonlRows(path, source.labelSeparator);
  checkColumns(rows, source.columns, path);
  const base = source.images === undefined ? dirname(path) : locateDatasetPath(source.images, evalFilePath);
  return rows.map((row) => {
    try {
      return { where: row.where, sample: sampleOf(row, source, `${base}/x`) };
    } catch (error) {
      if (!(error instanceof RowProblem)) throw error;
      return { where: row.where, reason: error.message };
    }
  });
}

function checkColumns(rows: readonly TableRow[], columns: Columns, path: string): void {
  const present = [...new Set(rows.flatMap(({ cells }) => Object.keys(cells)))];
  if (rows.length === 0) throw new ConfigurationError(`Cannot use dataset as it has no rows: \`${path}\``);
  for (const name of namedColumns(columns)) {
    if (present.includes(name)) continue;
    const near = nearestNames(name, present, 1)[0];
    const remedy = near === undefined ? `it has ${columnsInWords(present)}` : `did you mean "${near}"?`;
    throw new ConfigurationError(`Cannot use dataset as it has no column "${name}": ${remedy} (\`${path}\`)`);
  }
}

function namedColumns({ raters, actionUnits, ...single }: Columns): string[] {
  return [...Object.values(single), ...(raters ?? []), ...Object.values(actionUnits ?? {})];
}

function sampleOf({ where, cells, decimalComma }: TableRow, source: TableSource, imagesFile: string): Sample {
  const { columns, scales, labelSeparator } = source;
  const text = (column: string | undefined): string | null => {
    const cell = column === undefined ? undefined : cells[column];
    return cell === undefined || isMissing(cell) ? null : cell.trim();
  };
  const list = (column: string | undefined) => {
    const cell = text(column);
    if (cell === null) return null;
    const parts = listInCell(cell) ?? cell.split(labelSeparator);
    return parts.map((part) => part.trim()).filter((part) => part !== "");
  };
  const numeric = (column: string | undefined) => numberIn(text(column), { column, decimalComma });
  const scaled = (column: string | undefined, ends: readonly [number, number] | undefined) =>
    toUnitScale(numeric(column), column, ends ?? [-1, 1]);

  const image = text(columns.image);
  if (columns.image !== undefined && image === null) throw new RowProblem(`its cell "${columns.image}" is empty`);
  return {
    id: text(columns.id) ?? image ?? where,
    image: image === null ? null : locateDatasetPath(image, imagesFile),
    region: regionOf(text(columns.region)),
    subject: text(columns.subject),
    question: text(columns.question),
    context: text(columns.context),
    options: list(columns.options),
    statement: text(columns.statement),
    pair: text(columns.pair),
    raters: columns.raters?.map((column) => ratingOf(text(column))) ?? null,
    truth: {
      ...NO_TRUTH,
      label: text(columns.label),
      labels: list(columns.labels),
      valence: scaled(columns.valence, scales.valence),
      arousal: scaled(columns.arousal, scales.arousal),
      dominance: scaled(columns.dominance, scales.dominance),
      explanation: text(columns.explanation),
      choice: text(columns.choice),
      actionUnits:
        columns.actionUnits === undefined ? null : codesOf(columns.actionUnits, numeric, source.actionUnitScale),
    },
    columns: unnamedCells(cells, columns),
  };
}

function numberIn(
  cell: string | null,
  { column, decimalComma }: { readonly column: string | undefined; readonly decimalComma: boolean },
): number | null {
  const value = cell === null ? Number.NaN : numberInCell(cell, decimalComma);
  if (value === undefined) throw new RowProblem(`its cell "${column}" is "${cell}", which is not a number`);
  return Number.isNaN(value) ? null : value;
}

/** Maps a number from the dataset's scale to -1..1. */
function toUnitScale(
  value: number | null,
  column: string | undefined,
  [low, high]: readonly [number, number],
): number | null {
  if (value === null) return null;
  if (value < Math.min(low, high) || value > Math.max(low, high)) {
    throw new RowProblem(`its cell "${column}" is ${value}, outside the scale ${low} to ${high}`);
  }
  return ((value - low) / (high - low)) * 2 - 1;
}

function regionOf(cell: string | null): PixelBox | null {
  if (cell === null) return null;
  const [leftPx, topPx, widthPx, heightPx, ...more] = cell.split(/[\s,;]+/).map(Number);
  const numbers = [leftPx, topPx, widthPx, heightPx];
  if (more.length > 0 || !numbers.every(Number.isFinite) || !((widthPx as number) > 0 && (heightPx as number) > 0)) {
    throw new RowProblem(`its region "${cell}" is not left, top, width and height in pixels`);
  }
  return { leftPx, topPx, widthPx, heightPx } as PixelBox;
}

function ratingOf(cell: string | null): string | number | null {
  return cell !== null && Number.isFinite(Number(cell)) ? Number(cell) : cell;
}

function codesOf(
  columns: Readonly<Record<string, string>>,
  numeric: (column: string) => number | null,
  scale: CodedActionUnit["scale"],
): CodedActionUnit[] {
  return Object.entries(columns).flatMap(([au, column]) => {
    const value = numeric(column);
    if (value === null) return [];
    const most = scale === "binary" ? 1 : 5;
    if (!(value >= 0 && value <= most)) {
      throw new RowProblem(`its cell "${column}" is ${value}, not a number from 0 to ${most}`);
    }
    return [{ au, value, scale }];
  });
}

function unnamedCells(cells: Readonly<Record<string, string>>, columns: Columns): Record<string, string> {
  const named = new Set(namedColumns(columns));
  return Object.fromEntries(Object.entries(cells).filter(([column, cell]) => !named.has(column) && cell !== ""));
}
