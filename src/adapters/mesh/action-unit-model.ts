import { readFile } from "node:fs/promises";
import { z } from "zod";
import { ModelFileError } from "../../domain/errors.ts";
import { ownPath } from "../../platform/package-paths.ts";
import { parseShipped } from "../../platform/parse-shipped.ts";

const PointIndex = z.int().min(0).max(477);
const PointGroup = z.array(PointIndex).min(1);
/** Corners top left, top right, bottom right, bottom left; each the mean of its points. */
const Quad = z.tuple([PointGroup, PointGroup, PointGroup, PointGroup]);

const GeometryFeature = z.strictObject({
  name: z.string().min(1),
  kind: z.literal("geometry"),
  side: z.literal("per side"),
  formula: z.string().min(1),
  doc: z.string(),
});

const AppearanceFeature = z.strictObject({
  name: z.string().min(1),
  kind: z.literal("appearance"),
  statistic: z.enum(["mean", "gradV"]),
  side: z.literal("midline"),
  quads: z.array(Quad).min(1),
  doc: z.string(),
});
export type AppearanceFeature = z.infer<typeof AppearanceFeature>;

/** One standardised feature in a sum: `weight * (feature - mean) / sd`. */
const Term = z.strictObject({
  feature: z.string().min(1),
  mean: z.number(),
  sd: z.number().positive(),
  weight: z.number(),
});

/** A logit: `bias` plus the terms. */
export const LinearModel = z.object({ bias: z.number(), terms: z.array(Term).min(1) });
export type LinearModel = z.infer<typeof LinearModel>;

const ActionUnitFormula = z.strictObject({
  au: z.int().positive(),
  name: z.string(),
  /** Whether left and right are told apart: what is left of their difference without the head's turn comes back from the mirror image. */
  sided: z.boolean(),
  /** How much of a difference between the sides is believed; side differences are noisier than their mean. */
  sideShrink: z.number().min(0).max(1),
  /** How the sides make the value of the whole face. */
  combine: z.enum(["mean", "max"]),
  bias: z.number(),
  terms: z.array(Term).min(1),
  doc: z.string(),
  calibration: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
});

/** What is taken off a unit's logit so that .5 is where it counts as shown, whatever way the head is turned, at rest or not. */
const Recalibration = z.strictObject({
  /** The logit that used to be given to a face at the threshold. */
  threshold: z.number(),
  /** What the head's pose alone does to the logit: per radian of pitch from rest, its square, and that of yaw. */
  pitch: z.number(),
  pitchSquared: z.number(),
  yawSquared: z.number(),
  /** What a turned head adds to the difference of the sides, left less right, per radian of yaw. */
  sideYaw: z.number(),
  /** How far the unit leans on whether the face is seen at rest: per unit of log-share, see `AtRest`. 0: not at all. */
  rest: z.number().min(0),
  /** How steep the probability is below .5 and above it, beside a logistic curve of the logit. */
  below: z.number().positive(),
  above: z.number().positive(),
});

/** What a network's features of the skin add to a unit: the sum of weight * feature, less `offset`, within the bounds of `Skin`. */
const SkinTerm = z.strictObject({
  /** Where the skin was seen, in the place of those of `recalibration`. */
  ...Recalibration.pick({ threshold: true, below: true, above: true }).shape,
  offset: z.number(),
  weights: z.array(z.number()).min(1),
});

/** A formula over geometry and skin, as measured faces are read by. */
export const RecalibratedFormula = ActionUnitFormula.extend({
  recalibration: Recalibration,
  /** Missing where too few coded faces tell what the skin says. */
  skin: SkinTerm.optional(),
});
export type RecalibratedFormula = z.infer<typeof RecalibratedFormula>;

const RestingPose = z.strictObject({
  /** Pitch at which the mesh sees an ordinary portrait. */
  pitchRad: z.number(),
  /** Beyond this the effect of pose is taken to grow no further. */
  mostPitchRad: z.number().positive(),
  mostYawRad: z.number().positive(),
});

/** What tells a face at rest from low brows and thin lips by nature: networks that see the skin, asked for `neutral` alone. */
const AtRest = z.strictObject({
  /** Ids of expression networks. */
  networks: z.array(z.string().min(1)).min(1),
  /** Added to each network's share of `neutral` before its logarithm is taken. */
  floor: z.number().positive(),
  /** Mean log-share over the faces that the leans were fitted to: there, and where a network is missing, nothing is taken off. */
  mean: z.number(),
});

/** Which network's features tell of the skin, and how far they may move a unit: what geometry clearly shows stays shown. */
const Skin = z.strictObject({
  network: z.string().min(1),
  /** By the name in its manifest. */
  output: z.string().min(1),
  /** Logits. They may confirm more than they may deny: the network learned from crowds, who overlook brows and lips. */
  mostUp: z.number().positive(),
  mostDown: z.number().positive(),
});

const AngleRamp = z.strictObject({
  yawFull: z.number(),
  yawZero: z.number(),
  pitchFull: z.number(),
  pitchZero: z.number(),
});

/** How action units, eye openness and gaze follow from a mesh: formulas and numbers as data, `models/action-units/`. */
export const ActionUnitModel = z.strictObject({
  version: z.string(),
  frame: z.string(),
  /** Mesh points of each group on the subject's right, then left. */
  points: z.record(z.string(), z.tuple([PointGroup, PointGroup])),
  midpoints: z.record(z.string(), PointGroup),
  /** Named quantities that formulas use. */
  macros: z.record(z.string(), z.string()),
  features: z.array(z.discriminatedUnion("kind", [GeometryFeature, AppearanceFeature])),
  derived: z.strictObject({
    smile: z.strictObject({ ...LinearModel.shape, doc: z.string(), type: z.literal("softplus") }),
  }),
  /** From geometry alone. */
  aus: z.array(ActionUnitFormula),
  /** From geometry and the look of the skin. */
  ausAppearance: z.array(RecalibratedFormula),
  /** From where and how far `recalibration` counts the head's pose. */
  restingPose: RestingPose,
  atRest: AtRest,
  skin: Skin,
  appearance: z.strictObject({
    /** Blur as a share of the distance between the outer eye corners, so that features do not depend on resolution. */
    sigmaPerIod: z.number().positive(),
    grid: z.int().positive(),
    faceGrid: z.int().positive(),
    faceQuad: Quad,
  }),
  openness: z.strictObject({ closed: z.number(), open: z.number(), doc: z.string() }),
  gaze: z.strictObject({
    /** Of the eyeball, centimetres. */
    radius: z.number().positive(),
    lateralOffset: z.number(),
    verticalOffset: z.number(),
    /** Eyes less open than this do not show where they look. */
    minOpenness: z.number(),
  }),
  weights: z.strictObject({
    upperFace: z.array(z.int().positive()),
    /** Degrees of head turn up to which an action unit counts fully, and from which it does not count. */
    upper: AngleRamp,
    lower: AngleRamp,
    sizeZero: z.number(),
    sizeFull: z.number(),
  }),
});
export type ActionUnitModel = z.infer<typeof ActionUnitModel>;

/** @throws {ModelFileError} if the shipped model is missing or does not fit the schema. */
export async function readActionUnitModel(): Promise<ActionUnitModel> {
  const text = await readFile(ownPath("models", "action-units", "mesh-1.json"), "utf8").catch((cause: unknown) => {
    throw new ModelFileError("action units", "models/action-units/mesh-1.json cannot be read", { cause });
  });
  return parseShipped(text, parse);
}

function parse(text: string): ActionUnitModel {
  const parsed = ActionUnitModel.safeParse(JSON.parse(text));
  if (!parsed.success) throw new ModelFileError("action units", z.prettifyError(parsed.error));
  return parsed.data;
}
