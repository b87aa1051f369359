import { z } from "zod";
import { PixelBox } from "./geometry.ts";
import { LabelProbability } from "./labels.ts";

/** What a number means. Numbers on different scales are never compared or averaged without a named mapping. */
export const Scale = z.enum(["probability", "intensity-0-5", "percent-0-100", "binary", "log-odds"]);
export type Scale = z.infer<typeof Scale>;

/** The subject's own left or right, or the whole face. */
export const Side = z.enum(["both", "left", "right"]);
export type Side = z.infer<typeof Side>;

/** Whether an action unit is shown, as far as one measurement can tell. */
export const Presence = z.enum(["present", "absent", "uncertain"]);
export type Presence = z.infer<typeof Presence>;

/** Name of a FACS action unit as this project writes it: `AU1`, `AU12`, `AU43`. */
export const ActionUnitName = z.string().regex(/^AU([1-9]|[1-9][0-9])$/, "an action unit is written like AU12");
export type ActionUnitName = z.infer<typeof ActionUnitName>;

/** A face of an image as people name it: `F1`, `F2`, ... from left to right. */
export const FaceId = z.string().regex(/^F[1-9][0-9]*$/);

/** Name and version of a toolbox, e.g. `mesh@5`. */
export const ToolboxId = z.string().regex(/^[a-z][a-z0-9-]*@[A-Za-z0-9_.+-]+$/, "a toolbox id is written like mesh@5");
export type ToolboxId = z.infer<typeof ToolboxId>;

/** One action unit as one toolbox measured it. An action unit without an entry was not measured. */
export const ActionUnitMeasurement = z.strictObject({
  au: ActionUnitName,
  side: Side,
  value: z.number(),
  scale: Scale,
  /** True when it was inferred by a mapping (geometry, blendshapes) rather than by a model trained on FACS codes. */
  estimated: z.boolean(),
  /** How far to trust it here, 0..1, from head pose, face size and occlusion; `null` when the toolbox does not say. */
  weight: z.number().min(0).max(1).nullable(),
  toolbox: ToolboxId,
});
export type ActionUnitMeasurement = z.infer<typeof ActionUnitMeasurement>;

/** One classifier's reading of the expression: a distribution over labels that sums to 1, but for the rounding of each. */
export const ExpressionReading = z.strictObject({
  /** Network or toolbox with version, e.g. `face-api-expression@1.7.15`. */
  source: z.string().min(1),
  distribution: z.array(LabelProbability).min(1),
});
export type ExpressionReading = z.infer<typeof ExpressionReading>;

/**
 * Head rotation in radians, all 0 when the face looks straight into the camera. Yaw is positive when the subject turns
 * toward the right edge of the image, pitch when the chin is raised, roll when the head is tilted clockwise as seen.
 */
export const HeadPose = z.strictObject({ yawRad: z.number(), pitchRad: z.number(), rollRad: z.number() });
export type HeadPose = z.infer<typeof HeadPose>;

/** A head, or a gaze, that is turned by less counts as straight: under 5 whole degrees. Set by hand, not fitted. */
export const STRAIGHT_BELOW_RAD = (4.5 * Math.PI) / 180;

/** Gaze relative to the head in radians: yaw positive toward the right edge of the image, pitch positive upward. */
export const Gaze = z.strictObject({ yawRad: z.number(), pitchRad: z.number() });
export type Gaze = z.infer<typeof Gaze>;

/** Eye openness: 0 closed, about 1 at rest, above 1 when widened. Subject's own left and right. */
export const EyeOpenness = z.strictObject({ left: z.number().min(0), right: z.number().min(0) });
export type EyeOpenness = z.infer<typeof EyeOpenness>;

/** A part of a face that can be hidden: by a hand, a mask, hair, glasses. Left and right are the subject's own. */
export const CoveredPart = z.enum([
  "right brow",
  "left brow",
  "right eye",
  "left eye",
  "nose",
  "right cheek",
  "left cheek",
  "right mouth",
  "left mouth",
  "chin",
]);
export type CoveredPart = z.infer<typeof CoveredPart>;

/** When not to trust a face. */
export const FaceQuality = z.strictObject({
  /** The longer side of the box around the face's landmarks, in source pixels. */
  facePx: z.number().positive(),
  /** Variance of the Laplacian of the 8-bit luminance on the aligned face crop; under about 20 is blurred. */
  sharpness: z.number().min(0),
  /** Mean luminance of the face, 0..255. */
  luminance: z.number().min(0).max(255),
  /** Share of the face box outside the frame, 0..1. */
  cutOff: z.number().min(0).max(1),
  /** How sure the mesh network is that it looks at a face, 0..1; `null` when the toolbox does not say. */
  facePresence: z.number().min(0).max(1).nullable(),
  /** Parts that something hides; what they would show is not measured. Left out by toolboxes that do not say. */
  covered: z.array(CoveredPart).optional(),
  /** 0..1, the product of the above as documented in models/cards/mesh.md. */
  overall: z.number().min(0).max(1),
  /** What to beware of, one short phrase each, e.g. `"face is 38 px wide"`. Empty when nothing is wrong. */
  warnings: z.array(z.string()),
});
export type FaceQuality = z.infer<typeof FaceQuality>;

/**
 * A reading that is neither an action unit nor a distribution: independent emotion scores, valence, a top label without
 * probabilities. It keeps the toolbox's own name and range and is never turned into a probability.
 */
export const ToolboxScore = z.strictObject({
  /** As the toolbox writes it: `joy`, `valence`, `facial_expression`. */
  name: z.string().min(1),
  value: z.union([z.number(), z.string()]),
  /** `0..100`, `-1..1`, `log10 odds`, `label`. */
  range: z.string().min(1),
});
export type ToolboxScore = z.infer<typeof ToolboxScore>;

/** A number that an action-unit formula works on, on the subject's left and right; equal where it belongs to no side. */
export const FaceFeature = z.strictObject({ left: z.number(), right: z.number() });
export type FaceFeature = z.infer<typeof FaceFeature>;

/** The image of a person's resting face that action units were measured against. */
export const NeutralReference = z.strictObject({
  path: z.string(),
  /** SHA-256 of that file's bytes, hex. */
  sha256: z.string(),
});
export type NeutralReference = z.infer<typeof NeutralReference>;

/** Everything one toolbox says of one face. */
export const FaceMeasurement = z.strictObject({
  toolbox: ToolboxId,
  box: PixelBox,
  /** Detector's confidence, 0..1; `null` when the toolbox does not say. */
  score: z.number().min(0).max(1).nullable(),
  /** float64 [points, 3]: x and y in source pixels, z in the same unit, smaller nearer. `null` when not measured. */
  landmarks: z.array(z.tuple([z.number(), z.number(), z.number()])).nullable(),
  quality: FaceQuality.nullable(),
  headPose: HeadPose.nullable(),
  gaze: Gaze.nullable(),
  eyeOpenness: EyeOpenness.nullable(),
  actionUnits: z.array(ActionUnitMeasurement),
  expressions: z.array(ExpressionReading),
  /** Left out by toolboxes that have none. */
  scores: z.array(ToolboxScore).optional(),
  /** What its formulas work on, by name, in the toolbox's own units. Left out by toolboxes that have none. */
  features: z.record(z.string(), FaceFeature).optional(),
  /**
   * Present when the image was declared mirrored: left and right, head pose and gaze are as others see the person, places
   * are those of the image as it is.
   */
  mirrored: z.literal(true).optional(),
  /** Present when action units were measured against this person's own resting face instead of the average one. */
  neutral: NeutralReference.optional(),
});
export type FaceMeasurement = z.infer<typeof FaceMeasurement>;

/** What a toolbox, or its file, says nothing of: `null` is "not measured", never a value. */
export const NOT_MEASURED = {
  score: null,
  landmarks: null,
  quality: null,
  headPose: null,
  gaze: null,
  eyeOpenness: null,
} as const;

/** One person's face, with what each toolbox measured on it. `faceId` is `F1`, `F2`, ... from left to right. */
export const Face = z.strictObject({
  faceId: z.string(),
  box: PixelBox,
  measurements: z.array(FaceMeasurement).min(1),
  /** The same person through the frames of a video: `T1`, `T2`, ... in order of appearance. Left out for images. */
  trackId: z.string().optional(),
});
export type Face = z.infer<typeof Face>;

/** What a toolbox can measure at all. Whatever is missing here is "not supported", which is neither zero nor absent. */
export interface ToolboxSupport {
  readonly actionUnits: readonly { readonly au: ActionUnitName; readonly scale: Scale; readonly sides: boolean }[];
  /** Labels of its expression readings. */
  readonly expressions: readonly string[];
  /** `source` of each of its readings where that is not the toolbox itself, e.g. two networks within one toolbox. */
  readonly expressionSources?: readonly string[];
}

/** A measurement to keep: without the points and numbers that only measuring itself needs, which are most of its bulk. */
export function withoutGeometry<T extends Omit<FaceMeasurement, "box">>({ features: _features, ...measurement }: T) {
  return { ...measurement, landmarks: null };
}
