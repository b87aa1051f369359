import { type FacesMeant, findFaces, findTargets, type Target, unitsOfPart } from "./question-targets.ts";
import { refusalOf } from "./refuse-question.ts";

/** A side of the person's own face; `one`: either, but not both alike. */
export type AskedSide = "left" | "right" | "one";

/** What kind of answer a question wants. */
type QuestionKind =
  | {
      readonly kind: "describe" | "certainty" | "context-effect" | "expected" | "alternatives" | "against" | "words";
    }
  /** `side`: only those that are stronger there, on either side for `one`. `units`: those of a part of the face. `null`: all. */
  | { readonly kind: "action-units"; readonly side: AskedSide | null; readonly units: readonly string[] | null }
  /** `asksWho`: for the faces and not for yes or no. */
  | { readonly kind: "same-expression"; readonly asksWho: boolean }
  /** Whether the first face that is named shows more, or less, of it than the others. */
  | { readonly kind: "compare"; readonly target: Target; readonly most: boolean; readonly first: string }
  /** Which face shows most or least of it, all of them in order, or those that show it at all. */
  | { readonly kind: "which" | "rank"; readonly target: Target; readonly most: boolean }
  | { readonly kind: "who"; readonly target: Target }
  | { readonly kind: "count"; readonly target: Target | null }
  | {
      readonly kind: "presence" | "strength" | "side" | "when" | "why-not" | "what-would-make";
      readonly target: Target;
    }
  | { readonly kind: "why"; readonly target: Target | null }
  | { readonly kind: "affect"; readonly dimensions: readonly ("valence" | "arousal")[] }
  | { readonly kind: "choice"; readonly labels: readonly string[] }
  | { readonly kind: "rating"; readonly target: Target; readonly from: number; readonly to: number }
  | { readonly kind: "unanswerable"; readonly reason: string };

export type AskedQuestion = QuestionKind & {
  /** The faces that it is about, all when it names none. */
  readonly faceIds: readonly string[];
};

export interface QuestionScene {
  /** Left to right. */
  readonly faceIds: readonly string[];
  readonly labels: readonly string[] | null;
}

/**
 * What a question wants to know, by its wording. English only. A question that asks for something else, gives an order
 * or is in another language is `unanswerable`, with the reason as a clause.
 */
export function readQuestion(text: string, scene: QuestionScene): AskedQuestion {
  const faces = findFaces(text, scene.faceIds);
  const refused = refusalOf(text, faces);
  const kind = refused === undefined ? kindOf(text, scene, faces) : unanswerable(refused);
  return { ...kind, faceIds: faces.faceIds };
}

/** "and why?", "and which cues tell you?": every answer says what it rests on. */
export function asksForReasons(part: string, { labels }: QuestionScene): boolean {
  const lower = part.toLowerCase();
  return WHY.test(lower) && findTargets(lower, labels).length === 0;
}

function unanswerable(reason: string): QuestionKind {
  return { kind: "unanswerable", reason };
}

function kindOf(text: string, scene: QuestionScene, faces: FacesMeant): QuestionKind {
  if (text === "") return { kind: "describe" };
  const lower = text.toLowerCase();
  const targets = findTargets(lower, scene.labels);
  return (
    withoutTarget(lower) ??
    comparing(lower, targets, faces) ??
    asksWhen(lower, targets) ??
    withTarget(lower, targets) ??
    open(lower, targets)
  );
}

const CONTEXT_EFFECT =
  /\b(?:context|situation)\b.*\b(?:chang\w*|effect|affect\w*|influenc\w*|alter\w*|difference|matters?|add|adds|shift\w*|do|contribut\w*|need\w*)\b|\b(?:chang\w*|effect|influence|difference|alter\w*|role|without)\b.*\b(?:context|situation)\b/;
const CERTAINTY =
  /\bhow (?:sure|certain|confident|reliable|trustworthy|accurate|uncertain|safe)\b|\b(?:are|is) (?:you|it|this|that) (?:really )?(?:sure|certain|confident|reliable)\b|\bcan (?:i|we|you) (?:trust|rely)|\bhow much (?:can|should) (?:i|we|you) (?:trust|rely)|\b(?:your )?(?:confidence|certainty)\b/;
const SAME =
  /\bsame (?:facial )?(?:expressions?|emotions?|way|thing)\b|\bsimilar(?:ly)?\b|\balike\b|\b(?:share|shares) (?:an|the|one|their) (?:expression|emotion)|\bdiffer(?:s|ent)? (?:in|expressions?|emotions?|from)|\b(?:match|matches)\b|\bodd (?:one )?out\b|\bstands? out\b/;

/** What the situation leads one to expect, not what the face shows. */
const EXPECTED =
  /^(?:and |so )?(?:what|which|how)\b.*\b(?:expect(?:s|ed)?|(?:people|one|someone|anyone|somebody) (?:would |usually |normally |typically )*(?:feel|show|express|look)s?)\b/;

/** Whether what somebody says and their face go together; not "in other words", nor what you would say. */
const WORDS =
  /(?<!\bother )\bwords\b|\b(?:says|saying|utterances?|transcript)\b|(?<!\bbe )\bsaid\b|\b(?:he|she|they|f\d+|person|people) say\b/;
const GO_TOGETHER =
  /\b(?:agree\w*|match\w*|fits?|fitting|contradict\w*|belie[sd]?|consistent|inconsistent|(?:in)?congruent|conflict\w*|mismatch\w*|go(?:es)? (?:together|with)|at odds|in line)\b/;

function withoutTarget(lower: string): QuestionKind | undefined {
  if (EXPECTED.test(lower)) return { kind: "expected" };
  if (WORDS.test(lower) && GO_TOGETHER.test(lower)) return { kind: "words" };
  if (CONTEXT_EFFECT.test(lower) && !/\bwhich\b.*\bcues\b/.test(lower)) return { kind: "context-effect" };
  if (CERTAINTY.test(lower)) return { kind: "certainty" };
  if (SAME.test(lower)) return { kind: "same-expression", asksWho: ASKS_WHO.test(lower) };
  if (ALTERNATIVES.test(lower)) return { kind: "alternatives" };
  if (AGAINST.test(lower)) return { kind: "against" };
  return undefined;
}

/** What else it may be: "the second most likely emotion", "What are the alternatives?" */
const ALTERNATIVES =
  /\b(?:second|third|next|runner-up|top (?:two|three|\d))\b.*\b(?:likely|probable|emotions?|expressions?|labels?|readings?|guess|place)\b|\balternatives?\b|\bwhat else (?:could|might|can|may)\b/;

/** "Which cues speak against the reading?", but not "What speaks against anger?" */
const AGAINST =
  /\b(?:against|contradicts?|doubts?|disagrees?) (?:it|this|that|(?:this|that|the|your) (?:reading|judg\w+|answer|interpretation|emotion|expression|label))\b/;

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

const RATED = /\b(?:rate|rating|score|scale|0 ?(?:-|–|to) ?\d+|out of \d+|percent)\b/;
const WHY_NOT =
  /^why (?:not|isn't|aren't|doesn't|don't|no)\b|^why (?:is|are|does|do) .*\bnot\b|\brather than\b|\band not\b/;
const WOULD_MAKE =
  /\bwhat (?:else )?(?:would|could|must|should|needs?|has)\b.*\b(?:make|turn|change|need|take|show|have to|to be|be different|count as)\b|\bwhat is missing\b|\bwhat's missing\b|\bwhen would\b/;
const WHEN =
  /^(?:and |so )?(?:(?:since |until )?when(?! (?:s?he|they|it|f\d+|the|this|one|people|\w+ing)\b)|how long|at (?:what|which) (?:time|point|moment|second))\b/;
const SUPERLATIVE =
  /\b(?:most|least|more|less|strongest|weakest|clearest|biggest|widest|broadest|highest|lowest|\w{3,}ie(?:st|r)|saddest|sadder|calmest|calmer|stronger|weaker|clearer|bigger|wider|broader|higher|lower)\b/;
const LEAST = /\b(?:least|less|weakest|weaker|lowest|lower)\b/;
const ASKS_WHO =
  /^(?:and |so )?(?:who|whose|which (?:one|of|person|people|face|faces|man|woman|girl|boy|child|two|women|men)|what person|what face)\b|\b(?:which|what) (?:person|face|people|faces|one)\b/;
const SIDE =
  /\b(?:which|what) (?:side|half)\b|\bone[- ]sided\b|\basymmetr\w*|\bsymmetr\w*|\blopsided\b|\bboth sides\b|\bleft or (?:the )?right\b|\bstronger on\b/;
const STRENGTH =
  /\bhow (?:\w+ )?(?:strong|strongly|intense|intensely|much|clear|clearly|wide|pronounced|big|far|visible)\b|\b(?:intensity|strength)\b/;
const YES_NO =
  /^(?:and |so |but )?(?:is|isn't|are|aren't|was|were|does|doesn't|do|did|has|have|any|can you|could|would (?:you|(?:most |other )?(?:people|observers|others|raters)|one|anyone)|do you)\b/;

/** "When does she smile?", but not "When would it be a smile?" nor "When she smiles, is she happy?" */
function asksWhen(lower: string, [target]: readonly Target[]): QuestionKind | undefined {
  if (target === undefined || target.type === "affect") return undefined;
  return WHEN.test(lower) && !WOULD_MAKE.test(lower) ? { kind: "when", target } : undefined;
}

function withTarget(lower: string, targets: readonly Target[]): QuestionKind | undefined {
  const target = WHY_NOT.test(lower) ? targets.at(-1) : targets[0];
  if (target === undefined) return undefined;
  const labels = targets.flatMap((one) => (one.type === "label" ? [one.label] : []));
  const most = !LEAST.test(lower);
  if (/^(?:please )?(?:rank|order|sort)\b|\brank\b/.test(lower)) return { kind: "rank", target, most };
  if (RATED.test(lower)) return { kind: "rating", target, ...scaleIn(lower) };
  if (WHY_NOT.test(lower)) return { kind: "why-not", target };
  if (WOULD_MAKE.test(lower)) return { kind: "what-would-make", target };
  if (/\bhow many\b|^count\b/.test(lower)) return { kind: "count", target };
  if (SIDE.test(lower)) return { kind: "side", target };
  if (ASKS_WHO.test(lower)) return SUPERLATIVE.test(lower) ? { kind: "which", target, most } : { kind: "who", target };
  if (WHY.test(lower)) return { kind: "why", target };
  if (/\bor\b/.test(lower) && labels.length > 1) return { kind: "choice", labels };
  if (STRENGTH.test(lower) || isHowLabel(lower)) return { kind: "strength", target };
  return YES_NO.test(lower) ? presenceOf(lower, target) : affectOf(targets);
}

function presenceOf(lower: string, target: Target): QuestionKind {
  return REALLY.test(lower) && target.type === "label" ? unanswerable(NOT_FELT) : { kind: "presence", target };
}

/** "What is the valence?" */
function affectOf(targets: readonly Target[]): QuestionKind | undefined {
  const dimensions = targets.flatMap((one) => (one.type === "affect" ? [one.dimension] : []));
  return dimensions.length > 0 && dimensions.length === targets.length ? { kind: "affect", dimensions } : undefined;
}

const WHY =
  /^why\b|^how come\b|\bwhat makes (?:you|it|this|her|him|them|f\d)|\bwhat tells\b|\b(?:which|what) (?:facial )?(?:cues?|evidence|signs?|action units?|features?|measurements?)\b|\bhow (?:do|can) (?:you|i|we) (?:know|tell|see)\b/;

/** "How happy is she?" */
function isHowLabel(lower: string): boolean {
  return /^how (?!do|does|is|are|many|can)\w+ (?:is|are|does|do|looks?|was|were)\b/.test(lower);
}

function scaleIn(lower: string): { from: number; to: number } {
  const range = /(-?\d+) ?(?:to|-|–|and) ?(\d+)/.exec(lower);
  if (range !== null) return { from: Number(range[1]), to: Number(range[2]) };
  const outOf = /out of (\d+)/.exec(lower);
  return { from: 0, to: outOf === null ? 100 : Number(outOf[1]) };
}

const UNITS = /\b(?:which|what|list|name|all)\b.*\b(?:aus?|action units?|facial movements?|muscles?)\b/;

/** "What do the brows do?" */
const PART = /^(?:and |so )?(?:what|how|describe)\b/;

/** "the left side", "left only", but not the person on the left. */
function sideIn(lower: string): AskedSide | null {
  if (/\b(?:a?symmetr\w*|lopsided|one[- ]sided|one side|one half)\b/.test(lower)) return "one";
  const [, side] = /\b(left|right)(?:[- ]hand)? (?:side|half|only|alone)\b/.exec(lower) ?? [];
  return side === "left" || side === "right" ? side : null;
}

/** Beyond what one image tells: whether what is shown is meant. */
const FELT =
  /\b(?:pretend\w*|fak(?:e|ed|ing)|feign\w*|acted|acting|genuine(?:ly)?|sincere(?:ly)?|authentic|posed|posing|spontaneous|deliberate|voluntary|putting (?:it )?on)\b/;
/** "Is she really sad?", but not "Does she really look sad?" */
const REALLY =
  /^(?!.*\b(?:look|seem|appear|show|express|perceive|read|expression|sign)\w*\b).*\b(?:really|truly|actually|genuinely|feels?|feeling)\b/;
const NOT_FELT = "an image shows an expression, not whether it is felt or put on";
const DESCRIBE =
  /\b(?:emotions?|expressions?|feelings?|moods?|affect|feel|feels|feeling|expressed|expressing|look|looks|looking|faces? (?:show|express|tell|say)s?|see in (?:this|the|her|his) face|read in|shows?|showing|shown|express|expresses)\b/;

function open(lower: string, targets: readonly Target[]): QuestionKind {
  if (/\bhow many (?:faces?|people|persons?)\b/.test(lower)) return { kind: "count", target: null };
  const side = sideIn(lower);
  if (UNITS.test(lower) || side === "one") return { kind: "action-units", side, units: null };
  const units = unitsOfPart(lower);
  if (units !== null && PART.test(lower)) return { kind: "action-units", side: null, units };
  if (FELT.test(lower)) return unanswerable(NOT_FELT);
  if (targets.length === 0 && /^why\b|^how (?:do|can) (?:you|i|we) (?:know|tell)\b/.test(lower)) {
    return { kind: "why", target: null };
  }
  if (
    /^(?:what|which|how|when|describe|name|tell|explain|list|emotions?|expressions?|give|who|the|can you|could you)\b/.test(
      lower,
    ) &&
    (DESCRIBE.test(lower) ||
      /^describe (?:the |this |that |these |those )?(?:\w+'s )?(?:faces?|images?|people|persons?|them|her|him|it)\b/.test(
        lower,
      ))
  ) {
    return { kind: "describe" };
  }
  return unanswerable("it does not know this kind of question");
}
