import type { PixelBox } from "../../domain/geometry.ts";
import {
  type ActionUnitMeasurement,
  type ExpressionReading,
  type Gaze,
  type HeadPose,
  NOT_MEASURED,
  type Scale,
  type Side,
  type ToolboxId,
  type ToolboxScore,
  type ToolboxSupport,
} from "../../domain/measurement.ts";
import { onScale } from "../../domain/scale-range.ts";
import type { ImportedFace } from "../../ports/evidence-file.ts";
import { settleScales } from "./column-scales.ts";
import type { Cells, RowContent, RowReader, TableSample } from "./table-format.ts";

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
  /** Who it is through a video, in a column that does not number faces. */
  readonly person?: number | undefined;
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
export function readerOfColumns(stated: ColumnLayout, sample: TableSample): RowReader {
  const settled = settleScales(stated.actionUnits, sample);
  const layout = { ...stated, actionUnits: settled.units, warnings: [...stated.warnings, ...settled.warnings] };
  const slots = createSlots();
  const readFace = faceReader(layout, slots);
  const readPlace = placeReader(layout, slots);
  return {
    toolbox: layout.toolbox,
    supports: supportOf(layout),
    wanted: slots.columns,
    warnings: layout.warnings,
    read(cells, warn) {
      const face = readFace(cells, warn);
      return face === null && layout.emptyRow === "other" ? undefined : { ...readPlace(cells), face };
    },
  };
}

type Slots = ReturnType<typeof createSlots>;
type Read<T> = (cells: Cells) => T;

/** Which image, when, and which face of it. */
function placeReader(layout: ColumnLayout, slots: Slots): Read<Omit<RowContent, "face">> {
  const image = slots.text(layout.image);
  const frame = slots.number(layout.frame);
  const time = slots.number(layout.timeSec?.column);
  const faceKey = slots.text(layout.faceKey);
  const person = slots.text(layout.person);
  const secondsPerUnit = layout.timeSec?.secondsPerUnit ?? 1;
  return (cells) => {
    const units = time(cells);
    const timeSec = units === null ? null : units * secondsPerUnit;
    const who = person(cells);
    const place = { image: image(cells), frame: frame(cells), timeSec, faceKey: faceKey(cells) };
    return who === null ? place : { ...place, person: who };
  };
}

function faceReader(layout: ColumnLayout, slots: Slots) {
  const { toolbox } = layout;
  const found = slots.number(layout.found);
  const score = slots.number(layout.score);
  const readUnits = unitReader(layout, slots);
  const readExpressions = expressionReader(layout, slots);
  const readScores = scoreReader(layout, slots);
  const box = derivedReader(layout.box, slots);
  const headPose = derivedReader(layout.headPose, slots);
  const gaze = derivedReader(layout.gaze, slots);
  return (cells: Cells, warn: (sentence: string) => void): ImportedFace | null => {
    if (found(cells) === 0) return null;
    const { units: actionUnits, clipped } = readUnits(cells);
    const expressions = readExpressions(cells, warn);
    const scores = readScores(cells);
    if (actionUnits.length === 0 && expressions.length === 0 && scores.length === 0) return null;
    const measurement: ImportedFace["measurement"] = {
      toolbox,
      ...NOT_MEASURED,
      score: shareOrNull(score(cells)),
      headPose: headPose(cells),
      gaze: gaze(cells),
      actionUnits,
      expressions,
      ...(scores.length > 0 ? { scores } : {}),
    };
    return { box: box(cells), boxUnit: layout.box?.unit ?? "pixel", measurement, clippedValues: clipped };
  };
}

function derivedReader<T>(part: Derived<T> | undefined, slots: Slots): Read<T | null> {
  if (part === undefined) return () => null;
  const own = part.columns.map(slots.of);
  return (cells) => part.from(own.map((slot) => cells.number(slot)));
}

function unitReader(layout: ColumnLayout, slots: Slots): Read<{ units: ActionUnitMeasurement[]; clipped: number }> {
  const units = layout.actionUnits.map((unit) => ({ ...unit, slot: slots.of(unit.column) }));
  return (cells) => {
    const read: ActionUnitMeasurement[] = [];
    let clipped = 0;
    for (const { slot, au, side, scale, estimated } of units) {
      const value = cells.number(slot);
      if (Number.isNaN(value)) continue;
      const settled = onScale(value, scale);
      if ("refusal" in settled) throw cells.refusal(slot, settled.refusal);
      if (settled.clipped) clipped++;
      read.push({ au, side, value: settled.value, scale, estimated, weight: null, toolbox: layout.toolbox });
    }
    return { units: read, clipped };
  };
}

function expressionReader({ expressions, toolbox }: ColumnLayout, slots: Slots) {
  const columns = expressions.map(({ column, label }) => ({ label, slot: slots.of(column) }));
  return (cells: Cells, warn: (sentence: string) => void): ExpressionReading[] => {
    const distribution = columns.map(({ label, slot }) => ({ label, probability: cells.number(slot) }));
    if (distribution.length === 0 || distribution.some(({ probability }) => Number.isNaN(probability))) return [];
    const sum = distribution.reduce((total, { probability }) => total + probability, 0);
    const isDistribution =
      Math.abs(sum - 1) <= SUM_TOLERANCE && distribution.every(({ probability: p }) => p >= 0 && p <= 1);
    if (isDistribution) return [{ source: toolbox, distribution }];
    warn("Its emotion columns do not sum to 1 everywhere: such rows have no expression distribution");
    return [];
  };
}

function scoreReader(layout: ColumnLayout, slots: Slots): Read<ToolboxScore[]> {
  const scores = layout.scores.map(({ column, name, range }) => ({ name, range, slot: slots.of(column) }));
  return (cells) => {
    const read: ToolboxScore[] = [];
    for (const { name, range, slot } of scores) {
      const value = range === "label" ? cells.text(slot) : cells.number(slot);
      if (typeof value === "string" ? value !== "" : !Number.isNaN(value)) read.push({ name, value, range });
    }
    return read;
  };
}

/** Numbers the columns in the order in which they are first asked for, and reads them. */
function createSlots() {
  const columns: number[] = [];
  const slotOf = new Map<number, number>();
  const of = (column: number): number => {
    const known = slotOf.get(column);
    if (known !== undefined) return known;
    slotOf.set(column, columns.length);
    return columns.push(column) - 1;
  };
  return {
    columns: columns as readonly number[],
    of,
    /** `null` where there is no such column, or no value in it. */
    number(column: number | undefined): Read<number | null> {
      if (column === undefined) return () => null;
      const slot = of(column);
      return (cells) => {
        const value = cells.number(slot);
        return Number.isNaN(value) ? null : value;
      };
    },
    text(column: number | undefined): Read<string | null> {
      if (column === undefined) return () => null;
      const slot = of(column);
      return (cells) => {
        const text = cells.text(slot);
        return text === "" || text.toLowerCase() === "nan" ? null : text;
      };
    },
  };
}

function supportOf(layout: ColumnLayout): ToolboxSupport {
  const sided = new Set(layout.actionUnits.filter(({ side }) => side !== "both").map(({ au }) => au));
  const units = new Map(layout.actionUnits.map(({ au, scale }) => [`${au} ${scale}`, { au, scale }]));
  return {
    actionUnits: [...units.values()].map(({ au, scale }) => ({ au, scale, sides: sided.has(au) })),
    expressions: layout.expressions.map(({ label }) => label),
  };
}

function shareOrNull(value: number | null): number | null {
  return value !== null && value >= 0 && value <= 1 ? value : null;
}
