import { z } from "zod";
import { BASIC_LABELS } from "./labels.ts";
import { type ActionUnitMeasurement, type FaceMeasurement, ToolboxId, type ToolboxSupport } from "./measurement.ts";
import { MINIMUM_WEIGHT } from "./presence.ts";
import { shareOfScale } from "./scale-range.ts";

/** One named coordinate. `centre` is what it reads on an average face; an unmeasured coordinate stands there. */
export const SpaceDimension = z.strictObject({
  name: z.string().min(1),
  kind: z.enum(["action-unit", "one-sidedness", "expression", "head-and-gaze"]),
  centre: z.number(),
  /** How much a difference in it counts beside a difference in an action unit. */
  weight: z.number().positive(),
});
export type SpaceDimension = z.infer<typeof SpaceDimension>;

/**
 * Where faces that one toolbox measured are points. Two spaces with different ids never share a store: a number of
 * one toolbox, or of another version of it, means something else.
 */
export const ExpressionSpace = z.strictObject({
  /** Toolbox, expression classifiers and version of this recipe, e.g. `mesh@5+face-api-expression@1.7.15/1`. */
  id: z.string().min(1),
  toolbox: ToolboxId,
  expressionSources: z.array(z.string().min(1)),
  dimensions: z.array(SpaceDimension).min(1),
});
export type ExpressionSpace = z.infer<typeof ExpressionSpace>;

/*
 * The weights below were compared by nearest-neighbour recognition of the labels of 352 portraits (leave one out, 8
 * labels, unweighted recall): expressions at 1 beat 0.6, 0.3 and 0 (.43, .41, .33, .32), head and gaze at 0.3 beat 0.
 */

/**
 * Version of the recipe below. A change of names, centres or weights is a new version. In the second, a degree counts
 * where a toolbox gives a degree and a decision for one action unit, as OpenFace does; for all others it is the first.
 */
const RECIPE_VERSION = { onOneScale: 1, onTwoScales: 2 } as const;
/** Action units read about so much on faces that do not show them. */
const ACTION_UNIT_CENTRE = 0.15;
/** Yaw, pitch and roll are divided by a quarter turn's half, so that a strong turn is about 1. */
const HEAD_UNIT_RAD = Math.PI / 4;
/** With less than this share of the action units measured, a face has no place in the space. */
const MINIMUM_MEASURED_SHARE = 0.5;

/** Head and gaze, blind to left and right so that a mirrored face is the same face. */
const HEAD_AND_GAZE = ["head turned", "chin raised", "head tilted", "gaze aside", "gaze raised"] as const;

/** The space of a toolbox with the expression networks whose distributions are to count. */
export function createExpressionSpace(
  toolbox: ToolboxId,
  supports: Pick<ToolboxSupport, "actionUnits">,
  expressionSources: readonly string[],
): ExpressionSpace {
  const units = [...new Map(supports.actionUnits.map((unit) => [unit.au, unit])).values()].sort(
    (a, b) => Number(a.au.slice(2)) - Number(b.au.slice(2)),
  );
  const sources = [...expressionSources].sort();
  const dimension = (name: string, kind: SpaceDimension["kind"], centre: number, weight: number): SpaceDimension => ({
    name,
    kind,
    centre,
    weight,
  });
  const version = units.length < supports.actionUnits.length ? RECIPE_VERSION.onTwoScales : RECIPE_VERSION.onOneScale;
  return {
    id: `${[toolbox, ...sources].join("+")}/${version}`,
    toolbox,
    expressionSources: sources,
    dimensions: [
      ...units.map(({ au }) => dimension(au, "action-unit", ACTION_UNIT_CENTRE, 1)),
      ...units.filter((unit) => unit.sides).map(({ au }) => dimension(`${au} one-sided`, "one-sidedness", 0, 0.5)),
      ...(sources.length === 0
        ? []
        : BASIC_LABELS.map((label) => dimension(label, "expression", 1 / BASIC_LABELS.length, 1))),
      ...HEAD_AND_GAZE.map((name) => dimension(name, "head-and-gaze", 0, 0.3)),
    ],
  };
}

/** Where in the image a face is does not matter for where it is in a space. */
export type PlacelessMeasurement = Omit<FaceMeasurement, "box">;

/** A face in a space: unweighted coordinates by name, with the coordinates that were not measured. */
interface ExpressionPoint {
  readonly spaceId: string;
  /** float64 [dimensions], in the units of the dimensions: 0..1 for action units and expressions. */
  readonly coordinates: Float64Array;
  readonly unmeasured: readonly string[];
}

/**
 * Places a measured face. Action units are read as shares of their scale's range (log-odds through the logistic
 * function) and drawn toward the centre by their weight; under {@link MINIMUM_WEIGHT} they count as unmeasured.
 * @returns `undefined` when the measurement is another toolbox's, or too little of it was measured.
 */
export function embedFace(space: ExpressionSpace, face: PlacelessMeasurement): ExpressionPoint | undefined {
  if (face.toolbox !== space.toolbox) return undefined;
  const read = coordinateReader(space, face);
  const unmeasured: string[] = [];
  const coordinates = Float64Array.from(space.dimensions, (dimension) => {
    const value = read(dimension);
    if (value !== undefined && Number.isFinite(value)) return value;
    unmeasured.push(dimension.name);
    return dimension.centre;
  });
  const units = space.dimensions.filter((dimension) => dimension.kind === "action-unit");
  const missing = units.filter((unit) => unmeasured.includes(unit.name)).length;
  if (units.length > 0 && 1 - missing / units.length < MINIMUM_MEASURED_SHARE) return undefined;
  return { spaceId: space.id, coordinates, unmeasured };
}

/** The weighted vector that is stored and searched by Euclidean distance. float32 [dimensions]. */
export function searchVector(space: ExpressionSpace, point: ExpressionPoint): Float32Array {
  return Float32Array.from(
    space.dimensions,
    (dimension, index) => ((point.coordinates[index] as number) - dimension.centre) * dimension.weight,
  );
}

/** The coordinates behind a stored vector. */
export function coordinatesOf(space: ExpressionSpace, vector: Float32Array): Float64Array {
  return Float64Array.from(
    space.dimensions,
    (dimension, index) => (vector[index] as number) / dimension.weight + dimension.centre,
  );
}

/** Euclidean distance of two stored vectors. */
export function vectorDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += ((a[index] as number) - (b[index] as number)) ** 2;
  return Math.sqrt(sum);
}

/** Distance at which two faces count as half similar: about two action units fully different. */
const HALF_SIMILARITY_DISTANCE = 1.4;

/** 1 for the same point, 0.5 at {@link HALF_SIMILARITY_DISTANCE}, falling to 0. */
export function similarityAt(distance: number): number {
  return 2 ** -((distance / HALF_SIMILARITY_DISTANCE) ** 2);
}

function coordinateReader(space: ExpressionSpace, face: PlacelessMeasurement) {
  const sided = indexActionUnits(face.actionUnits);
  const expressions = face.expressions.filter((reading) => space.expressionSources.includes(reading.source));
  const head = headAndGaze(face);
  return (dimension: SpaceDimension): number | undefined => {
    switch (dimension.kind) {
      case "action-unit":
        return wholeFaceValue(sided.get(dimension.name), dimension.centre);
      case "one-sidedness":
        return oneSidedness(sided.get(dimension.name.replace(" one-sided", "")));
      case "expression":
        return meanProbability(expressions, dimension.name);
      case "head-and-gaze":
        return head[dimension.name as (typeof HEAD_AND_GAZE)[number]];
    }
  };
}

type Sides = Partial<Record<ActionUnitMeasurement["side"], ActionUnitMeasurement>>;

function indexActionUnits(measured: readonly ActionUnitMeasurement[]): ReadonlyMap<string, Sides> {
  const index = new Map<string, Sides>();
  for (const unit of measured) {
    const sides = index.get(unit.au);
    if (unit.scale !== "binary" || sides?.[unit.side] === undefined)
      index.set(unit.au, { ...sides, [unit.side]: unit });
  }
  return index;
}

function wholeFaceValue(sides: Sides | undefined, centre: number): number | undefined {
  if (sides === undefined) return undefined;
  if (sides.both !== undefined) return trusted(sides.both, centre);
  const values = [sides.left, sides.right].flatMap((unit) => {
    const value = unit === undefined ? undefined : trusted(unit, centre);
    return value === undefined ? [] : [value];
  });
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function oneSidedness(sides: Sides | undefined): number | undefined {
  const left = sides?.left === undefined ? undefined : trusted(sides.left, ACTION_UNIT_CENTRE);
  const right = sides?.right === undefined ? undefined : trusted(sides.right, ACTION_UNIT_CENTRE);
  return left === undefined || right === undefined ? undefined : Math.abs(left - right);
}

function trusted(unit: ActionUnitMeasurement, centre: number): number | undefined {
  const value = shareOfScale(unit.value, unit.scale);
  if (unit.weight === null) return value;
  return unit.weight < MINIMUM_WEIGHT ? undefined : centre + unit.weight * (value - centre);
}

function meanProbability(readings: FaceMeasurement["expressions"], label: string): number | undefined {
  const values = readings.flatMap((reading) =>
    reading.distribution.filter((entry) => entry.label === label).map((entry) => entry.probability),
  );
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function headAndGaze(face: PlacelessMeasurement): Record<(typeof HEAD_AND_GAZE)[number], number | undefined> {
  const { headPose, gaze } = face;
  return {
    "head turned": headPose === null ? undefined : Math.abs(headPose.yawRad) / HEAD_UNIT_RAD,
    "chin raised": headPose === null ? undefined : headPose.pitchRad / HEAD_UNIT_RAD,
    "head tilted": headPose === null ? undefined : Math.abs(headPose.rollRad) / HEAD_UNIT_RAD,
    "gaze aside": gaze === null ? undefined : Math.abs(gaze.yawRad) / HEAD_UNIT_RAD,
    "gaze raised": gaze === null ? undefined : gaze.pitchRad / HEAD_UNIT_RAD,
  };
}
