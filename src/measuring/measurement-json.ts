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

/**
 * One face as `measure --json` prints it: what all toolboxes say, side by side. Box, score, quality, pose, gaze and eye
 * openness come from the first toolbox that measured them; `null` when none did.
 */
const FaceRecord = z.strictObject({
  faceId: z.string(),
  /** Of videos: the same person from frame to frame. */
  trackId: z.string().optional(),
  /** `null` when a toolbox's file, which the face was imported from, does not say where it is. */
  box: PixelBox.nullable(),
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
  /** Present when the image was declared mirrored: sides and angles are as others see the person. */
  mirrored: z.literal(true).optional(),
  /** Present when action units were measured against this person's own resting face. */
  neutral: NeutralReference.optional(),
  /** Only when asked for. */
  landmarks: FaceMeasurement.shape.landmarks.optional(),
});
export type FaceRecord = z.infer<typeof FaceRecord>;

/**
 * One measured image as `measure --json` prints it. What `null` stands for is not known of an image that was imported
 * from a toolbox's file without the image.
 */
export const ImageRecord = z.strictObject({
  path: z.string(),
  widthPx: z.number().nullable(),
  heightPx: z.number().nullable(),
  sha256: z.string().nullable(),
  /**
   * Of videos: which frame, counted from 0 among those measured (in an import, as the toolbox numbers it) and from 0
   * among all; when it is shown, `null` where an imported file does not say; whether another shot begins with it, and since when
   * one has been dissolving into it.
   */
  frame: z
    .strictObject({
      index: z.int().min(0),
      number: z.int().min(0).optional(),
      timestampS: z.number().nullable(),
      cut: z.literal(true).optional(),
      dissolvedFromS: z.number().optional(),
    })
    .optional(),
  faces: z.array(FaceRecord),
  /** What observers found around the faces. Only when asked for. */
  scene: z.array(NewEvidence).optional(),
});
export type ImageRecord = z.infer<typeof ImageRecord>;

/** An image that could not be measured, and why. */
const FailureRecord = z.strictObject({ path: z.string(), reason: z.string() });
type FailureRecord = z.infer<typeof FailureRecord>;

/** Everything `measure --json` prints. */
export const MeasureOutput = z.strictObject({ images: z.array(ImageRecord), failures: z.array(FailureRecord) });
export type MeasureOutput = z.infer<typeof MeasureOutput>;

/** An image or frame as it can be written down: also one that is only known from a toolbox's file. */
export interface RecordedImage {
  readonly path: string;
  readonly widthPx: number | null;
  readonly heightPx: number | null;
  readonly sha256: string | null;
  readonly frame?: NonNullable<ImageRecord["frame"]>;
}

/** A face as it can be written down: also one of which nobody knows where in the image it is. */
export interface RecordedFace extends Pick<Face, "faceId" | "trackId"> {
  readonly box: PixelBox | null;
  readonly measurements: readonly Omit<FaceMeasurement, "box">[];
}

/** What became of one image: the faces that were measured or imported, or the one sentence that says why not. */
export type RecordedOutcome =
  | {
      readonly path: string;
      readonly measured: { readonly image: RecordedImage; readonly faces: readonly RecordedFace[] };
    }
  | { readonly path: string; readonly reason: string };

/** The record of one outcome: of a measured image or of a failure, told apart by `"reason" in record`. */
export function toRecord(outcome: RecordedOutcome, options: { landmarks: boolean }): ImageRecord | FailureRecord {
  if ("reason" in outcome) return { path: outcome.path, reason: outcome.reason };
  const { image, faces } = outcome.measured;
  const { path, widthPx, heightPx, sha256, frame } = image;
  const place = { path, widthPx, heightPx, sha256, ...(frame === undefined ? {} : { frame }) };
  return { ...place, faces: faces.map((face) => toFaceRecord(face, options)) };
}

function toFaceRecord(
  { faceId, trackId, box, measurements }: RecordedFace,
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
    ...(measurements.some(({ mirrored }) => mirrored) ? { mirrored: true as const } : {}),
    ...(neutral === undefined ? {} : { neutral }),
    ...(options.landmarks ? { landmarks: firstMeasured(measurements, "landmarks") } : {}),
  };
}

function scoresOf(measurements: RecordedFace["measurements"]): Pick<FaceRecord, "scores"> {
  const scores = measurements.flatMap((one) => (one.scores ?? []).map((score) => ({ ...score, toolbox: one.toolbox })));
  return scores.length === 0 ? {} : { scores };
}

/** The value of the first toolbox that has one. `null` stands for "nobody measured it". */
function firstMeasured<Key extends Exclude<keyof FaceMeasurement, "box">>(
  measurements: RecordedFace["measurements"],
  key: Key,
): FaceMeasurement[Key] | null {
  return measurements.find((measurement) => measurement[key] !== null)?.[key] ?? null;
}
