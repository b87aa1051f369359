import { z } from "zod";
import type { LabelProbability } from "../domain/labels.ts";
import { ActionUnitName } from "../domain/measurement.ts";
import { type ActivationVector, PRESENT_FROM } from "./activation.ts";
import { basicLabelOf } from "./basic-label.ts";
import { knowledgeFile } from "./knowledge-file.ts";

const Term = z.strictObject({
  /** The strongest of these counts. */
  anyOf: z.array(ActionUnitName).min(1),
  weight: z.number().positive(),
  /** Counts how much stronger one side is instead of how strong it is. */
  oneSided: z.boolean().optional(),
});

export const EmotionRule = z.strictObject({
  emotion: z.string().min(1),
  kind: z.enum(["emotion", "state"]),
  threshold: z.number(),
  supporting: z.array(Term),
  opposing: z.array(Term),
  /** Complete combinations that the literature names. */
  prototypes: z.array(z.array(ActionUnitName).min(1)),
  source: z.string().min(1),
});
export type EmotionRule = z.infer<typeof EmotionRule>;

const RuleFile = z.strictObject({ about: z.string(), rules: z.array(EmotionRule).min(1) });
const ruleFile = knowledgeFile(["facs", "emotion-rules.json"], RuleFile);

/** The rules that ship with Kuleshov (`models/facs/emotion-rules.json`). */
export function emotionRules(): readonly EmotionRule[] {
  return ruleFile().rules;
}

/** What one term added to a rule's score. */
interface Contribution {
  /** The action unit of the term that counted. */
  readonly au: string;
  readonly activation: number;
  /** Weight times activation, negative for opposing terms. */
  readonly points: number;
  readonly oneSided: boolean;
}

/** How well one toolbox's measurements fit one rule. */
export interface RuleScore {
  readonly emotion: string;
  readonly kind: EmotionRule["kind"];
  /** sigmoid(logit), 0..1; `null` when the toolbox sees too little of the rule. */
  readonly score: number | null;
  readonly logit: number | null;
  /** Share of the rule's action units that the toolbox measured, 0..1. */
  readonly seenShare: number;
  readonly unseen: readonly string[];
  readonly contributions: readonly Contribution[];
  /** The prototypes of which every action unit is present. */
  readonly complete: readonly (readonly string[])[];
}

/** A rule of whose supporting weight a toolbox sees less than this is not scored. */
const MINIMUM_SEEN_SHARE = 0.5;

/**
 * Scores a rule over what one toolbox measured on one scale. Terms it cannot see add nothing, and the threshold shrinks
 * with the supporting weight it cannot see, so that a toolbox without AU6 can still find a smile.
 */
export function scoreRule(rule: EmotionRule, vector: ActivationVector): RuleScore {
  const supporting = rule.supporting.map((term) => ({ term, sign: 1, seen: readTerm(term, vector) }));
  const opposing = rule.opposing.map((term) => ({ term, sign: -1, seen: readTerm(term, vector) }));
  const terms = [...supporting, ...opposing];
  const contributions = terms.flatMap(({ term, sign, seen }) => {
    if (seen === undefined) return [];
    return [{ ...seen, points: sign * term.weight * seen.activation, oneSided: term.oneSided === true }];
  });
  const weighed = rule.supporting.length > 0 ? supporting : opposing;
  const seenWeight = shareOfWeight(weighed);
  const threshold = rule.threshold > 0 ? rule.threshold * seenWeight : rule.threshold;
  const sum = contributions.reduce((total, { points }) => total + points, 0);
  const logit = seenWeight < MINIMUM_SEEN_SHARE ? null : sum - threshold;
  const named = unitsOf(rule);
  const unseen = named.filter((au) => !vector.activations.has(au));
  return {
    emotion: rule.emotion,
    kind: rule.kind,
    score: logit === null ? null : 1 / (1 + Math.exp(-logit)),
    logit,
    seenShare: named.length === 0 ? 0 : 1 - unseen.length / named.length,
    unseen,
    contributions,
    complete: rule.prototypes.filter((units) => units.every((au) => isPresent(au, vector))),
  };
}

/** The emotions that were scored as a distribution over the basic labels they mean: the softmax of their logits. */
export function rulesAsDistribution(scores: readonly RuleScore[]): LabelProbability[] {
  const scored = scores.flatMap(({ emotion, kind, logit }) => {
    const label = basicLabelOf(emotion);
    return kind === "state" || label === undefined || logit === null ? [] : [{ label, logit }];
  });
  const masses = scored.map(({ logit }) => Math.exp(logit));
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  return scored.map(({ label }, at) => ({ label, probability: (masses[at] as number) / total }));
}

/** Scores every rule over one vector. */
export function scoreRules(vector: ActivationVector, rules: readonly EmotionRule[] = emotionRules()): RuleScore[] {
  return rules.map((rule) => scoreRule(rule, vector));
}

/** The action units that a rule speaks of, each once. */
export function unitsOf(rule: EmotionRule): string[] {
  return [...new Set([...rule.supporting, ...rule.opposing].flatMap(({ anyOf }) => anyOf))];
}

function readTerm(
  term: z.infer<typeof Term>,
  vector: ActivationVector,
): { au: string; activation: number } | undefined {
  const seen = term.anyOf.flatMap((au) => {
    const measured = vector.activations.get(au);
    const activation = term.oneSided === true ? measured?.asymmetry : measured?.level;
    return activation === undefined || activation === null ? [] : [{ au, activation }];
  });
  return seen.sort((a, b) => b.activation - a.activation)[0];
}

function shareOfWeight(terms: readonly { term: z.infer<typeof Term>; seen: unknown }[]): number {
  const total = terms.reduce((sum, { term }) => sum + term.weight, 0);
  const seen = terms.reduce((sum, { term, seen: found }) => sum + (found === undefined ? 0 : term.weight), 0);
  return total === 0 ? 0 : seen / total;
}

function isPresent(au: string, vector: ActivationVector): boolean {
  const activation = vector.activations.get(au);
  return activation !== undefined && activation.level >= PRESENT_FROM;
}
