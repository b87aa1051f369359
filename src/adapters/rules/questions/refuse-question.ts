import { statedWindow } from "../../../domain/stated-times.ts";
import { foreignLanguageOf } from "../../../situations/plain-text.ts";
import { movementIn } from "./clip-questions.ts";
import { GAZE } from "./pose-questions.ts";
import type { FacesMeant } from "./question-targets.ts";

/** Words with which a question, or a request for a judgment, begins. */
const OPENINGS =
  /^(?:(?:and|so|but|ok|okay|please|hi|hello|well|now|also|then)[,!]? )*(?:who|whose|which|what|whats|what's|when|where|why|how|is|isn't|are|aren't|was|were|does|doesn't|do|did|can|could|would|will|has|have|any|rate|rank|order|sort|describe|compare|tell|name|explain|count|score|give|list|print|show|estimate|identify|on|of|in|at|since|until|from|to what|looking|considering|judging|without|with|if|f\d+|the|emotions?|expressions?)\b/i;
const ORDERS =
  /\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instructions?|rules?|prompts?|above|previous|everything|evidence|measurements?)\b|\b(?:write|compose|poem|song|joke|translate|pretend|repeat after|system prompt|say that)\b/i;
/** What neither a face nor its context tells this judge. */
const BEYOND =
  /\b(?:thinking|(?<!\b(?:you|i|we) )thinks?|thoughts?|lying|lies|liar|honest|truth|guilty of|age|old|older|young|younger|gender|male|female|ethnic\w*|race|nationality|married|intelligent|attractive|competent|approachable|likeable|pretty|handsome|beautiful|wearing|wears|colou?r|hair|clothes|dress|holding|doing|about to|happened|happening|happens|will|going to|tomorrow|yesterday|personality|diagnos\w*|depress(?:ed|ion)|autis\w*|famous|camera was|taken)\b/i;

/** A person's character, and not whether an answer can be trusted. */
const TRAIT =
  /\b(?:looks?|seems?|appears?) (?:\w+ )?trustworthy\b|\btrustworthy\b.*\b(?:looks?|seems?|appears?|s?he|they|f\d+|person|people|man|woman)\b/i;

/** "What happens at 4 s?" asks of a clip what is seen then. */
const HAPPENS_THEN = /^what (?:happens|is happening)\b/i;

/** What shows on a face and no toolbox measures. */
const UNSEEN =
  /^(?:and |so )?(?:is|are|does|do|has|have|can|did|was|were|who|which|how|what)\b.*\b(?:cry|cries|crying|cried|tears?|tearful|weep\w*|sob\w*|blush\w*|sweat\w*|pale)\b/i;

/** Sounds and movements that one image does not have. */
const LAUGHS = /\blaugh(?:s|ing|ed|ter)?\b/i;
/** What is held back; a smile that is, and a face that something covers, are seen. */
const HIDDEN =
  /^(?!.*\b(?:smil\w*|grin\w*|hands?|hair|glasses|beard|covered)\b).*\b(?:hid(?:e|es|ing|den)|conceal\w*|suppress\w*|repress\w*|mask(?:s|ed|ing)?|hold(?:s|ing)? (?:something )?back)\b/i;

/** Another image than this one: "What if he had won?", "... if AU4 were absent?" */
const WHAT_IF =
  /^(?:and |so )?what if\b|\bif (?:s?he|they|it|f\d+|au ?\d+|(?:the|his|her|their|this) \w+) (?:\w+ )?(?:were|was|had)\b/i;

/** Groups of people, as of who they are and not of where. */
const GROUPS = /\b(?:men|women|boys|girls|adults|children)\b.*\bthan\b.*\b(?:men|women|boys|girls|adults|children)\b/i;

/** "How would she feel at a funeral?", but not "What would she have to show?" */
const ELSEWHERE =
  /^(?:and |so )?(?:what|how|who|which)\b.*\bwould (?:s?he|they|it|f\d+|(?:this|that|these|those|the) \w+) (?:feel|be feeling|look|react|respond|express|show)\b/i;

/** Whether a text begins as a question, or a request for a judgment, does. */
export function beginsAsQuestion(text: string): boolean {
  return OPENINGS.test(text);
}

/** Why a question is not one that measurements and context can answer, as a clause; `undefined` where it may be. */
export function refusalOf(text: string, faces: FacesMeant): string | undefined {
  if (text === "") return undefined;
  if (isOtherLanguage(text)) return "it reads questions in English only";
  if (ORDERS.test(text) || !OPENINGS.test(text)) return "it is no question about the expressions it sees";
  if (faces.unknown.length > 0) {
    return `there is no ${faces.unknown.join(", ")} among the faces that were found`;
  }
  if (WHAT_IF.test(text))
    return "it judges what was measured, not what might have been: another situation can be given as context";
  if (ELSEWHERE.test(text)) {
    return "it reads what is shown here: for what another situation leads to expect, there is `kuleshov context`";
  }
  if (movementIn(text.toLowerCase()) === "short expressions")
    return "an image shows one moment, not how long an expression lasts";
  if (GROUPS.test(text)) return "it does not tell men from women, nor how old somebody is";
  if (UNSEEN.test(text)) return "tears and the colour of the skin are not measured";
  if (LAUGHS.test(text)) return "it has no measure of laughter";
  if (HIDDEN.test(text)) return "a face tells what it shows, not what somebody holds back";
  if (GAZE.test(text.toLowerCase())) return "it reads expressions, not where people look";
  if (TRAIT.test(text)) return "a face tells nothing of somebody's character";
  return BEYOND.test(text) && !(HAPPENS_THEN.test(text) && statedWindow(text) !== null)
    ? "it reads expressions and their context, nothing else"
    : undefined;
}

/** Function words that no English question has. */
const OTHER_WORDS =
  /(?<!\p{L})(?:ist|sind|wer|wie|welche[rs]?|warum|sieht|das|ein|eine|und|nicht|quelle?s?|qui|est|sont|pourquoi|cette|une|les|quién|quien|qué|cuál|está|por qué|una|el|los|è|chi|quale|perché|wat|welk|waarom|zijn|het)(?!\p{L})/giu;

/** Codes of action units are no words of any language. */
function isOtherLanguage(asked: string): boolean {
  const text = asked.replace(/\baus?\b ?(?:\d+\w*)?|\bau\d+\w*/gi, " ");
  const letters = text.match(/\p{L}/gu) ?? [];
  const latin = letters.filter((letter) => /\p{Script=Latin}/u.test(letter));
  if (latin.length < letters.length / 2) return true;
  return letters.length > 0 && ((text.match(OTHER_WORDS) ?? []).length >= 2 || foreignLanguageOf(text) !== null);
}
