import { existsSync } from "node:fs";
import type { PixelBox } from "../../domain/geometry.ts";
import { systemPath } from "../../platform/system-path.ts";
import { isMissing, listInCell } from "../../platform/tables/table-rows.ts";
import { isTranscriptFile } from "../../ports/transcript-reader.ts";
import type { Columns } from "../file/dataset-source.ts";
import { type CodedActionUnit, NO_TRUTH, type Sample } from "../sample.ts";
import { mappedLabel } from "./dataset.ts";
import { drawGreyImage } from "./drawn-images.ts";
import type { TableSource } from "./join-rows.ts";
import { firstPathThere, locateDatasetPath } from "./locate.ts";
import type { TableRow } from "./table-rows.ts";
import { codedValue, numberOf, RowProblem, votesOf } from "./truth-cells.ts";

/** How cells are read. */
export type RowSource = Pick<
  TableSource,
  "columns" | "scales" | "labelSeparator" | "labelMap" | "imagePath" | "actionUnitScale"
> &
  Partial<Pick<TableSource, "missing" | "firstFrame" | "moment" | "videos">>;

/** Every column that a data set names. */
export function namedColumns({ raters, actionUnits, votes, ...single }: Columns): string[] {
  const several = [...(raters ?? []), ...Object.values(actionUnits ?? {}), ...Object.values(votes ?? {})];
  return [...Object.values(single).flat(), ...several];
}

/**
 * What the cells of a row say of a sample; `null` for a row that the label map leaves out.
 *
 * @param imagesFile file beside which paths are looked for.
 * @throws {RowProblem} if a cell cannot be read.
 */
export async function sampleOfRow(
  { where, cells, decimalComma }: TableRow,
  source: RowSource,
  imagesFile: string,
): Promise<Sample | null> {
  const { columns, scales, labelSeparator } = source;
  const text = (column: string | undefined): string | null => {
    const cell = column === undefined ? undefined : cells[column];
    return cell === undefined || isMissing(cell) || source.missing?.includes(cell.trim()) ? null : cell.trim();
  };
  const list = (column: string | undefined) => {
    const cell = text(column);
    if (cell === null) return null;
    const parts = listInCell(cell) ?? cell.split(labelSeparator);
    return parts.map((part) => part.trim()).filter((part) => part !== "");
  };
  const numeric = (column: string | undefined) => numberOf({ column, text: text(column), decimalComma });
  const scaled = (column: string | undefined, ends: readonly [number, number] | undefined) =>
    toUnitScale(numeric(column), column, ends ?? [-1, 1]);

  const label = labelOf(text(columns.label) ?? mostVotes(columns.votes, numeric), source);
  if (label === LEFT_OUT) return null;
  const labels = list(columns.labels)
    ?.flatMap((one) => labelOf(one, source) ?? [])
    .filter((one) => one !== LEFT_OUT);
  const image =
    source.imagePath === undefined ? text(columns.image) : pathOfRow([source.imagePath].flat(), text, imagesFile);
  if (columns.image !== undefined && image === null) throw new RowProblem(`its cell "${columns.image}" is empty`);
  const pixels = text(columns.pixels);
  const said = text(columns.transcript);
  return {
    id: text(columns.id) ?? image ?? where,
    image: pixels === null ? (image === null ? null : locateDatasetPath(image, imagesFile)) : await drawn(pixels),
    region: regionOf(
      typeof columns.region === "object"
        ? columns.region
            .map((one) => text(one) ?? "")
            .join(" ")
            .trim() || null
        : text(columns.region),
    ),
    subject: text(columns.subject),
    question: text(columns.question),
    context: text(columns.context),
    ...(said !== null && { transcript: transcriptAt(said, imagesFile) }),
    options: list(columns.options),
    statement: text(columns.statement),
    pair: text(columns.pair),
    raters: columns.raters?.map((column) => ratingOf(text(column), column, source)) ?? null,
    ...(columns.votes !== undefined && { votes: countsOf(columns.votes, numeric, source) }),
    truth: {
      ...NO_TRUTH,
      label,
      labels: labels ?? null,
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

/** Stands for a label whose rows are not wanted. */
const LEFT_OUT = Symbol("left out");

function labelOf(label: string | null, { labelMap }: RowSource): string | null | typeof LEFT_OUT {
  if (label === null) return null;
  const mapped = mappedLabel(label, labelMap);
  if ("reason" in mapped) throw new RowProblem(mapped.reason);
  return mapped.label ?? LEFT_OUT;
}

/** The label that most raters gave. */
function mostVotes(columns: Columns["votes"], numeric: (column: string) => number | null): string | null {
  if (columns === undefined) return null;
  const counts = Object.entries(columns).map(([label, column]) => ({ label, count: numeric(column) }));
  const votes = votesOf(counts);
  if (votes === null) throw new RowProblem("nobody voted for a label of it");
  const [first, second] = votes.most;
  if (second !== undefined) throw new RowProblem(`as many voted for "${first}" as for "${second}"`);
  return first;
}

function transcriptAt(said: string, imagesFile: string): string {
  if (!isTranscriptFile(said)) return said;
  const path = locateDatasetPath(said, imagesFile);
  if (!existsSync(systemPath(path))) throw new RowProblem(`its transcript is missing: \`${path}\``);
  return path;
}

function pathOfRow(templates: readonly string[], text: (column: string) => string | null, imagesFile: string): string {
  const path = firstPathThere(templates, text, imagesFile);
  if (typeof path === "string") return path;
  throw new RowProblem(`its cell "${path.emptyCell}" is empty`);
}

/** Path of the image that grey values make. */
async function drawn(pixels: string): Promise<string> {
  const path = await drawGreyImage(pixels);
  if (path === undefined) throw new RowProblem("its pixels are not grey values of a square image");
  return path;
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

/** What a rater said: a label as `labelMap` has it, or a number on the scale of valence where the data set gives one. */
function ratingOf(cell: string | null, column: string, source: RowSource): string | number | null {
  if (cell === null) return null;
  if (source.labelMap !== undefined) {
    const label = labelOf(cell, source);
    return label === LEFT_OUT ? null : label;
  }
  if (!Number.isFinite(Number(cell))) return cell;
  return source.scales.valence === undefined ? Number(cell) : toUnitScale(Number(cell), column, source.scales.valence);
}

/** Votes for labels that the label map leaves out are left out. */
function countsOf(
  columns: NonNullable<Columns["votes"]>,
  numeric: (column: string) => number | null,
  source: RowSource,
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [vote, column] of Object.entries(columns)) {
    const label = labelOf(vote, source);
    if (label !== null && label !== LEFT_OUT) counts[label] = (counts[label] ?? 0) + (numeric(column) ?? 0);
  }
  return counts;
}

function codesOf(
  columns: Readonly<Record<string, string>>,
  numeric: (column: string) => number | null,
  scale: CodedActionUnit["scale"],
): CodedActionUnit[] {
  return Object.entries(columns).flatMap(([au, column]) => {
    const value = numeric(column);
    return value === null ? [] : [{ au, value: codedValue(column, value, scale === "binary" ? 1 : 5), scale }];
  });
}

function unnamedCells(cells: Readonly<Record<string, string>>, columns: Columns): Record<string, string> {
  const named = new Set(namedColumns(columns));
  return Object.fromEntries(Object.entries(cells).filter(([column, cell]) => !named.has(column) && cell !== ""));
}
