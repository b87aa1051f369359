import type { TimeWindow } from "../../../domain/evidence.ts";
import { statedWindow } from "../../../domain/stated-times.ts";
import { type EvidenceView, stretchesIn } from "../evidence-view.ts";
import { WHEN } from "./question-wording.ts";

const AT_FIRST = /\b(?:at|in) the (?:very )?(?:start|beginning|outset)\b|\bat first\b|\binitially\b/i;
const AT_LAST = /\b(?:at|by|toward|towards|in) the (?:very )?end\b|\bat last\b|\bfinally\b/i;
/** What "at the end" takes of a clip. */
const END_S = 2;

/** The time of a clip that a question is about; `null` where it names none or asks for it, and for an image. */
export function askedWindow({ question, faceIds, ofFace }: EvidenceView): TimeWindow | null {
  const stretches = faceIds.flatMap((faceId) => stretchesIn(ofFace(faceId)));
  if (question === null || stretches.length === 0 || WHEN.test(question.toLowerCase())) return null;
  const stated = statedWindow(question);
  if (stated !== null) return stated;
  const [fromS, toS] = [Math.min(...stretches.map((one) => one.fromS)), Math.max(...stretches.map((one) => one.toS))];
  if (AT_FIRST.test(question)) return { fromS, toS: Math.min(toS, fromS + END_S) };
  return AT_LAST.test(question) ? { fromS: Math.max(fromS, toS - END_S), toS } : null;
}
