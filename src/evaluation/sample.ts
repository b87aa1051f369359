import { z } from "zod";
import { PixelBox } from "../domain/geometry.ts";
import {
  ActionUnitMeasurement,
  ActionUnitName,
  ExpressionReading,
  ToolboxId,
  ToolboxScore,
} from "../domain/measurement.ts";

/** An action unit as human coders gave it: intensity A-E as 1..5 (0 absent), or coded present / absent only. */
export const CodedActionUnit = z.strictObject({
  au: ActionUnitName,
  value: z.number().min(0).max(5),
  scale: z.enum(["intensity-0-5", "binary"]),
});
export type CodedActionUnit = z.infer<typeof CodedActionUnit>;

/** What is held to be right at one moment of a clip, on the scales of {@link Truth}. */
export const MomentTruth = z.strictObject({
  timeS: z.number().min(0),
  valence: z.number().min(-1).max(1).nullable(),
  arousal: z.number().min(-1).max(1).nullable(),
});
export type MomentTruth = z.infer<typeof MomentTruth>;

/** What people saw in a clip for a while: labels, or action units by their names. */
const EventsTruth = z.strictObject({
  /** What was looked for in all clips of the data set: it is absent where no event of it is found. */
  coded: z.array(z.string().min(1)),
  found: z.array(z.strictObject({ what: z.string().min(1), fromS: z.number().min(0), toS: z.number().min(0) })),
});

/** What is held to be right about one sample. `null` is "the dataset does not say", which leaves a scorer nothing to score. */
export const Truth = z.strictObject({
  label: z.string().min(1).nullable(),
  labels: z.array(z.string().min(1)).nullable(),
  /** All three on -1..1, whatever scale the dataset uses. */
  valence: z.number().min(-1).max(1).nullable(),
  arousal: z.number().min(-1).max(1).nullable(),
  dominance: z.number().min(-1).max(1).nullable(),
  actionUnits: z.array(CodedActionUnit).nullable(),
  /** A reference explanation, as in EMER. */
  explanation: z.string().min(1).nullable(),
  /** The right one of `options`; `true` or `false` for a statement. */
  choice: z.string().min(1).nullable(),
  /** Of a clip: its moments in the order of time. Left out of images, and where nothing is said over time. */
  moments: z.array(MomentTruth).min(1).exactOptional(),
  /** Of a clip: what happens in it, where that was coded. */
  events: EventsTruth.exactOptional(),
});
export type Truth = z.infer<typeof Truth>;

/** What the toolboxes of a study measured on a face. */
export const StudyMeasurement = z.object({
  actionUnits: z.array(ActionUnitMeasurement),
  expressions: z.array(ExpressionReading),
  scores: z.array(ToolboxScore.extend({ toolbox: ToolboxId })).optional(),
});
export type StudyMeasurement = z.infer<typeof StudyMeasurement>;

/** One thing to be judged, with its truth. */
export const Sample = z.strictObject({
  id: z.string().min(1),
  /** Absolute path of the image or clip; `null` for a question without one. */
  image: z.string().nullable(),
  /** The person who is asked about, in source pixels; `null` when the image decides. */
  region: PixelBox.nullable(),
  /** Who is shown. Samples of one subject are resampled together. */
  subject: z.string().nullable(),
  question: z.string().nullable(),
  context: z.string().nullable(),
  /** What is said: absolute path of a transcript, or the words themselves. */
  transcript: z.string().min(1).exactOptional(),
  /** For choosing: the options, one of which is right. */
  options: z.array(z.string().min(1)).nullable(),
  /** For verifying: what is claimed of the image. */
  statement: z.string().nullable(),
  /** Samples that belong together, e.g. a true and a false statement about the same face. */
  pair: z.string().nullable(),
  /** What human raters said, one entry each; `null` where one did not rate. */
  raters: z.array(z.union([z.string(), z.number()]).nullable()).nullable(),
  /** How many raters gave each label, where it is not known who gave which. */
  votes: z.record(z.string(), z.number().min(0)).exactOptional(),
  truth: Truth,
  /** Present for a face of a study. */
  measured: StudyMeasurement.optional(),
  /** Whatever else the dataset says, for grouping in reports. */
  columns: z.record(z.string(), z.string()),
});
export type Sample = z.infer<typeof Sample>;

/** A truth that says nothing yet. */
export const NO_TRUTH: Truth = {
  label: null,
  labels: null,
  valence: null,
  arousal: null,
  dominance: null,
  actionUnits: null,
  explanation: null,
  choice: null,
};

/** The unit of resampling: the subject where known, otherwise the image, otherwise the sample itself. */
export function clusterOfSample(sample: Pick<Sample, "subject" | "image" | "id">): string {
  if (sample.subject !== null) return `subject ${sample.subject}`;
  return sample.image === null ? `sample ${sample.id}` : `image ${sample.image}`;
}
