import { capitalised } from "../domain/capitalised.ts";
import type { CheckedClaim, GroundingBasis, GroundingVerdict } from "../domain/grounding.ts";
import type { Judgment, Reading, SubjectJudgment } from "../domain/judgment.ts";
import type { LabelProbability } from "../domain/labels.ts";
import { patternOf } from "../domain/pattern-of.ts";
import { basicLabelOf } from "../facs/basic-label.ts";

/** A label that a part gives this much is part of what it says. Set by hand, not fitted. */
const SAID_FROM = 0.25;

/**
 * Holds each subject's verdict, the first label of its integrated reading, against its own parts: it has to follow from
 * the face alone or the context alone, or the statement on congruence has to say why it is this label; and a cue that
 * holds has to speak for it.
 */
export function verdictClaims(judgment: Judgment, checked: readonly CheckedClaim[]): CheckedClaim[] {
  return judgment.subjects.flatMap((subject, index) => {
    const top = topOf(subject.integrated);
    if (top === undefined) return [];
    const path = `subjects[${index}]`;
    const cues = checked.filter((claim) => claim.part === "cue" && claim.path.startsWith(`${path}.cues[`));
    const holding = cues.filter((claim, at) => {
      const cue = subject.cues[at];
      return claim.verdict === "supported" && cue?.direction === "for" && isSame(cue.label, top.label);
    });
    return [
      {
        path: `${path}.integrated`,
        part: "verdict" as const,
        faceId: subject.faceId,
        statement: `${top.label} ${Number(top.probability.toFixed(2))}`,
        evidenceIds: [...new Set(holding.flatMap(({ evidenceIds }) => evidenceIds))],
        ...decide(subject, top, holding),
      },
    ];
  });
}

interface Decision {
  readonly verdict: GroundingVerdict;
  readonly basis: GroundingBasis | null;
  readonly reason: string;
}

function decide(subject: SubjectJudgment, top: LabelProbability, holding: readonly CheckedClaim[]): Decision {
  if (!follows(subject, top.label) && !isExplained(subject, top.label)) {
    const parts = `the face alone (${told(subject.faceOnly)}) nor from the context alone (${told(subject.contextOnly)})`;
    const reason = `${top.label} follows neither from ${parts}, and the congruence statement does not say why it is ${top.label}`;
    return { verdict: "contradicted", basis: null, reason: capitalised(reason) };
  }
  if (holding.length === 0) {
    return { verdict: "uncited", basis: null, reason: capitalised(`no cue that holds speaks for ${top.label}`) };
  }
  const basis = holding.some((claim) => claim.basis === "measurements") ? "measurements" : "citation";
  const cues = holding.length === 1 ? "one cue that holds speaks" : `${holding.length} cues that hold speak`;
  return { verdict: "supported", basis, reason: capitalised(`${cues} for ${top.label}`) };
}

function follows({ faceOnly, contextOnly, integrated }: SubjectJudgment, label: string): boolean {
  const said = (reading: Reading) => probabilityOf(reading, label) >= SAID_FROM;
  const parts = [faceOnly, contextOnly];
  if (parts.some((reading) => said(reading) || isSame(topOf(reading)?.label ?? "", label))) return true;
  // What neither says on its own may still be what both leave possible.
  const product = integrated.distribution.map((entry) => ({
    label: entry.label,
    mass: probabilityOf(faceOnly, entry.label) * probabilityOf(contextOnly, entry.label),
  }));
  const [best] = product.sort((a, b) => b.mass - a.mass);
  return best !== undefined && best.mass > 0 && isSame(best.label, label);
}

/** The statement names the label as a word, and not to deny it. A judgment whose parts go together has nothing to explain it with. */
function isExplained({ congruence: { verdict, statement } }: SubjectJudgment, label: string): boolean {
  if (verdict === "congruent") return false;
  const denied = /\b(?:no|not|never|without|nor)\s+(?:(?:sign|trace)s?\s+of\s+)?(?:\w+\s+)?$/i;
  const named = statement.matchAll(new RegExp(`(?<![\\p{L}-])${patternOf(label.trim())}(?![\\p{L}-])`, "giu"));
  return [...named].some(({ index }) => !denied.test(statement.slice(0, index)));
}

function probabilityOf({ distribution }: Reading, label: string): number {
  return distribution.filter((entry) => isSame(entry.label, label)).reduce((sum, entry) => sum + entry.probability, 0);
}

function topOf({ distribution }: Reading): LabelProbability | undefined {
  return [...distribution].sort((a, b) => b.probability - a.probability)[0];
}

function isSame(a: string, b: string): boolean {
  const plain = (label: string) => basicLabelOf(label) ?? label.trim().toLowerCase();
  return plain(a) === plain(b);
}

function told(reading: Reading): string {
  const top = topOf(reading);
  return top === undefined ? "which abstains" : `${top.label} ${Number(top.probability.toFixed(2))}`;
}
