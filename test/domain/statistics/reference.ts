import { readFileSync } from "node:fs";
import { z } from "zod";

const Numbers = z.array(z.number());
const Pairs = z.array(z.tuple([z.number(), z.number()]));
const Rating = z.array(z.array(z.number().nullable()));

/** Numbers made with SciPy, scikit-learn, statsmodels, pingouin and krippendorff; the file names their versions. */
const Reference = z.object({
  normalCdf: Pairs,
  normalQuantile: Pairs,
  divergence: z.object({ p: Numbers, q: Numbers, jensenShannonBits: z.number(), klBitsQMixed: z.number() }),
  pairs: z.object({
    x: Numbers,
    y: Numbers,
    pearson: z.number(),
    concordance: z.number(),
    meanXBca: Numbers,
    pearsonBca: Numbers,
    skewed: Numbers,
    skewedMean: z.number(),
    skewedMeanBca: Numbers,
  }),
  krippendorff: z.array(
    z.object({
      name: z.string(),
      ratersByUnits: Rating,
      nominal: z.number(),
      ordinal: z.number(),
      interval: z.number(),
    }),
  ),
  fleiss: z.object({ table: z.array(Numbers), kappa: z.number() }),
  icc: z.array(z.object({ name: z.string(), ratings: z.array(Numbers), icc21: z.number(), icc31: z.number() })),
  adjustedRand: z.object({ a: Numbers, b: Numbers, value: z.number() }),
  auc: z.object({ scores: Numbers, positive: z.array(z.boolean()), value: z.number() }),
  mcnemar: z.array(z.object({ b: z.number(), c: z.number(), pValue: z.number() })),
  holm: z.object({ p: Numbers, adjusted: Numbers }),
  permutation: z.object({
    differences: Numbers,
    pValue: z.number(),
    differences40: Numbers,
    pValue40: z.number(),
  }),
});

export const reference = Reference.parse(
  JSON.parse(readFileSync(new URL("../../fixtures/statistics/reference.json", import.meta.url), "utf8")),
);
