import type { QuestionKind } from "./asked-question.ts";
import type { Target } from "./question-targets.ts";
import { ASKS_WHO, STRENGTH, YES_NO } from "./question-wording.ts";

/** What happens too fast for slow frames, as the evidence of a clip calls it. */
export type FastMovement = "short expressions" | "blinks" | "nods and shakes";

/** "a micro-expression", "an expression of under half a second" */
const SHORT =
  /\bmicro-? ?expressions?\b|\b(?:brief|fleeting|short|short-lived|momentary)\b.*\bexpressions?\b|\bexpressions?\b.*\b(?:brief\w*|fleeting\w*|(?:less|shorter|under|below) (?:than )?(?:half a second|\d+ ?(?:ms|milliseconds)|0?\.\d+ ?s\w*))/;
const BLINKS = /\bblink(?:s|ed|ing)?\b/;
const HEAD =
  /\bnod(?:s|ded|ding)?\b|\b(?:shak(?:e|es|ing)|shook) (?:(?:the|her|his|their) )?heads?\b|\bhead ?shak(?:e|es|ing)\b/;

/** The fast movement that a question is about; `undefined` where it is about none. */
export function movementIn(lower: string): FastMovement | undefined {
  if (SHORT.test(lower)) return "short expressions";
  if (BLINKS.test(lower)) return "blinks";
  return HEAD.test(lower) ? "nods and shakes" : undefined;
}

const EACH_OTHER =
  /\b(?:look|looks|looking|gaze|gazing|stare|staring|glance|glancing) (?:\w+ )?(?:at|toward|towards) (?:each other|one another)\b|\beye contact\b|\bmutual gaze\b/;
const VOICE =
  /\bvoices?\b|\bintonation\b|\btone of (?:\w+ )?speech\b|\b(?:do|does|did) (?:\w+ ){1,2}sound\b|\b(?:speaks?|speaking|talks?|talking) (?:\w+ )?(?:louder|softer|faster|slower|higher|lower|loudly|softly|quickly|slowly|quietly)\b/;

const SPEAKS = "(?:speak(?:s|ing)?|talk(?:s|ing)?|say(?:s|ing)?|said)";
const WHO_SPEAKS = new RegExp(String.raw`^(?:and |so )?(?:who|which \w+)\b(?: is| was)? ${SPEAKS}\b`);
const WHAT_IS_SAID =
  /^(?:and |so )?what (?:is|was|gets) (?:being )?said\b|^(?:and |so )?what (?:do|does|did|is|are|was) (?:\w+ ){1,2}(?:say|saying)\b/;
const WHEN_SAID =
  /^(?:and |so )?when (?:do|does|did|is) (?:\w+ ){1,2}(?:say|saying|mention|talk about)\b(?: that)?([^?]*)/;
/** "How often does she smile?", "Does she smile throughout?" */
const HOW_OFTEN = /^(?:and |so )?how (?:often|many times|frequently)\b/;
/** "Who smiles first?": when each does tells it. */
const ORDER = /\b(?:first|earliest|earlier|last|latest|longest|longer|before the other)\b/;
const THROUGHOUT = /\b(?:throughout|all the time|the whole time|always|all along)\b/;
const CHANGES = /^(?:and |so )?(?:what|how|do|does|did)\b.*\bchang(?:e|es|ed|ing)\b/;

/** What can be asked of a clip and of no image; `undefined` where it is none of it. */
export function clipQuestion(lower: string, [target]: readonly Target[]): QuestionKind | undefined {
  const movement = movementIn(lower);
  if (movement !== undefined && !ASKS_WHO.test(lower)) return { kind: "movement", movement };
  if (EACH_OTHER.test(lower)) return { kind: "mutual-gaze" };
  if (VOICE.test(lower)) return { kind: "voice" };
  const [isWhenSaid, words = ""] = WHEN_SAID.exec(lower) ?? [];
  if (isWhenSaid !== undefined) return { kind: "speech", during: null, words: words.trim() || null };
  if (WHO_SPEAKS.test(lower) || WHAT_IS_SAID.test(lower))
    return { kind: "speech", during: target ?? null, words: null };
  if (target === undefined || target.type === "affect")
    return CHANGES.test(lower) && !/\b(?:would|context|situation|could)\b/.test(lower)
      ? { kind: "describe" }
      : undefined;
  return asksWhen(lower) ? { kind: "when", target } : undefined;
}

function asksWhen(lower: string): boolean {
  if (HOW_OFTEN.test(lower)) return true;
  if (ASKS_WHO.test(lower)) return ORDER.test(lower);
  return YES_NO.test(lower) && THROUGHOUT.test(lower) && !STRENGTH.test(lower);
}

/** "when he says he is fine", "while she talks about the dog": the words are its first group. */
const WHEN_SAYS =
  /[,;]? ?\b(?:when(?:ever)?|while|as|the moment) (?:(?:the|her|his|their|this|that) )?[\p{L}\p{N}]+ (?:says?|said|is saying|(?:talks?|talked|is talking|speaks?|spoke|is speaking) (?:about|of)|mentions?|claims?) (?:that )?(.+?)(?=[?;]|, (?:and|or|is|are|do|does|what|how)\b|$)/iu;

/** The words at whose time a question is about; `null` where it names none. */
export function wordsAsked(question: string): string | null {
  return WHEN_SAYS.exec(question)?.[1]?.trim() ?? null;
}

/** The question without when it is about: what is said then is nothing that it asks for. */
export function withoutWhenSaid(question: string): string {
  return question.replace(WHEN_SAYS, "").trim();
}
