import { ModelFileError } from "../../domain/errors.ts";
import type { ActionUnitModel, LinearModel } from "./action-unit-model.ts";
import { compileFormula, type Formula, type FormulaScope } from "./formula.ts";

/** Values of features by name. */
export type Features = ReadonlyMap<string, number>;

/** The same features on either side of the subject, and their means for the whole face. */
export interface FaceFeatures {
  readonly right: Features;
  readonly left: Features;
  readonly both: Features;
}

/** Computes the geometry features of a mesh on the canonical face: float64 [478, 3], centimetres. */
export type FeatureReader = (points: Float64Array) => FaceFeatures;

/** @throws {ModelFileError} if a formula is wrong or names points that the model does not define. */
export function createFeatureReader(model: ActionUnitModel): FeatureReader {
  const formulas = new Map<string, Formula>();
  for (const feature of model.features) {
    if (feature.kind === "geometry") formulas.set(feature.name, compileFormula(feature.formula));
  }
  const macros = new Map(Object.entries(model.macros).map(([name, text]) => [name, compileFormula(text)]));
  return (points) => {
    const right = featuresOf(formulas, createScope(model, macros, points, "right"));
    const left = featuresOf(formulas, createScope(model, macros, points, "left"));
    return withSmile(model, { right, left, both: meanOf(right, left) });
  };
}

function featuresOf(formulas: ReadonlyMap<string, Formula>, scope: FormulaScope): Features {
  return new Map([...formulas].map(([name, formula]) => [name, formula(scope)]));
}

function meanOf(right: Features, left: Features): Features {
  return new Map([...right].map(([name, value]) => [name, (value + (left.get(name) as number)) / 2]));
}

/** Adds the smile: one value for the whole face, which action units that a smile imitates subtract. */
export function withSmile(model: ActionUnitModel, { right, left, both }: FaceFeatures): FaceFeatures {
  const smile = Math.log1p(Math.exp(logitOf(model.derived.smile, both)));
  const add = (features: Features) => new Map([...features, ["smile", smile] as const]);
  return { right: add(right), left: add(left), both: add(both) };
}

/** @throws {ModelFileError} if a term names a feature that is not there. */
export function logitOf({ bias, terms }: LinearModel, features: Features): number {
  let logit = bias;
  for (const { feature, mean, sd, weight } of terms) {
    const value = features.get(feature);
    if (value === undefined) throw new ModelFileError("action units", `no feature is called "${feature}"`);
    logit += (weight * (value - mean)) / sd;
  }
  return logit;
}

type Point = readonly [x: number, y: number, z: number];

/** `x` is lateral (away from the midline on the named side), `y` up, `z` forward, `d` a distance; `opp_` is the other side. */
function createScope(
  model: ActionUnitModel,
  macros: ReadonlyMap<string, Formula>,
  points: Float64Array,
  side: "right" | "left",
): FormulaScope {
  const [own, other] = side === "right" ? ([0, 1] as const) : ([1, 0] as const);
  const group = (name: string): Point => {
    const opposite = name.startsWith("opp_");
    const plain = opposite ? name.slice("opp_".length) : name;
    const indices = model.midpoints[plain] ?? model.points[plain]?.[opposite ? other : own];
    if (indices === undefined) throw new ModelFileError("action units", `no points are called "${name}"`);
    return meanPoint(points, indices);
  };
  const scope: FormulaScope = {
    call: (name, groups) => measure(name, groups.map(group), side),
    quantity: (name) => {
      const macro = macros.get(name);
      if (macro === undefined) throw new ModelFileError("action units", `nothing is called "${name}"`);
      return macro(scope);
    },
  };
  return scope;
}

function measure(name: string, [first, second]: readonly Point[], side: "right" | "left"): number {
  if (first !== undefined && second === undefined) {
    if (name === "x") return side === "right" ? -first[0] : first[0];
    if (name === "y") return first[1];
    if (name === "z") return first[2];
  }
  if (name === "d" && first !== undefined && second !== undefined) {
    return Math.hypot(first[0] - second[0], first[1] - second[1], first[2] - second[2]);
  }
  throw new ModelFileError("action units", `no formula function "${name}" takes these points`);
}

/** Mean of some points of a flat [points, 3] list. */
export function meanPoint(points: Float64Array, indices: readonly number[]): Point {
  let [x, y, z] = [0, 0, 0];
  for (const index of indices) {
    x += points[index * 3] as number; // the schema keeps indices below 478
    y += points[index * 3 + 1] as number;
    z += points[index * 3 + 2] as number;
  }
  return [x / indices.length, y / indices.length, z / indices.length];
}
