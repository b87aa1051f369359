import { capitalised } from "../../domain/capitalised.ts";
import type { EvidenceItem } from "../../domain/evidence.ts";
import type { ActionUnitAssertion, Cue } from "../../domain/judgment.ts";
import { agreedPresence, type MeasuredItem, type PresenceVote, presenceVotes } from "../../domain/presence.ts";
import { actionUnit, nameWithCode } from "../../facs/action-units.ts";
import { basicLabelOf } from "../../facs/basic-label.ts";
import { type EmotionRule, emotionRules } from "../../facs/emotion-rules.ts";
import type { FaceReading, ReadingSource } from "./read-face.ts";

/** A term of a rule that counts less than this is not worth a sentence. Set by hand, not fitted. */
const WORTH_SAYING = 0.75;
const MAXIMUM_FOR = 4;
const MAXIMUM_AGAINST = 2;
/** From which probability on a network's first choice is a cue for it. Set by hand, not fitted. */
const SOURCE_SPEAKS_FROM = 0.25;
/** Below this it is a cue against a label that another source favours. Set by hand, not fitted. */
const SOURCE_DENIES_BELOW = 0.1;

/** What the face shows for and against these labels, each cue with the measurements that it rests on. */
export function faceCues(reading: FaceReading, items: readonly EvidenceItem[], labels: readonly string[]): Cue[] {
  const rules = emotionRules().filter(({ emotion }) => labels.includes(basicLabelOf(emotion) ?? ""));
  return [
    ...rules.flatMap((rule) => ruleCues(rule, items)),
    ...reading.sources.flatMap((source) => sourceCues(source, labels)),
  ];
}

type Term = EmotionRule["supporting"][number];

function ruleCues(rule: EmotionRule, items: readonly EvidenceItem[]): Cue[] {
  const byWeight = (terms: readonly Term[]) =>
    terms.filter(({ weight }) => weight >= WORTH_SAYING).sort((a, b) => b.weight - a.weight);
  const shownFor = byWeight(rule.supporting).flatMap((term) => termCue(rule, term, { items, state: "present" }));
  const shownAgainst = byWeight(rule.opposing).flatMap((term) => {
    return termCue(rule, term, { items, state: "present" }).map((cue): Cue => ({ ...cue, direction: "against" }));
  });
  const missing = byWeight(rule.supporting).flatMap((term) => termCue(rule, term, { items, state: "absent" }));
  return [
    ...shownFor.slice(0, MAXIMUM_FOR),
    ...shownAgainst.slice(0, MAXIMUM_AGAINST),
    ...missing.slice(0, MAXIMUM_AGAINST).map((cue): Cue => ({ ...cue, direction: "against" })),
  ];
}

/** A cue about one term, when every toolbox that can tell agrees about it. */
function termCue(
  rule: EmotionRule,
  term: Term,
  { items, state }: { items: readonly EvidenceItem[]; state: "present" | "absent" },
): Cue[] {
  if (term.oneSided === true) return state === "present" ? oneSidedCue(rule, term, items) : [];
  const votes = term.anyOf.map((au) => ({ au, votes: presenceVotes(items, au, "both") }));
  if (state === "present") {
    const shown = votes.find((each) => agreedPresence(each.votes) === "present");
    return shown === undefined ? [] : [cueOf(rule, [{ au: shown.au, side: "both", state }], shown.votes)];
  }
  // A term is missing when none of its action units is shown and at least one was looked for.
  const looked = votes.filter((each) => each.votes.length > 0);
  if (looked.length === 0 || looked.some((each) => agreedPresence(each.votes) !== "absent")) return [];
  const assertions = looked.map(({ au }): ActionUnitAssertion => ({ au, side: "both", state }));
  return [
    cueOf(
      rule,
      assertions,
      looked.flatMap((each) => each.votes),
    ),
  ];
}

function oneSidedCue(rule: EmotionRule, term: Term, items: readonly EvidenceItem[]): Cue[] {
  for (const au of term.anyOf) {
    for (const side of ["left", "right"] as const) {
      const other = side === "left" ? "right" : "left";
      const here = presenceVotes(items, au, side);
      const there = presenceVotes(items, au, other);
      if (agreedPresence(here) !== "present" || agreedPresence(there) !== "absent") continue;
      const sides = [...here, ...there].map((vote) => ({ ...vote, items: sidesOf(vote.items) }));
      return [cueOf(rule, [{ au, side, state: "present" }], sides)];
    }
  }
  return [];
}

function sidesOf(items: readonly MeasuredItem[]): MeasuredItem[] {
  return items.filter(({ value }) => value.side !== "both");
}

function cueOf(rule: EmotionRule, actionUnits: ActionUnitAssertion[], votes: readonly PresenceVote[]): Cue {
  const ids = votes.flatMap(decisiveItems).map(({ item }) => item.id);
  return {
    statement: actionUnits.map(statementOf).join(", "),
    claimType: "expressed",
    label: rule.emotion,
    direction: "for",
    actionUnits,
    evidenceIds: [...new Set(ids)],
  };
}

/** Of one toolbox's items the ones that made its vote: the whole face where that says it, otherwise the sides. */
function decisiveItems({ presence, items }: PresenceVote): readonly MeasuredItem[] {
  const agreeing = items.filter(({ value }) => value.presence === presence);
  const whole = agreeing.filter(({ value }) => value.side === "both");
  return whole.length > 0 ? whole : agreeing;
}

function statementOf({ au, side, state }: ActionUnitAssertion): string {
  const entry = actionUnit(au);
  if (state === "absent") return `${nameWithCode(au)} is absent`;
  const clause = entry?.shown === null || entry === undefined ? `${au} is present` : `${entry.shown} (${au})`;
  const where = side === "both" ? "" : ` on the person's own ${side} only`;
  return `${capitalised(clause)}${where}`;
}

function sourceCues({ type, name, own, evidenceIds }: ReadingSource, labels: readonly string[]): Cue[] {
  // The rules are spelt out action unit by action unit already.
  if (type !== "expression") return [];
  const say = (label: string, probability: number, direction: Cue["direction"]): Cue => ({
    statement: `The expression classifier ${name} gives ${label} ${probability.toFixed(2)}`,
    claimType: "perceived",
    label,
    direction,
    actionUnits: [],
    evidenceIds: [...evidenceIds],
  });
  return [...own]
    .sort((a, b) => b.probability - a.probability)
    .flatMap(({ label, probability }, rank) => {
      if (rank === 0 && probability >= SOURCE_SPEAKS_FROM) return [say(label, probability, "for")];
      return labels[0] === label && probability < SOURCE_DENIES_BELOW ? [say(label, probability, "against")] : [];
    });
}
