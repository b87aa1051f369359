import { z } from "zod";

/**
 * - supported: the cited evidence exists and the measurements agree
 * - contradicted: a measurement says the opposite
 * - disputed: one toolbox says so, another the opposite
 * - not-measurable: no toolbox in use can decide it, or its measurement is between absent and present
 * - uncited: it names no existing evidence
 */
export const GroundingVerdict = z.enum(["supported", "contradicted", "disputed", "not-measurable", "uncited"]);
export type GroundingVerdict = z.infer<typeof GroundingVerdict>;

/** What became of one claim when it was held against the ledger. */
export const CheckedClaim = z.strictObject({
  /** Where in the judgment it stands, e.g. `subjects[0].cues[1]`; a sentence of the answer is `answer`. */
  path: z.string(),
  faceId: z.string().nullable(),
  /** Which kind of claim it is. */
  part: z.enum(["answer", "cue", "congruence", "appraisal"]),
  statement: z.string(),
  evidenceIds: z.array(z.string()),
  verdict: GroundingVerdict,
  /** One sentence: which measurement decided it. */
  reason: z.string(),
});
export type CheckedClaim = z.infer<typeof CheckedClaim>;

/** All claims of a judgment with the share of each verdict. Shares are null when there are no claims. */
export const Grounding = z.strictObject({
  claims: z.array(CheckedClaim),
  shares: z
    .strictObject({
      supported: z.number(),
      contradicted: z.number(),
      disputed: z.number(),
      notMeasurable: z.number(),
      uncited: z.number(),
    })
    .nullable(),
  /** Whether contradictions were sent back to the model once. */
  askedAgain: z.boolean(),
});
export type Grounding = z.infer<typeof Grounding>;
