import { z } from "zod";

/** The eight labels that measured distributions use, whatever a network calls them. */
export const BASIC_LABELS = [
  "anger",
  "contempt",
  "disgust",
  "fear",
  "happiness",
  "neutral",
  "sadness",
  "surprise",
] as const;
export const BasicLabel = z.enum(BASIC_LABELS);
export type BasicLabel = z.infer<typeof BasicLabel>;

/** One label of a distribution. */
export const LabelProbability = z.strictObject({ label: z.string().min(1), probability: z.number().min(0).max(1) });
export type LabelProbability = z.infer<typeof LabelProbability>;
