import { z } from "zod";
import { Grounding, GroundingVerdict } from "./grounding.ts";
import { Judgment, READING_NAMES } from "./judgment.ts";
import { PooledSubject } from "./pooled-reading.ts";
import { TokenUse } from "./token-use.ts";

/** Who judged, and how it was asked. */
export const JudgeReference = z.strictObject({
  id: z.string(),
  /** What the server says it really ran, `null` when it does not say. */
  fingerprint: z.string().nullable(),
  mode: z.enum(["agent", "single-pass"]),
  /** Whether the model was shown the image. */
  vision: z.boolean(),
  /** Whether pixels left this machine. */
  remote: z.boolean(),
  temperature: z.number().nullable(),
  seed: z.number().nullable(),
  /** Where its replies were taken from instead of asking it. */
  replayedFrom: z.string().exactOptional(),
});
export type JudgeReference = z.infer<typeof JudgeReference>;

/** What came of one judge or sample: a judgment with its own check, or why there is none, which is unscored and never wrong. */
const Outcome = {
  judgment: Judgment.nullable(),
  grounding: Grounding.nullable(),
  failure: z.string().nullable(),
  tokens: TokenUse,
};

/** Several judgments of one model over the same evidence, each with a seed of its own. */
export const SelfConsistency = z.strictObject({
  /** At which they were drawn; `null` where the server takes none and uses its own. */
  temperature: z.number().nullable(),
  runs: z.array(z.strictObject({ seed: z.number().nullable(), ...Outcome })),
  /** Place in `runs`, from 1, of the sample that is nearest to the mean: its answer and claims stand in the report. */
  shown: z.int().positive(),
  /** The means of those that gave a distribution; the readings of the report are these. */
  subjects: z.array(PooledSubject),
  /** Whether all of them gave the very same numbers, so that their spread says nothing. */
  identical: z.boolean(),
});
export type SelfConsistency = z.infer<typeof SelfConsistency>;

/** What a panel is called where one model would be named. */
export function panelName(judges: readonly { readonly id: string }[]): string {
  return `panel of ${judges.map(({ id }) => id).join(", ")}`;
}

/** A cue of a judge of the panel that cites evidence and that the measurements do not contradict. */
export const PanelClaim = z.strictObject({
  /** `C1`, `C2`, ... over the whole panel. */
  id: z.string(),
  judge: z.string(),
  faceId: z.string().nullable(),
  label: z.string(),
  direction: z.enum(["for", "against"]),
  statement: z.string(),
  evidenceIds: z.array(z.string()),
  verdict: GroundingVerdict,
});
export type PanelClaim = z.infer<typeof PanelClaim>;

/** How far the judges agree about one reading of one face. */
export const PanelAgreement = z.strictObject({
  faceId: z.string().nullable(),
  reading: z.enum(READING_NAMES),
  /** The most probable label of every judge that answered, in the panel's order; `null` where it abstained. */
  tops: z.array(z.strictObject({ judge: z.string(), label: z.string().nullable() })),
  /** Mean Jensen-Shannon divergence over pairs of judges, in bits, 0 (the same) to 1; `null` under two distributions. */
  divergenceBits: z.number().nullable(),
});
export type PanelAgreement = z.infer<typeof PanelAgreement>;

/** Several judges over the same evidence, each reading of each kept. */
export const Panel = z.strictObject({
  judges: z.array(
    z.strictObject({
      id: z.string(),
      /** `null` for one that failed. */
      model: JudgeReference.nullable(),
      ...Outcome,
      samples: SelfConsistency.exactOptional(),
    }),
  ),
  /** The means of the judges that gave a distribution, each of which counts the same. */
  subjects: z.array(PooledSubject),
  agreement: z.array(PanelAgreement),
  claims: z.array(PanelClaim),
  /** The judge of judges, which may choose among `claims` and do nothing else; `null` where none was named. */
  chair: z
    .strictObject({
      model: z.string(),
      /** Ids of the claims it chose; `null` where it failed, and the panel's mean stands. */
      chosen: z.array(z.string()).nullable(),
      failure: z.string().nullable(),
      tokens: TokenUse,
    })
    .nullable(),
});
export type Panel = z.infer<typeof Panel>;
