import { z } from "zod";
import { GroundingVerdict } from "../domain/grounding.ts";
import { LabelProbability } from "../domain/labels.ts";
import { ActionUnitName, Presence, Scale, ToolboxId } from "../domain/measurement.ts";
import { AnswerOverTime } from "./answer-over-time.ts";

/** One reading of the asked-about person; `null` distribution means abstained. */
export const AnsweredReading = z.strictObject({
  distribution: z.array(LabelProbability).nullable(),
  valence: z.number().min(-1).max(1).nullable(),
  arousal: z.number().min(-1).max(1).nullable(),
});
export type AnsweredReading = z.infer<typeof AnsweredReading>;

/** An action unit as one toolbox measured it on the asked-about face. */
const MeasuredActionUnit = z.strictObject({
  toolbox: ToolboxId,
  au: ActionUnitName,
  value: z.number(),
  scale: Scale,
  presence: Presence,
});

/**
 * What became of one claim: as `GroundingVerdict`, but a claim that is supported says how: its content `agrees` with
 * measurements, or it `cites` evidence that exists. `supported` stands in answers that were kept before the two were told apart.
 */
export const ClaimOutcome = z.enum(["agrees", "cites", ...GroundingVerdict.options]);
export type ClaimOutcome = z.infer<typeof ClaimOutcome>;

/** What scorers see of one answer: small enough that a study of 50 000 fits into memory. */
export const Answer = z.strictObject({
  /** What the model wrote, or the hash of its structured answer: compared verbatim over repeats. */
  text: z.string(),
  integrated: AnsweredReading,
  faceOnly: AnsweredReading,
  contextOnly: AnsweredReading,
  /** The answer and its cues in words. */
  explanation: z.string(),
  /** Action units that cues claim. */
  claimedActionUnits: z.array(z.strictObject({ au: ActionUnitName, state: z.enum(["present", "absent"]) })),
  measuredActionUnits: z.array(MeasuredActionUnit),
  /** What became of each claim. `null` when nothing is checked (a bare choice). */
  verdicts: z.array(ClaimOutcome).nullable(),
  /** The chosen option, `null` when the model chose none. */
  choice: z.string().nullable(),
  /** Stated probability of the choice. */
  confidence: z.number().min(0).max(1).nullable(),
  /** Ids of the exemplars that were shown, in order. */
  exemplars: z.array(z.string()),
  /** Why no answer is given, `null` when one is. */
  abstention: z.string().nullable(),
  /** Of a clip. */
  overTime: AnswerOverTime.exactOptional(),
});
export type Answer = z.infer<typeof Answer>;

/** The reading that an evaluation looks at. */
export const ReadingName = z.enum(["integrated", "faceOnly", "contextOnly"]);
export type ReadingName = z.infer<typeof ReadingName>;

/** A reading that says nothing. */
export const NO_READING: AnsweredReading = { distribution: null, valence: null, arousal: null };

/** The most probable label of a reading, the first of equals; `null` when it abstained. */
export function topLabel(reading: AnsweredReading): { readonly label: string; readonly probability: number } | null {
  let best: { readonly label: string; readonly probability: number } | null = null;
  for (const entry of reading.distribution ?? []) {
    if (best === null || entry.probability > best.probability) best = entry;
  }
  return best;
}
