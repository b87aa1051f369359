import type { AskedQuestion, QuestionKind } from "./asked-question.ts";
import { type FacesMeant, findFaces, findTargets, type Target, unitsOfPart } from "./question-targets.ts";
import {
  AGAINST,
  AGAINST_TARGET,
  ALTERNATIVES,
  APPROPRIATE,
  ASKS_WHAT,
  ASKS_WHO,
  BOTH_ENDS,
  BY_UNITS,
  CERTAINTY,
  CONTEXT_EFFECT,
  DESCRIBE,
  DESCRIBE_WHOM,
  DISTRIBUTION,
  EXPECTED,
  FELT,
  GO_TOGETHER,
  IS_FELT,
  isHowLabel,
  LEAST,
  LOOKS,
  MEANING,
  MIXED,
  NETWORKS,
  NOT_FELT,
  ODD,
  PART,
  PROTOTYPE,
  RATED,
  REALLY,
  SAME,
  SIDE,
  SITUATION,
  SMILE_TYPE,
  STRENGTH,
  SUPERLATIVE,
  scaleIn,
  sideIn,
  TOGETHER,
  UNITS,
  WHEN,
  WHY,
  WHY_AT_ALL,
  WHY_NOT,
  WORDS,
  WOULD_MAKE,
  YES_NO,
} from "./question-wording.ts";
import { refusalOf } from "./refuse-question.ts";

export interface QuestionScene {
  /** Left to right. */
  readonly faceIds: readonly string[];
  readonly labels: readonly string[] | null;
}

/** "F2: What is shown?", as `--face F2` puts it. */
export const OF_ONE_FACE = /^F\d+: *(?=\S)/i;

/**
 * What a question wants to know, by its wording. English only. A question that asks for something else, gives an order
 * or is in another language is `unanswerable`, with the reason as a clause.
 */
export function readQuestion(asked: string, scene: QuestionScene): AskedQuestion {
  const text = plainly(asked);
  const faces = findFaces(text, scene.faceIds);
  const wording = text.replace(OF_ONE_FACE, "");
  const refused = refusalOf(wording, faces);
  const kind = refused === undefined ? kindOf(wording, scene, faces) : unanswerable(refused);
  return { ...kind, faceIds: faces.faceIds };
}

/** "and why?", "and which cues tell you?": every answer says what it rests on. */
export function asksForReasons(part: string, { labels }: QuestionScene): boolean {
  const lower = part.toLowerCase();
  return WHY.test(lower) && findTargets(lower, labels).length === 0;
}

const OPENED =
  /^(?:(?:please|briefly|quickly|hi|hello|in short|in (?:one|a|a single) (?:word|sentence))[,:]? )+(?=\S)/i;
/** "He is angry, isn't he?" */
const TAGGED =
  /^(?!wh|how)(.+), (?:(?:is|are|was|do|does|did|has|have)(?:n't)? (?:s?he|it|they|that|this|there)|right|correct)\?$/i;

/** "AU1+4" */
const COMBINED = /\bAU ?(\d+)((?: ?\+ ?(?:AU ?)?\d+)+)/gi;

/** Without courtesies, and as a question where a statement only ends as one. */
function plainly(text: string): string {
  return text
    .replace(OPENED, "")
    .replace(TAGGED, "Is it so that $1?")
    .replace(
      COMBINED,
      (units) =>
        units
          .match(/\d+/g)
          ?.map((au) => `AU${au}`)
          .join(" and ") ?? units,
    );
}

function unanswerable(reason: string): QuestionKind {
  return { kind: "unanswerable", reason };
}

function kindOf(text: string, scene: QuestionScene, faces: FacesMeant): QuestionKind {
  if (text === "") return { kind: "describe" };
  const lower = text.toLowerCase();
  const targets = findTargets(lower, scene.labels);
  return (
    withoutTarget(lower, targets) ??
    comparing(lower, targets, faces) ??
    asksWhen(lower, targets) ??
    withTarget(lower, targets) ??
    open(lower)
  );
}

/** Kinds that a wording tells by itself; the first that it has. */
const BY_WORDING = [
  [NETWORKS, { kind: "networks" }],
  [CERTAINTY, { kind: "certainty" }],
  [SMILE_TYPE, { kind: "smile-type" }],
  [ODD, { kind: "odd-one-out" }],
  [DISTRIBUTION, { kind: "distribution" }],
] as const satisfies readonly (readonly [RegExp, QuestionKind])[];

function withoutTarget(lower: string, targets: readonly Target[]): QuestionKind | undefined {
  if (EXPECTED.test(lower)) return { kind: "expected" };
  if (APPROPRIATE.test(lower) || (SITUATION.test(lower) && GO_TOGETHER.test(lower))) return { kind: "fit" };
  if (WORDS.test(lower) && GO_TOGETHER.test(lower)) return { kind: "words" };
  if (CONTEXT_EFFECT.test(lower) && !/\bwhich\b.*\bcues\b/.test(lower)) return { kind: "context-effect" };
  const told = BY_WORDING.find(([wording]) => wording.test(lower))?.[1];
  if (told !== undefined) return told;
  if (PROTOTYPE.test(lower)) return { kind: "prototype", target: targets[0] ?? null };
  if (SAME.test(lower)) return { kind: "same-expression", asksWho: ASKS_WHO.test(lower) };
  if (/^compare\b/.test(lower)) return { kind: "same-expression", asksWho: true };
  if (ALTERNATIVES.test(lower)) return { kind: "alternatives" };
  return AGAINST.test(lower) ? { kind: "against", target: null } : undefined;
}

/** "Is F1 happier than F2?" */
function comparing(
  lower: string,
  targets: readonly Target[],
  { first, faceIds }: FacesMeant,
): QuestionKind | undefined {
  const [target] = targets;
  if (target === undefined || first === undefined || faceIds.length < 2) return undefined;
  if (!YES_NO.test(lower) || !/\bthan\b/.test(lower) || /\brather than\b/.test(lower)) return undefined;
  return { kind: "compare", target, most: !LEAST.test(lower), first };
}

/** "When does she smile?", but not "When would it be a smile?" nor "When she smiles, is she happy?" */
function asksWhen(lower: string, [target]: readonly Target[]): QuestionKind | undefined {
  if (target === undefined || target.type === "affect") return undefined;
  return WHEN.test(lower) && !WOULD_MAKE.test(lower) ? { kind: "when", target } : undefined;
}

function withTarget(lower: string, targets: readonly Target[]): QuestionKind | undefined {
  const target = WHY_NOT.test(lower) ? targets.at(-1) : targets[0];
  if (target === undefined) return undefined;
  const most = !LEAST.test(lower);
  const byValence = fromEndToEnd(lower, labelsOf(targets));
  if (byValence !== undefined) return byValence;
  if (/^(?:please )?(?:rank|order|sort)\b|\brank\b/.test(lower)) return { kind: "rank", target, most };
  if (RATED.test(lower)) return ratingOf(lower, targets);
  if (WHY_NOT.test(lower)) return { kind: "why-not", target };
  if (WOULD_MAKE.test(lower)) return { kind: most ? "what-would-make" : "what-would-end", target };
  if (/\bhow many\b|^count\b/.test(lower) && !STRENGTH.test(lower)) return { kind: "count", target };
  if (SIDE.test(lower)) return { kind: "side", target };
  return aboutTarget(lower, targets, target);
}

/** What it is asked of one target, where no number or order is. */
function aboutTarget(lower: string, targets: readonly Target[], target: Target): QuestionKind | undefined {
  const labels = labelsOf(targets);
  const most = !LEAST.test(lower);
  if (MEANING.test(lower) && target.type === "action-unit") return { kind: "meaning", target };
  if (AGAINST_TARGET.test(lower)) return { kind: "against", target };
  if (ASKS_WHO.test(lower) && SUPERLATIVE.test(lower)) return { kind: "which", target, most };
  if (ASKS_WHO.test(lower))
    return { kind: /\b(?:not|doesn't|isn't|don't|aren't)\b/.test(lower) ? "who-not" : "who", target };
  if (WHY.test(lower)) return { kind: "why", target, byUnits: BY_UNITS.test(lower) };
  if (/\bor\b/.test(lower) && labels.length > 1) return { kind: "choice", labels };
  if (STRENGTH.test(lower) || isHowLabel(lower)) return { kind: "strength", target };
  return YES_NO.test(lower) ? (severalOf(lower, targets) ?? presenceOf(lower, target)) : affectOf(targets);
}

/** Yes-or-no questions about more than one thing, or about both ends of one. */
function severalOf(lower: string, targets: readonly Target[]): QuestionKind | undefined {
  const [first, second] = targets;
  if (/\bor\b(?! not\b)/.test(lower)) {
    if (targets.some((one) => one.type === "affect" && one.dimension === "valence")) return { kind: "sign" };
    return first?.type === "smile" && labelsOf(targets).length === 0 ? { kind: "smile-type" } : undefined;
  }
  if (second === undefined) return undefined;
  if (/\bthan\b/.test(lower)) return { kind: "more-than", targets: LEAST.test(lower) ? targets.toReversed() : targets };
  return TOGETHER.test(lower) ? { kind: "all-present", targets } : undefined;
}

function presenceOf(lower: string, target: Target): QuestionKind {
  const isFelt = REALLY.test(lower) || (IS_FELT.test(lower) && !LOOKS.test(lower));
  return isFelt && target.type === "label" ? unanswerable(NOT_FELT) : { kind: "presence", target };
}

function labelsOf(targets: readonly Target[]): string[] {
  return targets.flatMap((one) => (one.type === "label" ? [one.label] : []));
}

/** "Order them from saddest to happiest": by valence. */
function fromEndToEnd(lower: string, labels: readonly string[]): QuestionKind | undefined {
  const [first, second] = labels;
  if (first === undefined || second === undefined || !/\b(?:rank|order|sort)\b/.test(lower)) return undefined;
  if (!BOTH_ENDS.test(lower) || (first === "happiness") === (second === "happiness")) return undefined;
  return { kind: "rank", target: { type: "affect", dimension: "valence", end: "high" }, most: first === "happiness" };
}

/** On the scale that is named; valence and arousal, which have one of their own, on that where none is. */
function ratingOf(lower: string, targets: readonly Target[]): QuestionKind {
  const scale = scaleIn(lower);
  return (scale === undefined ? affectOf(targets) : undefined) ?? { kind: "rating", targets, ...(scale ?? PERCENT) };
}

/** "What is the valence?" */
function affectOf(targets: readonly Target[]): QuestionKind | undefined {
  const dimensions = targets.flatMap((one) => (one.type === "affect" ? [one.dimension] : []));
  return dimensions.length > 0 && dimensions.length === targets.length ? { kind: "affect", dimensions } : undefined;
}

function open(lower: string): QuestionKind {
  if (/\bhow many (?:faces?|people|persons?)\b/.test(lower)) return { kind: "count", target: null };
  const side = sideIn(lower);
  if (UNITS.test(lower) || side === "one") return { kind: "action-units", side, units: null };
  const units = unitsOfPart(lower);
  if (units !== null && PART.test(lower)) return { kind: "action-units", side: null, units };
  if (FELT.test(lower) || (YES_NO.test(lower) && /\bfeel/.test(lower))) return unanswerable(NOT_FELT);
  if (MIXED.test(lower)) return { kind: "certainty" };
  if (/\bintens\w*\b/.test(lower)) return unanswerable(NO_INTENSITY);
  if (WHY_AT_ALL.test(lower)) return { kind: "why", target: null, byUnits: false };
  if (isHowLabel(lower)) return unanswerable("it has no measure of that");
  if (RATED.test(lower) && DESCRIBE.test(lower)) return ratingOf(lower, []);
  if (ASKS_WHAT.test(lower) && (DESCRIBE.test(lower) || DESCRIBE_WHOM.test(lower))) return { kind: "describe" };
  return unanswerable("it does not know this kind of question");
}

const NO_INTENSITY = "how intense an expression is has no measure here: its numbers say how surely it is read";
const PERCENT = { from: 0, to: 100 };
