import type {
  ActionUnitMeasurement,
  ExpressionReading,
  HeadPose,
  Side,
  ToolboxSupport,
} from "../../domain/measurement.ts";
import type { ActionUnitModel, RecalibratedFormula } from "./action-unit-model.ts";
import { sigmoid } from "./blazeface.ts";
import { type FaceFeatures, type Features, logitOf } from "./face-features.ts";

/** Logits of one action unit. The sides equal the whole where they are neither told nor needed for it. */
export interface ActionUnitLogits {
  readonly formula: RecalibratedFormula;
  readonly both: number;
  readonly right: number;
  readonly left: number;
}

/** What the weight of an action unit depends on, besides the action unit. */
interface WeightFactors {
  readonly headPose: HeadPose;
  readonly facePx: number;
  /** Everything else that speaks against the face, 0..1. */
  readonly trust: number;
}

/** Evaluates all formulas. @param appearance features that stand beside the geometry on every side. */
export function actionUnitLogits(
  formulas: readonly RecalibratedFormula[],
  features: FaceFeatures,
  appearance: Features,
): ActionUnitLogits[] {
  const right = new Map([...features.right, ...appearance]);
  const left = new Map([...features.left, ...appearance]);
  const both = new Map([...features.both, ...appearance]);
  return formulas.map((formula) => {
    if (!formula.sided && formula.combine === "mean") {
      const logit = logitOf(formula, both);
      return { formula, both: logit, right: logit, left: logit };
    }
    return sidedLogits(formula, logitOf(formula, right), logitOf(formula, left));
  });
}

/** Side differences are noisier than their mean, so each side is drawn toward it. */
function sidedLogits(formula: RecalibratedFormula, right: number, left: number): ActionUnitLogits {
  const mean = (right + left) / 2;
  const half = (formula.sideShrink * (left - right)) / 2;
  const both = formula.combine === "max" ? Math.max(right, left) : mean;
  return { formula, both, right: mean - half, left: mean + half };
}

/**
 * Logits without what other things than the unit do to them, 0 where a unit begins to count as shown.
 *
 * @param sideEffectOf what else is taken off left less right, {@link sideEffect}.
 */
export function recalibrated(
  logits: readonly ActionUnitLogits[],
  effectOf: (formula: RecalibratedFormula) => number,
  sideEffectOf: (formula: RecalibratedFormula) => number,
): ActionUnitLogits[] {
  return logits.map(({ formula, both, right, left }) => {
    const off = formula.recalibration.threshold + effectOf(formula);
    const half = sideEffectOf(formula) / 2;
    return { formula, both: both - off, right: right - off + half, left: left - off - half };
  });
}

/**
 * Probabilities of recalibrated logits: of the whole face .5 at 0 and as steep on either side as codes say. The sides differ
 * from it as the formulas say: how steep it is tells of faces, and would make much of small differences of their sides.
 */
export function probabilities({ formula, ...logits }: ActionUnitLogits): Readonly<Record<Side, number>> {
  const { below, above } = formula.recalibration;
  const { both } = logits;
  const shift = both * (both < 0 ? below : above) - both;
  const of = (side: Side) => round(sigmoid(logits[side] + shift));
  return { both: of("both"), left: of("left"), right: of("right") };
}

/** What a head's pose adds to the logit of a unit on faces that people read alike. */
export function poseEffect(
  { recalibration }: RecalibratedFormula,
  { restingPose }: ActionUnitModel,
  { pitchRad, yawRad }: Pick<HeadPose, "pitchRad" | "yawRad">,
): number {
  const { pitchRad: rest, mostPitchRad, mostYawRad } = restingPose;
  const pitch = Math.max(-mostPitchRad, Math.min(mostPitchRad, pitchRad - rest));
  const yaw = Math.min(mostYawRad, Math.abs(yawRad));
  return recalibration.pitch * pitch + recalibration.pitchSquared * pitch ** 2 + recalibration.yawSquared * yaw ** 2;
}

/** What a turned head adds to the logit of the left side less that of the right: the mesh of a half that turns away looks less moved. */
export function sideEffect(
  { recalibration }: RecalibratedFormula,
  { restingPose: { mostYawRad } }: ActionUnitModel,
  { yawRad }: Pick<HeadPose, "yawRad">,
): number {
  return recalibration.sideYaw * Math.max(-mostYawRad, Math.min(mostYawRad, yawRad));
}

/**
 * What is taken off the logit of a unit because networks that see the skin see a face at rest: never by which emotion they
 * see. 0 where one of them did not read the face.
 */
export function restEffect(
  { recalibration }: RecalibratedFormula,
  { atRest: { networks, floor, mean } }: ActionUnitModel,
  readings: readonly ExpressionReading[],
): number {
  const logs = networks.map((id) => {
    const found = readings.find(({ source }) => source.startsWith(`${id}@`));
    const neutral = found?.distribution.find(({ label }) => label === "neutral");
    return neutral === undefined ? undefined : Math.log(floor + neutral.probability);
  });
  const read = logs.filter((log) => log !== undefined);
  if (read.length < networks.length) return 0;
  return recalibration.rest * (read.reduce((sum, log) => sum + log, 0) / read.length - mean);
}

/** A formula where the skin was seen: its threshold and slopes are those of the logit with what the skin adds. */
export function withSkin(formula: RecalibratedFormula): RecalibratedFormula {
  if (formula.skin === undefined) return formula;
  const { threshold, below, above } = formula.skin;
  return { ...formula, recalibration: { ...formula.recalibration, threshold, below, above } };
}

/**
 * What is taken off the logit of a unit for what a network sees of the skin, bounded: negative where the skin speaks for it.
 *
 * @param features of {@link ActionUnitModel} `skin`; `undefined` where the network did not read the face, and nothing is taken off.
 * @throws {RangeError} if there are not as many as weights.
 */
export function skinEffect(
  { au, skin }: RecalibratedFormula,
  { skin: { mostUp, mostDown } }: ActionUnitModel,
  features: Float32Array | undefined,
): number {
  if (skin === undefined || features === undefined) return 0;
  if (features.length !== skin.weights.length) {
    throw new RangeError(`AU${au} takes ${skin.weights.length} features of the skin, not ${features.length}`);
  }
  const free = skin.weights.reduce((sum, weight, at) => sum + weight * (features[at] as number), -skin.offset);
  const most = free > 0 ? mostUp : mostDown;
  return -most * Math.tanh(free / most);
}

/** Measurements from logits: one for the whole face, and one per side where there are sides. */
export function toMeasurements(
  logits: readonly ActionUnitLogits[],
  model: ActionUnitModel,
  options: { readonly toolbox: string; readonly factors: WeightFactors },
): ActionUnitMeasurement[] {
  return logits.flatMap((found) => {
    const { formula } = found;
    const values = probabilities(found);
    const sides: readonly Side[] = formula.sided ? ["both", "left", "right"] : ["both"];
    return sides.map((side) => ({
      au: `AU${formula.au}`,
      side,
      value: values[side],
      scale: "probability" as const,
      estimated: true,
      weight: round(weightOf(model, formula.au, side, options.factors)),
      toolbox: options.toolbox,
    }));
  });
}

/**
 * How far an action unit can be trusted at this head pose and face size, 0..1. The side that is turned away counts as if
 * the head were turned half as far again.
 */
export function weightOf({ weights }: ActionUnitModel, au: number, side: Side, factors: WeightFactors): number {
  const { yawRad, pitchRad } = factors.headPose;
  const limits = weights.upperFace.includes(au) ? weights.upper : weights.lower;
  // Turned toward the right edge of the image, the subject's left side (on that edge) is the one that vanishes.
  const hidden = (side === "left" && yawRad > 0) || (side === "right" && yawRad < 0);
  const yaw = fade(degrees(yawRad) * (hidden ? 1.5 : 1), limits.yawFull, limits.yawZero);
  const pitch = fade(degrees(pitchRad), limits.pitchFull, limits.pitchZero);
  const size = 1 - fade(factors.facePx, weights.sizeZero, weights.sizeFull);
  return yaw * pitch * size * factors.trust;
}

/** 1 up to `full`, 0 from `zero` on, straight between. */
export function fade(value: number, full: number, zero: number): number {
  return Math.min(1, Math.max(0, (zero - value) / (zero - full)));
}

function degrees(radians: number): number {
  return (Math.abs(radians) * 180) / Math.PI;
}

/** Six decimals: far finer than any action unit can be measured, yet faces near 0 and 1 keep their order. */
function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

/** The action units that a model measures. */
export function supportedActionUnits(formulas: readonly RecalibratedFormula[]): ToolboxSupport["actionUnits"] {
  return formulas.map(({ au, sided }) => ({ au: `AU${au}`, scale: "probability", sides: sided }));
}
