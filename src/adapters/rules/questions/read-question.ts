import type { AskedQuestion, QuestionKind } from "./asked-question.ts";
import { clipQuestion } from "./clip-questions.ts";
import { completed } from "./incomplete-question.ts";
import { kindByWording } from "./kind-by-wording.ts";
import { poseIn } from "./pose-questions.ts";
import { affectOf, fromEndToEnd, labelsOf, ratingOf } from "./question-ratings.ts";
import { type FacesMeant, findFaces, findTargets, type Target, unitsOfPart } from "./question-targets.ts";
import {
  AGAINST_TARGET,
  ANYBODY_NOT,
  ASKS_WHAT,
  ASKS_WHO,
  AVERAGE,
  asksWhyDone,
  BECAUSE_OF,
  BY_UNITS,
  DESCRIBE,
  DESCRIBE_WHOM,
  EVERYBODY,
  FELT,
  HOW_MANY,
  HOW_MUCH_MORE,
  IS_FELT,
  isHowLabel,
  LEAST,
  LETTERED,
  LOOKS,
  MEANING,
  MIXED,
  NOT_FELT,
  PART,
  plainly,
  RATED,
  REALLY,
  SIDE,
  STRENGTH,
  SUPERLATIVE,
  sideIn,
  TOGETHER,
  UNITS,
  WHEN,
  WHY,
  WHY_AT_ALL,
  WHY_NOT,
  WOULD_MAKE,
  YES_NO,
} from "./question-wording.ts";
import { refusalOf } from "./refuse-question.ts";

export interface QuestionScene {
  /** Left to right. */
  readonly faceIds: readonly string[];
  readonly labels: readonly string[] | null;
  /** Whether it is about a clip, of which more can be asked. */
  readonly isClip?: boolean;
}

/** "F2: What is shown?", as `--face F2` puts it. */
export const OF_ONE_FACE = /^F\d+: *(?=\S)/i;

/**
 * What a question wants to know, by its wording. English only. A question that asks for something else, gives an order
 * or is in another language is `unanswerable`, with the reason as a clause.
 */
export function readQuestion(asked: string, scene: QuestionScene): AskedQuestion {
  const text = plainly(asked);
  const named = findFaces(text, scene.faceIds);
  const faces = AGAINST_OTHERS.test(text) ? { ...named, faceIds: scene.faceIds } : named;
  const wording = completed(text.replace(OF_ONE_FACE, ""), scene.labels);
  const ofClip = scene.isClip
    ? clipQuestion(wording.toLowerCase(), findTargets(wording.toLowerCase(), scene.labels))
    : undefined;
  if (ofClip !== undefined && faces.unknown.length === 0) return { ...ofClip, faceIds: faces.faceIds };
  const posed = scene.isClip || faces.unknown.length > 0 ? undefined : poseIn(wording.toLowerCase());
  if (posed !== undefined) return { ...posed, faceIds: faces.faceIds };
  const refused = refusalOf(wording, faces);
  const kind = refused === undefined ? kindOf(wording, scene, faces) : unanswerable(refused);
  return { ...kind, faceIds: faces.faceIds };
}

/** "Who is less happy than F1?", "How do the others look compared to F2?": all faces are meant, and not the one that is named. */
const AGAINST_OTHERS = /^(?:and )?(?:who|which \w+)\b.*\bthan f\d+\b|\bothers\b/i;

/** "and why?", "and which cues tell you?": every answer says what it rests on. */
export function asksForReasons(part: string, { labels }: QuestionScene): boolean {
  const lower = part.toLowerCase();
  return WHY.test(lower) && findTargets(lower, labels).length === 0 && !asksWhyDone(lower);
}

function unanswerable(reason: string): QuestionKind {
  return { kind: "unanswerable", reason };
}

function kindOf(text: string, scene: QuestionScene, faces: FacesMeant): QuestionKind {
  if (text === "") return { kind: "describe" };
  const lower = text.toLowerCase();
  const targets = findTargets(lower, scene.labels);
  return (
    kindByWording(lower, targets) ??
    comparing(lower, targets, faces) ??
    asksWhen(lower, targets) ??
    withTarget(lower, targets) ??
    open(lower)
  );
}

/** "Is F1 happier than F2?" */
function comparing(
  lower: string,
  targets: readonly Target[],
  { first, faceIds }: FacesMeant,
): QuestionKind | undefined {
  const [target] = targets;
  if (target === undefined || first === undefined || faceIds.length < 2) return undefined;
  if (HOW_MUCH_MORE.test(lower)) return { kind: "how-much-more", target, most: !LEAST.test(lower), first };
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
  if (RATED.test(lower) && !LETTERED.test(lower)) return ratingOf(lower, targets);
  if (WHY_NOT.test(lower)) return { kind: "why-not", target };
  if (WOULD_MAKE.test(lower)) return { kind: most ? "what-would-make" : "what-would-end", target };
  if (HOW_MANY.test(lower)) return { kind: "count", target };
  if (AVERAGE.test(lower)) return { kind: "average", target };
  if (SIDE.test(lower)) return { kind: "side", target };
  return aboutTarget(lower, targets, target);
}

/** What it is asked of one target, where no number or order is. */
function aboutTarget(lower: string, targets: readonly Target[], target: Target): QuestionKind | undefined {
  const labels = labelsOf(targets);
  const most = !LEAST.test(lower);
  if (MEANING.test(lower) && target.type === "action-unit") return { kind: "meaning", target };
  if (AGAINST_TARGET.test(lower)) return { kind: "against", target };
  const isHeldAgainst = /\bthan f\d+\b/.test(lower);
  if (ASKS_WHO.test(lower) && SUPERLATIVE.test(lower)) return { kind: isHeldAgainst ? "rank" : "which", target, most };
  if (ASKS_WHO.test(lower))
    return { kind: /\b(?:not|doesn't|isn't|don't|aren't)\b/.test(lower) ? "who-not" : "who", target };
  if (WHY.test(lower)) return { kind: "why", target, byUnits: BY_UNITS.test(lower) };
  if (BECAUSE_OF.test(lower) && target.type === "label" && unitsOfPart(lower) !== null)
    return { kind: "why", target, byUnits: true };
  if (/\bor\b/.test(lower) && labels.length > 1) return { kind: "choice", labels };
  if (STRENGTH.test(lower) || isHowLabel(lower)) return { kind: "strength", target };
  return YES_NO.test(lower) ? yesOrNoOf(lower, targets, target) : affectOf(targets);
}

function yesOrNoOf(lower: string, targets: readonly Target[], target: Target): QuestionKind {
  if (ANYBODY_NOT.test(lower)) return { kind: "who-not", target };
  return severalOf(lower, targets) ?? presenceOf(lower, target);
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
  if (isFelt && target.type === "label") return unanswerable(NOT_FELT);
  return { kind: "presence", target, ...(EVERYBODY.test(lower) && { ofAll: true }) };
}

/** "Which side of the mouth is higher?": by the unit that lifts it. */
function liftedSide(lower: string): QuestionKind | undefined {
  const [, mouth, brow] = SIDE.test(lower) ? (/\b(?:(mouth|lips?)|(brows?|eyebrows?))\b/.exec(lower) ?? []) : [];
  if (mouth === undefined && brow === undefined) return undefined;
  return { kind: "side", target: { type: "action-unit", anyOf: [brow === undefined ? "AU12" : "AU2"], words: "" } };
}

function open(lower: string): QuestionKind {
  if (/\bhow many (?:faces?|people|persons?)\b/.test(lower)) return { kind: "count", target: null };
  return liftedSide(lower) ?? ofFaces(lower);
}

function ofFaces(lower: string): QuestionKind {
  const side = sideIn(lower);
  if (UNITS.test(lower) || side === "one") return { kind: "action-units", side, units: null };
  const units = unitsOfPart(lower);
  if (units !== null && PART.test(lower)) return { kind: "action-units", side: null, units };
  if (FELT.test(lower) || (YES_NO.test(lower) && /\bfeel/.test(lower))) return unanswerable(NOT_FELT);
  if (MIXED.test(lower)) return { kind: "certainty" };
  if (/\bintens\w*\b/.test(lower)) return unanswerable(NO_INTENSITY);
  if (asksWhyDone(lower)) return unanswerable("it tells why an expression is read, not why somebody does something");
  if (WHY_AT_ALL.test(lower)) return { kind: "why", target: null, byUnits: false };
  if (isHowLabel(lower)) return unanswerable("it has no measure of that");
  if (RATED.test(lower) && DESCRIBE.test(lower)) return ratingOf(lower, []);
  if (ASKS_WHAT.test(lower) && (DESCRIBE.test(lower) || DESCRIBE_WHOM.test(lower))) return { kind: "describe" };
  return unanswerable("it does not know this kind of question");
}

const NO_INTENSITY = "how intense an expression is has no measure here: its numbers say how surely it is read";
