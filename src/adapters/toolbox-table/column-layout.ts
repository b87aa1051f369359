import type { PixelBox } from "../../domain/geometry.ts";
import type {
  ActionUnitMeasurement,
  ExpressionReading,
  FaceMeasurement,
  Gaze,
  HeadPose,
  Scale,
  Side,
  ToolboxId,
  ToolboxScore,
  ToolboxSupport,
} from "../../domain/measurement.ts";
import type { ImportedFace } from "../../ports/evidence-file.ts";
import { offScale } from "./scale-range.ts";
import type { Cells, RowContent, RowReader } from "./table-format.ts";

/** A column that holds an action unit. */
export interface ActionUnitColumn {
  readonly column: number;
  readonly au: string;
  readonly side: Side;
  readonly scale: Scale;
  readonly estimated: boolean;
}

/** Columns from which something is worked out, given their values in the same order. */
export interface Derived<T> {
  readonly columns: readonly number[];
  /** Values may be `NaN`; `null` when nothing can be said. */
  readonly from: (values: readonly number[]) => T | null;
}

/** Where in a table the parts of a measurement stand. Everything is a column index. */
export interface ColumnLayout {
  readonly toolbox: ToolboxId;
  readonly image: number | undefined;
  readonly frame: number | undefined;
  readonly timeSec: { readonly column: number; readonly secondsPerUnit: number } | undefined;
  readonly faceKey: number | undefined;
  readonly score: number | undefined;
  /** OpenFace says in a column of its own whether it found the face. */
  readonly found: number | undefined;
  readonly actionUnits: readonly ActionUnitColumn[];
  readonly box: (Derived<PixelBox> & { readonly unit: ImportedFace["boxUnit"] }) | undefined;
  readonly headPose: Derived<HeadPose> | undefined;
  readonly gaze: Derived<Gaze> | undefined;
  /** Columns of one distribution, by the label that it means here. */
  readonly expressions: readonly { readonly column: number; readonly label: string }[];
  readonly scores: readonly { readonly column: number; readonly name: string; readonly range: string }[];
  /** A row without any value: no face was seen, or the row is about something else than faces. */
  readonly emptyRow: "no-face" | "other";
  readonly warnings: readonly string[];
}

/** A distribution may miss 1 by what its decimals were cut to. */
const SUM_TOLERANCE = 0.02;

/** Reads rows of a table whose measurements stand in columns of their own. */
export function readerOfColumns(layout: ColumnLayout): RowReader {
  const slots = createSlots();
  const slotOf = (column: number | undefined): number | undefined =>
    column === undefined ? undefined : slots.of(column);
  const actionUnits = layout.actionUnits.map((unit) => ({ ...unit, slot: slots.of(unit.column) }));
  const expressions = layout.expressions.map(({ column, label }) => ({ label, slot: slots.of(column) }));
  const scores = layout.scores.map(({ column, name, range }) => ({ name, range, slot: slots.of(column) }));
  const derived = <T>(part: Derived<T> | undefined) =>
    part === undefined ? undefined : { slots: part.columns.map(slots.of), from: part.from };
  const box = derived(layout.box);
  const headPose = derived(layout.headPose);
  const gaze = derived(layout.gaze);
  const image = slotOf(layout.image);
  const frame = slotOf(layout.frame);
  const timeSec = slotOf(layout.timeSec?.column);
  const faceKey = slotOf(layout.faceKey);
  const score = slotOf(layout.score);
  const found = slotOf(layout.found);

  const readActionUnits = (cells: Cells): ActionUnitMeasurement[] => {
    const read: ActionUnitMeasurement[] = [];
    for (const { slot, au, side, scale, estimated } of actionUnits) {
      const value = cells.number(slot);
      if (Number.isNaN(value)) continue;
      const wrong = offScale(value, scale);
      if (wrong !== undefined) throw cells.refusal(slot, wrong);
      read.push({ au, side, value, scale, estimated, weight: null, toolbox: layout.toolbox });
    }
    return read;
  };

  const readFace = (cells: Cells, warn: (sentence: string) => void): ImportedFace | null => {
    if (found !== undefined && cells.number(found) === 0) return null;
    const units = readActionUnits(cells);
    const where = box === undefined ? null : box.from(box.slots.map((slot) => cells.number(slot)));
    const readings = readExpressions(cells, { expressions, source: layout.toolbox, warn });
    const extra = readScores(cells, scores);
    if (units.length === 0 && readings.length === 0 && extra.length === 0) return null;
    const measurement: Omit<FaceMeasurement, "box"> = {
      toolbox: layout.toolbox,
      score: score === undefined ? null : shareOrNull(cells.number(score)),
      landmarks: null,
      quality: null,
      headPose: headPose === undefined ? null : headPose.from(headPose.slots.map((slot) => cells.number(slot))),
      gaze: gaze === undefined ? null : gaze.from(gaze.slots.map((slot) => cells.number(slot))),
      eyeOpenness: null,
      actionUnits: units,
      expressions: readings,
      ...(extra.length > 0 ? { scores: extra } : {}),
    };
    return { box: where, boxUnit: layout.box?.unit ?? "pixel", measurement };
  };

  return {
    toolbox: layout.toolbox,
    supports: supportOf(layout),
    wanted: slots.columns,
    warnings: layout.warnings,
    read(cells, warn): RowContent | undefined {
      const face = readFace(cells, warn);
      if (face === null && layout.emptyRow === "other") return undefined;
      return {
        image: image === undefined ? null : textOrNull(cells.text(image)),
        frame: frame === undefined ? null : numberOrNull(cells.number(frame)),
        timeSec: timeSec === undefined ? null : secondsOrNull(cells.number(timeSec), layout.timeSec?.secondsPerUnit),
        faceKey: faceKey === undefined ? null : textOrNull(cells.text(faceKey)),
        face,
      };
    },
  };
}

/** Numbers the columns in the order in which they are first asked for. */
function createSlots(): { readonly columns: readonly number[]; of(column: number): number } {
  const columns: number[] = [];
  const slotOf = new Map<number, number>();
  return {
    columns,
    of(column) {
      const known = slotOf.get(column);
      if (known !== undefined) return known;
      slotOf.set(column, columns.length);
      return columns.push(column) - 1;
    },
  };
}

interface ExpressionCells {
  readonly expressions: readonly { readonly label: string; readonly slot: number }[];
  readonly source: string;
  readonly warn: (sentence: string) => void;
}

function readExpressions(cells: Cells, { expressions, source, warn }: ExpressionCells): ExpressionReading[] {
  if (expressions.length === 0) return [];
  const distribution = expressions.map(({ label, slot }) => ({ label, probability: cells.number(slot) }));
  if (distribution.some(({ probability }) => Number.isNaN(probability))) return [];
  const sum = distribution.reduce((total, { probability }) => total + probability, 0);
  const isDistribution =
    Math.abs(sum - 1) <= SUM_TOLERANCE && distribution.every(({ probability: p }) => p >= 0 && p <= 1);
  if (isDistribution) return [{ source, distribution }];
  warn("Its emotion columns do not sum to 1 everywhere: such rows have no expression distribution");
  return [];
}

function readScores(
  cells: Cells,
  scores: readonly { readonly name: string; readonly range: string; readonly slot: number }[],
): ToolboxScore[] {
  const read: ToolboxScore[] = [];
  for (const { name, range, slot } of scores) {
    const value = range === "label" ? cells.text(slot) : cells.number(slot);
    if (typeof value === "string" ? value !== "" : !Number.isNaN(value)) read.push({ name, value, range });
  }
  return read;
}

function supportOf(layout: ColumnLayout): ToolboxSupport {
  const sided = new Set(layout.actionUnits.filter(({ side }) => side !== "both").map(({ au }) => au));
  const units = new Map(layout.actionUnits.map(({ au, scale }) => [`${au} ${scale}`, { au, scale }]));
  return {
    actionUnits: [...units.values()].map(({ au, scale }) => ({ au, scale, sides: sided.has(au) })),
    expressions: layout.expressions.map(({ label }) => label),
  };
}

function numberOrNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

function shareOrNull(value: number): number | null {
  return value >= 0 && value <= 1 ? value : null;
}

function textOrNull(text: string): string | null {
  return text === "" || text.toLowerCase() === "nan" ? null : text;
}

function secondsOrNull(value: number, secondsPerUnit = 1): number | null {
  return Number.isNaN(value) ? null : value * secondsPerUnit;
}
