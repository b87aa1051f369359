import { z } from "zod";

/**
 * - supported: it agrees with measurements, or cites evidence that exists (its basis says which)
 * - contradicted: measurements, or the judgment's own readings, say the opposite
 * - disputed: one toolbox says so, another the opposite
 * - not-measurable: no toolbox in use can decide it, or its measurement is between absent and present
 * - uncited: it rests on nothing: it names no existing evidence, and a verdict has no cue that holds
 */
export const GroundingVerdict = z.enum(["supported", "contradicted", "disputed", "not-measurable", "uncited"]);
export type GroundingVerdict = z.infer<typeof GroundingVerdict>;

/** What was checked of a supported claim: its content, against measurements, or only that what it cites exists. */
export const GroundingBasis = z.enum(["measurements", "citation"]);
export type GroundingBasis = z.infer<typeof GroundingBasis>;

/** What became of one claim when it was held against the ledger. */
export const CheckedClaim = z.strictObject({
  /** Where in the judgment it stands, e.g. `subjects[0].cues[1]`; a sentence of the answer is `answer`. */
  path: z.string(),
  faceId: z.string().nullable(),
  /** Which kind of claim it is. */
  part: z.enum(["answer", "verdict", "cue", "congruence", "appraisal"]),
  statement: z.string(),
  evidenceIds: z.array(z.string()),
  verdict: GroundingVerdict,
  /** `null` for a claim that is not supported. */
  basis: GroundingBasis.nullable(),
  /** One sentence: which measurement decided it. */
  reason: z.string(),
});
export type CheckedClaim = z.infer<typeof CheckedClaim>;

/** All claims of a judgment with the share of each verdict. Shares are null when there are no claims: it is ungrounded. */
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

/** Of all claims, the share that agrees with measurements and the share of which only the citation was checked, 0..1. */
export function supportShares({ claims }: Grounding): { agreesWithMeasurements: number; citesEvidence: number } {
  const share = (basis: GroundingBasis) => claims.filter((claim) => claim.basis === basis).length / claims.length;
  return { agreesWithMeasurements: share("measurements"), citesEvidence: share("citation") };
}
