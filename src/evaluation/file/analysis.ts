import { z } from "zod";
import { ReadingName } from "../answer.ts";

/** How answers are scored, and how numbers are made of scores. */
export const Analysis = z.strictObject({
  seed: z.int().default(1),
  resamples: z.int().min(100).max(1_000_000).default(10_000),
  level: z.number().gt(0.5).lt(1).default(0.95),
  reading: ReadingName.default("integrated"),
  toleranceSeconds: z
    .number()
    .positive()
    .default(0.5)
    .describe("How far an event in a clip may begin and end beside the coded one"),
  failures: z
    .enum(["unscored", "wrong"])
    .default("unscored")
    .describe("What calls without an answer are, failed or refused: left unscored, or wrong for accuracy and choice"),
  groupBy: z.array(z.string().min(1)).default([]).describe("Dataset columns to break results down by"),
  corrected: z
    .strictObject({
      share: z
        .string()
        .min(1)
        .optional()
        .describe("Label whose share is wanted; samples with a label are the labelled"),
      mean: z.enum(["valence", "arousal"]).optional().describe("Number whose mean is wanted"),
      by: z.string().min(1).optional().describe("Column with the groups that are compared"),
      probability: z
        .string()
        .min(1)
        .optional()
        .describe("Column with the chance of being labelled, where it was not the same for all"),
    })
    .refine(({ share, mean }) => (share === undefined) !== (mean === undefined), "needs either share or mean")
    .optional()
    .describe("For the scorer corrected-estimates"),
  equivalence: z
    .strictObject({
      epsilon: z
        .number()
        .min(0)
        .max(1)
        .default(0.1)
        .describe("Lead that raters must have over a model, as they cost more: 0.2 experts, 0.15 trained, 0.1 crowd"),
      margin: z
        .number()
        .positive()
        .max(2)
        .default(0.1)
        .describe("How far agreement and correlation may differ from those of raters and count as equivalent"),
    })
    .prefault({})
    .describe("For the scorer rater-equivalence"),
});
export type Analysis = z.infer<typeof Analysis>;
