import { findTargets, unitsOfPart } from "./question-targets.ts";
import { DESCRIBE } from "./question-wording.ts";
import { beginsAsQuestion } from "./refuse-question.ts";

/** What may stand between the names of what is asked about, where nothing else does: "valence and arousal", "percentage of sadness". */
const BETWEEN =
  /^(?:the|an?|of|for|on|in|by|to|and|or|just|only|no|not|more|overall|average|mean|total|percentage|percent|probability|intensity|strength|level|levels|degree|amount|scale|score|reading|faces?|group|person|his|her|their|this|that|f\d+|au\w*|\d\S*|[a-e]-[a-e]|action|units?|left|right|side|smile|smiling)$/;

const SCALE = /\b(?:valence|arousal)\b/;

/**
 * A question that was typed without its beginning: "AU15?", "mad or sad?", "average happiness", "overall mood?" It names
 * something that can be told of a face, and either ends as a question or says nothing else. Others stay as they are.
 */
export function completed(text: string, labels: readonly string[] | null): string {
  const lower = text.toLowerCase();
  if (beginsAsQuestion(text) || /\b(?:i|i'm|my|we|our|you)\b/.test(lower)) return text;
  const namesSomething = (part: string) => findTargets(part, labels).length > 0 || unitsOfPart(part) !== null;
  const words = lower
    .replace(/[?!.,;:()]/g, " ")
    .split(/\s+/)
    .filter(Boolean);
  const isAll = words.every((word) => BETWEEN.test(word) || DESCRIBE.test(word) || namesSomething(word));
  if (!isAll && !/\?\s*$/.test(text)) return text;
  if (SCALE.test(lower)) return `What is the ${text}`;
  if (namesSomething(lower)) return `Is it ${text}`;
  return DESCRIBE.test(lower) ? `What is the ${text}` : text;
}
