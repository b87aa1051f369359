import type { QuestionKind } from "./asked-question.ts";
import type { Target } from "./question-targets.ts";
import { BOTH_ENDS, scaleIn } from "./question-wording.ts";

/** The labels among what a question names. */
export function labelsOf(targets: readonly Target[]): string[] {
  return targets.flatMap((one) => (one.type === "label" ? [one.label] : []));
}

/** "Order them from saddest to happiest": by valence. */
export function fromEndToEnd(lower: string, labels: readonly string[]): QuestionKind | undefined {
  const [first, second] = labels;
  if (first === undefined || second === undefined || !/\b(?:rank|order|sort)\b/.test(lower)) return undefined;
  if (!BOTH_ENDS.test(lower) || (first === "happiness") === (second === "happiness")) return undefined;
  return { kind: "rank", target: { type: "affect", dimension: "valence", end: "high" }, most: first === "happiness" };
}

/** On the scale that is named; valence and arousal, which have one of their own, on that where none is. */
export function ratingOf(lower: string, targets: readonly Target[]): QuestionKind {
  const scale = scaleIn(lower);
  return (scale === undefined ? affectOf(targets) : undefined) ?? { kind: "rating", targets, ...(scale ?? PERCENT) };
}

/** "What is the valence?" */
export function affectOf(targets: readonly Target[]): QuestionKind | undefined {
  const dimensions = targets.flatMap((one) => (one.type === "affect" ? [one.dimension] : []));
  return dimensions.length > 0 && dimensions.length === targets.length ? { kind: "affect", dimensions } : undefined;
}

const PERCENT = { from: 0, to: 100 };
