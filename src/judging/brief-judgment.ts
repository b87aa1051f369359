import { z } from "zod";
import type { EvidenceItem } from "../domain/evidence.ts";
import type { EvidenceLedger } from "../domain/evidence-ledger.ts";
import { Congruence, type Cue, Judgment, type Reading, type SubjectJudgment } from "../domain/judgment.ts";
import type { AnswerShape } from "./answer-format.ts";

const BriefReading = z.strictObject({
  distribution: z.array(z.strictObject({ label: z.string(), probability: z.number().min(0).max(1) })),
  abstention: z.string().nullable(),
});

const BriefCue = z.strictObject({
  label: z.string(),
  direction: z.enum(["for", "against"]),
  evidenceIds: z.array(z.string()),
});

const BriefSubject = z.strictObject({
  faceId: z.string().nullable(),
  faceOnly: BriefReading,
  contextOnly: BriefReading,
  integrated: BriefReading,
  cues: z.array(BriefCue),
  congruence: Congruence.pick({ verdict: true, statement: true }),
});

/** A judgment for models with little room: cues by their ids, without intervals, appraisals and alternatives. */
export const BriefJudgment = z.strictObject({ answer: Judgment.shape.answer, subjects: z.array(BriefSubject) });
export type BriefJudgment = z.infer<typeof BriefJudgment>;

export const BRIEF_ANSWER: AnswerShape = {
  name: "judgment",
  description: "The whole judgment of this image, in brief.",
  schema: BriefJudgment,
};

/**
 * The judgment that a brief one stands for: a cue states what its items state, and claims the action units that they
 * found present or absent. What a brief one leaves open stays open.
 */
export function judgmentOfBrief(
  { answer, subjects }: BriefJudgment,
  ledger: Pick<EvidenceLedger, "get">,
  labels: readonly string[] | null,
): Judgment {
  return { answer, subjects: subjects.map((subject) => subjectOf(subject, ledger, labels)) };
}

function subjectOf(
  { faceId, faceOnly, contextOnly, integrated, cues, congruence }: BriefJudgment["subjects"][number],
  ledger: Pick<EvidenceLedger, "get">,
  labels: readonly string[] | null,
): SubjectJudgment {
  const reading = ({ distribution, abstention }: typeof faceOnly): Reading => ({
    distribution: distribution.map((entry) => ({ ...entry, novel: labels?.includes(entry.label) === false })),
    valence: null,
    arousal: null,
    abstention,
  });
  return {
    faceId,
    faceOnly: reading(faceOnly),
    contextOnly: reading(contextOnly),
    integrated: reading(integrated),
    cues: cues.map((cue) => cueOf(cue, ledger)),
    congruence: {
      ...congruence,
      kind: null,
      evidenceIds: [...new Set(cues.flatMap(({ evidenceIds }) => evidenceIds))],
    },
    appraisals: [],
    alternatives: [],
  };
}

function cueOf(cue: z.infer<typeof BriefCue>, ledger: Pick<EvidenceLedger, "get">): Cue {
  const items = cue.evidenceIds.flatMap((id) => ledger.get(id) ?? []);
  const statement = items.length === 0 ? "Nothing is cited for it" : items.map((item) => item.statement).join("; ");
  return { ...cue, statement, claimType: "expressed", actionUnits: items.flatMap(assertionOf) };
}

function assertionOf({ value }: EvidenceItem): Cue["actionUnits"] {
  if (value.type !== "action-unit" || (value.presence !== "present" && value.presence !== "absent")) return [];
  return [{ au: value.au, side: value.side, state: value.presence }];
}
