import { readFileSync } from "node:fs";
import { z } from "zod";

const Matrix = z.array(z.array(z.number()));

/** Numbers made with scikit-learn and rouge_score; the file names their versions. */
export const reference = z
  .object({
    classification: z.object({
      truth: z.array(z.string()),
      predicted: z.array(z.string()),
      accuracy: z.number(),
      macroF1: z.number(),
      uar: z.number(),
      confusion: Matrix,
    }),
    ranking: z.object({ truth: Matrix, scores: Matrix, ap: z.array(z.number()), map: z.number() }),
    sets: z.object({
      truth: Matrix,
      predicted: Matrix,
      microP: z.number(),
      microR: z.number(),
      microF1: z.number(),
      macroP: z.number(),
      macroR: z.number(),
      macroF1: z.number(),
      hamming: z.number(),
      subset: z.number(),
    }),
    rouge: z.array(
      z.object({
        candidate: z.string(),
        reference: z.string(),
        precision: z.number(),
        recall: z.number(),
        f1: z.number(),
      }),
    ),
    brier: z.object({
      probabilities: Matrix,
      truth: z.array(z.string()),
      labels: z.array(z.string()),
      value: z.number(),
    }),
  })
  .parse(JSON.parse(readFileSync(new URL("../../fixtures/evaluation/metrics.json", import.meta.url), "utf8")));
