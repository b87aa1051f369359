import { z } from "zod";
import { NewEvidence } from "../domain/evidence.ts";
import { PixelBox } from "../domain/geometry.ts";
import {
  ActionUnitMeasurement,
  ExpressionReading,
  EyeOpenness,
  type Face,
  FaceMeasurement,
  FaceQuality,
  Gaze,
  HeadPose,
  NeutralReference,
  ToolboxId,
  ToolboxScore,
} from "../domain/measurement.ts";
import type { ImageOutcome } from "./measure-image.ts";

/**
 * One face as `measure --json` prints it: what all toolboxes say, side by side. Box, score, quality, pose, gaze and eye
 * openness come from the first toolbox that measured them; `null` when none did.
 */
export const FaceRecord = z.strictObject({
  faceId: z.string(),
  /** Of videos: the same person from frame to frame. */
  trackId: z.string().optional(),
  box: PixelBox,
  score: z.number().nullable(),
  toolboxes: z.array(ToolboxId),
  quality: FaceQuality.nullable(),
  headPose: HeadPose.nullable(),
  gaze: Gaze.nullable(),
  eyeOpenness: EyeOpenness.nullable(),
  actionUnits: z.array(ActionUnitMeasurement),
  expressions: z.array(ExpressionReading),
  /** Scores that are no distribution, of toolboxes that have them. */
  scores: z.array(ToolboxScore.extend({ toolbox: ToolboxId })).optional(),
  /** Present when action units were measured against this person's own resting face. */
  neutral: NeutralReference.optional(),
  /** Only when asked for. */
  landmarks: FaceMeasurement.shape.landmarks.optional(),
});
export type FaceRecord = z.infer<typeof FaceRecord>;

/** One measured image as `measure --json` prints it. */
export const ImageRecord = z.strictObject({
  path: z.string(),
  widthPx: z.number(),
  heightPx: z.number(),
  sha256: z.string(),
  /** Of videos: which frame, counted from 0 among those measured and among all, and when it is shown. */
  frame: z
    .strictObject({ index: z.int().min(0), number: z.int().min(0).optional(), timestampS: z.number() })
    .optional(),
  faces: z.array(FaceRecord),
  /** What observers found around the faces. Only when asked for. */
  scene: z.array(NewEvidence).optional(),
});
export type ImageRecord = z.infer<typeof ImageRecord>;

/** An image that could not be measured, and why. */
export const FailureRecord = z.strictObject({ path: z.string(), reason: z.string() });
export type FailureRecord = z.infer<typeof FailureRecord>;

/** Everything `measure --json` prints. */
export const MeasureOutput = z.strictObject({ images: z.array(ImageRecord), failures: z.array(FailureRecord) });
export type MeasureOutput = z.infer<typeof MeasureOutput>;

/** The record of one outcome: of a measured image or of a failure, told apart by `"reason" in record`. */
export function toRecord(outcome: ImageOutcome, options: { landmarks: boolean }): ImageRecord | FailureRecord {
  if ("reason" in outcome) return { path: outcome.path, reason: outcome.reason };
  const { image, faces } = outcome.measured;
  const { path, widthPx, heightPx, sha256, frame } = image;
  const place = { path, widthPx, heightPx, sha256, ...(frame === undefined ? {} : { frame }) };
  return { ...place, faces: faces.map((face) => toFaceRecord(face, options)) };
}

export function toFaceRecord(
  { faceId, trackId, box, measurements }: Face,
  options: { landmarks: boolean },
): FaceRecord {
  const neutral = measurements.find((measurement) => measurement.neutral !== undefined)?.neutral;
  return {
    faceId,
    ...(trackId === undefined ? {} : { trackId }),
    box,
    score: firstMeasured(measurements, "score"),
    toolboxes: measurements.map(({ toolbox }) => toolbox),
    quality: firstMeasured(measurements, "quality"),
    headPose: firstMeasured(measurements, "headPose"),
    gaze: firstMeasured(measurements, "gaze"),
    eyeOpenness: firstMeasured(measurements, "eyeOpenness"),
    actionUnits: measurements.flatMap(({ actionUnits }) => actionUnits),
    expressions: measurements.flatMap(({ expressions }) => expressions),
    ...scoresOf(measurements),
    ...(neutral === undefined ? {} : { neutral }),
    ...(options.landmarks ? { landmarks: firstMeasured(measurements, "landmarks") } : {}),
  };
}

function scoresOf(measurements: readonly FaceMeasurement[]): Pick<FaceRecord, "scores"> {
  const scores = measurements.flatMap((one) => (one.scores ?? []).map((score) => ({ ...score, toolbox: one.toolbox })));
  return scores.length === 0 ? {} : { scores };
}

/** The value of the first toolbox that has one. `null` stands for "nobody measured it". */
export function firstMeasured<Key extends keyof FaceMeasurement>(
  measurements: readonly FaceMeasurement[],
  key: Key,
): FaceMeasurement[Key] | null {
  return measurements.find((measurement) => measurement[key] !== null)?.[key] ?? null;
}
