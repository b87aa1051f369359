import { readFile } from "node:fs/promises";
import { z } from "zod";
import { ModelFileError } from "../../domain/errors.ts";
import type { ActionUnitMeasurement, FaceFeature, FaceMeasurement, HeadPose } from "../../domain/measurement.ts";
import { ownPath } from "../../platform/package-paths.ts";
import type { ActionUnitModel, RecalibratedFormula } from "./action-unit-model.ts";
import {
  type ActionUnitLogits,
  actionUnitLogits,
  poseEffect,
  probabilities,
  recalibrated,
  sideEffect,
} from "./action-units.ts";
import { type FaceFeatures, withSmile } from "./face-features.ts";

/** What an average resting face measures, `models/action-units/neutral-1.json`. */
const AverageNeutral = z.strictObject({
  version: z.string(),
  about: z.string(),
  features: z.record(z.string(), z.number()),
});
type AverageNeutral = z.infer<typeof AverageNeutral>;

/** @throws {ModelFileError} if the shipped numbers are missing or do not fit the schema. */
export async function readAverageNeutral(): Promise<AverageNeutral> {
  const text = await readFile(ownPath("models", "action-units", "neutral-1.json"), "utf8").catch((cause: unknown) => {
    throw new ModelFileError("action units", "models/action-units/neutral-1.json cannot be read", { cause });
  });
  const parsed = AverageNeutral.safeParse(JSON.parse(text));
  if (!parsed.success) throw new ModelFileError("action units", z.prettifyError(parsed.error));
  return parsed.data;
}

/** A resting face measured against itself shows no action unit more than .1: as log-odds. */
const MOST_AT_REST = Math.log(0.1 / 0.9);

/**
 * Measures action units as FACS coders do: by what changed from the person's own resting face. Every feature is moved by
 * the difference between the average resting face and this person's, on each side for itself, so that low brows, thin
 * lips or a crooked mouth by nature count for nothing; the formulas stay the same. Never a difference of probabilities:
 * those saturate.
 *
 * @returns a function that throws {RangeError} when a measurement is not one of this toolbox.
 */
export function createNeutralComparison(
  model: ActionUnitModel,
  average: AverageNeutral,
): (face: FaceMeasurement, neutral: FaceMeasurement) => FaceMeasurement {
  const atRest = new Map(
    logitsOf(model, [null, null], (name) => {
      const value = averageOf(average, name);
      return { left: value, right: value };
    }).map(({ formula, both }) => [formula.au, Math.min(both, MOST_AT_REST / formula.recalibration.below) - both]),
  );
  return (face, neutral) => {
    const logits = logitsOf(model, [face.headPose, neutral.headPose], (name) =>
      moved(featureOf(face, name), featureOf(neutral, name), averageOf(average, name)),
    );
    const byName = new Map(logits.map((found) => [`AU${found.formula.au}`, found]));
    return {
      ...face,
      actionUnits: face.actionUnits.map((unit) => {
        const found = byName.get(unit.au);
        if (found === undefined) return unit;
        const shift = atRest.get(found.formula.au) as number; // both come from the same formulas
        const { formula, both, left, right } = found;
        const moved = { formula, both: both + shift, left: left + shift, right: right + shift };
        return { ...unit, value: probabilities(moved)[unit.side], weight: weightOf(unit, neutral) };
      }),
    };
  };
}

/** @param poses of the face and of the resting face: what both share, the comparison has taken off already. */
function logitsOf(
  model: ActionUnitModel,
  [pose, restingPose]: readonly [HeadPose | null, HeadPose | null],
  feature: (name: string) => FaceFeature,
): ActionUnitLogits[] {
  const values = model.features.map(({ name }) => [name, feature(name)] as const);
  const features: FaceFeatures = {
    left: new Map(values.map(([name, { left }]) => [name, left])),
    right: new Map(values.map(([name, { right }]) => [name, right])),
    both: new Map(values.map(([name, { left, right }]) => [name, (left + right) / 2])),
  };
  const logits = actionUnitLogits(model.ausAppearance, withSmile(model, features), new Map());
  const between = (effect: typeof poseEffect) => (formula: RecalibratedFormula) => {
    if (pose === null || restingPose === null) return 0;
    return effect(formula, model, pose) - effect(formula, model, restingPose);
  };
  return recalibrated(logits, between(poseEffect), between(sideEffect));
}

function moved(face: FaceFeature, neutral: FaceFeature, average: number): FaceFeature {
  return { left: face.left - neutral.left + average, right: face.right - neutral.right + average };
}

function featureOf({ features, toolbox }: FaceMeasurement, name: string): FaceFeature {
  const feature = features?.[name];
  if (feature === undefined) throw new RangeError(`A measurement of ${toolbox} has no feature "${name}"`);
  return feature;
}

function averageOf({ features }: AverageNeutral, name: string): number {
  const value = features[name];
  if (value === undefined) throw new ModelFileError("action units", `neutral-1.json has no feature "${name}"`);
  return value;
}

/** A comparison is no better than the worse of its two images. */
function weightOf(unit: ActionUnitMeasurement, neutral: FaceMeasurement): number | null {
  const weight = neutral.actionUnits.find(({ au, side }) => au === unit.au && side === unit.side)?.weight;
  if (unit.weight === null || weight === undefined || weight === null) return unit.weight;
  return Math.min(unit.weight, weight);
}
