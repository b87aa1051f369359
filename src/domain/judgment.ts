import { z } from "zod";
import { ActionUnitName, Side } from "./measurement.ts";

/*
 * Everything here must also survive as a strict JSON schema at a provider: no optional fields (null instead), no records,
 * tuples, defaults, transforms or discriminated unions. `test/domain/judgment.test.ts` holds that. What a JSON schema
 * cannot say (sums, known ids, ordered intervals) is checked in `judgment-check.ts`.
 */

const EvidenceIds = z.array(z.string()).describe("Ids of ledger items, such as E4, that this rests on");

/** An estimate with the interval in which the truth plausibly lies. All three on -1..1. */
export const CoreAffect = z.strictObject({
  value: z.number().min(-1).max(1),
  low: z.number().min(-1).max(1),
  high: z.number().min(-1).max(1),
});
export type CoreAffect = z.infer<typeof CoreAffect>;

/** One label of a reading. `novel` marks a label outside the taxonomy that the question gave. */
export const JudgedLabel = z.strictObject({
  label: z.string().min(1),
  probability: z.number().min(0).max(1),
  novel: z.boolean(),
});
export type JudgedLabel = z.infer<typeof JudgedLabel>;

/** One distribution, from the face alone, from the context alone, or from both. Abstained means: an empty distribution. */
export const Reading = z.strictObject({
  distribution: z.array(JudgedLabel),
  valence: CoreAffect.nullable(),
  arousal: CoreAffect.nullable(),
  abstention: z.string().nullable().describe("Why no distribution can be given; null when one is given"),
});
export type Reading = z.infer<typeof Reading>;

/** The three readings of a person for a part of a clip. */
const TimedReading = z.strictObject({
  fromS: z.number().min(0).describe("Seconds from the start of the clip"),
  toS: z.number().min(0),
  faceOnly: Reading,
  contextOnly: Reading,
  integrated: Reading,
});

/** The three readings of a face, which are always kept apart. */
export const READING_NAMES = ["faceOnly", "contextOnly", "integrated"] as const;
export type ReadingName = (typeof READING_NAMES)[number];

/** An action unit that a claim says is shown or not shown. */
export const ActionUnitAssertion = z.strictObject({
  au: ActionUnitName,
  side: Side,
  state: z.enum(["present", "absent"]),
});
export type ActionUnitAssertion = z.infer<typeof ActionUnitAssertion>;

/** A sentence that speaks for or against a label, with what it rests on. */
export const Cue = z.strictObject({
  statement: z.string().min(1),
  claimType: z.enum(["perceived", "expressed"]),
  label: z.string().min(1),
  direction: z.enum(["for", "against"]),
  actionUnits: z.array(ActionUnitAssertion),
  evidenceIds: EvidenceIds,
});
export type Cue = z.infer<typeof Cue>;

/** How the face and its context go together. */
export const Congruence = z.strictObject({
  verdict: z.enum(["congruent", "incongruent", "ambiguous", "not assessable"]),
  /** What the combination is called, e.g. masking, sarcasm, schadenfreude, polite smile; null when it has no name. */
  kind: z.string().nullable(),
  statement: z.string().min(1),
  evidenceIds: EvidenceIds,
});
export type Congruence = z.infer<typeof Congruence>;

/** Scherer's stimulus evaluation checks. */
export const APPRAISAL_DIMENSIONS = [
  "suddenness",
  "familiarity",
  "predictability",
  "intrinsic pleasantness",
  "goal relevance",
  "agency: self",
  "agency: other",
  "agency: circumstance",
  "intent",
  "outcome probability",
  "expectation discrepancy",
  "goal conduciveness",
  "urgency",
  "control",
  "power",
  "adjustment",
  "internal norm compatibility",
  "external norm compatibility",
] as const;

/** How the event is appraised, as perceived from outside. -1 (not at all, or the opposite) to 1 (fully). */
export const Appraisal = z.strictObject({
  dimension: z.enum(APPRAISAL_DIMENSIONS),
  value: z.union([z.number().min(-1).max(1), z.literal("not inferable")]),
  confidence: z.number().min(0).max(1).nullable(),
  evidenceIds: EvidenceIds,
});
export type Appraisal = z.infer<typeof Appraisal>;

/** Another reading that the evidence leaves open. */
export const Alternative = z.strictObject({ label: z.string().min(1), whatWouldDecide: z.string().min(1) });
export type Alternative = z.infer<typeof Alternative>;

/** The judgment of one face, or of the scene when `faceId` is null; in a clip, of one person for the whole of it. */
const ImageSubject = z.strictObject({
  faceId: z.string().nullable(),
  faceOnly: Reading,
  contextOnly: Reading,
  integrated: Reading,
  cues: z.array(Cue),
  congruence: Congruence,
  appraisals: z.array(Appraisal),
  alternatives: z.array(Alternative),
});

const OverTime = z
  .array(TimedReading)
  .describe("The readings of the person over time, one entry for each stretch, in the order of time");

/** As it is kept: of a clip with the person's readings over time. */
export const SubjectJudgment = ImageSubject.extend({ overTime: OverTime.exactOptional() });
export type SubjectJudgment = z.infer<typeof SubjectJudgment>;

/** A model's structured answer about one image. Claims are perceived or expressed, never felt. */
export const Judgment = z.strictObject({
  answer: z.string().min(1).describe("The question answered in two to four sentences, in perceived or expressed terms"),
  subjects: z
    .array(SubjectJudgment)
    .describe("One entry for each face; one entry with faceId null when there is no face"),
});
export type Judgment = z.infer<typeof Judgment>;

/** What a model is asked for of an image, and of a clip: every field is there, as strict schemas must have it. */
export const ImageJudgment = Judgment.extend({
  subjects: z.array(ImageSubject).describe("One entry for each face; one entry with faceId null when there is no face"),
});
export const ClipJudgment = Judgment.extend({
  subjects: z
    .array(ImageSubject.extend({ overTime: OverTime }))
    .describe("One entry for each person; one entry with faceId null when there is none"),
});
