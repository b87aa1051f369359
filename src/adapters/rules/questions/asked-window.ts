import type { EvidenceItem, TimeWindow } from "../../../domain/evidence.ts";
import { statedWindow } from "../../../domain/stated-times.ts";
import { runsOf } from "../../../domain/timeline.ts";
import { type EvidenceView, stretchesIn } from "../evidence-view.ts";
import { citing } from "./answer-words.ts";
import { wordsAsked } from "./clip-questions.ts";
import { findFaces, findTargets } from "./question-targets.ts";
import { SMILE_TYPE, WHEN } from "./question-wording.ts";
import { NO_WORDS, quoteOf, utterancesWith } from "./said-words.ts";

const AT_FIRST = /\b(?:at|in) the (?:very )?(?:start|beginning|outset)\b|\bat first\b|\binitially\b/i;
const AT_LAST = /\b(?:at|by|toward|towards|in) the (?:very )?end\b|\bat last\b|\bfinally\b/i;
/** What "at the end" takes of a clip. */
const END_S = 2;

/** A time that is asked about, with the sentence of what is said then where it was named by that. */
export interface AskedWindow extends TimeWindow {
  readonly said?: readonly string[];
}

/** The time of a clip that a question is about; `null` where it names none or asks for it, and for an image. */
export function askedWindow(view: EvidenceView): AskedWindow | null {
  const { question, faceIds, ofFace } = view;
  const stretches = faceIds.flatMap((faceId) => stretchesIn(ofFace(faceId)));
  if (question === null || stretches.length === 0 || WHEN.test(question.toLowerCase())) return null;
  const stated = statedWindow(question) ?? saidWindow(view) ?? smileWindow(view);
  if (stated !== null) return stated;
  const [fromS, toS] = [Math.min(...stretches.map((one) => one.fromS)), Math.max(...stretches.map((one) => one.toS))];
  if (AT_FIRST.test(question)) return { fromS, toS: Math.min(toS, fromS + END_S) };
  return AT_LAST.test(question) ? { fromS: Math.max(fromS, toS - END_S), toS } : null;
}

const SMILE_UNIT = "AU12";

/** The longest smile, of whom the question is about, where it asks of what kind it is: elsewhere there is none. */
function smileWindow({ question, faceIds, ofFace }: EvidenceView): AskedWindow | null {
  const lower = (question ?? "").toLowerCase();
  const asksKind =
    SMILE_TYPE.test(lower) || findTargets(lower, null).some((one) => one.type === "smile" && one.smile !== null);
  if (!asksKind) return null;
  const courses = findFaces(question ?? "", faceIds).faceIds.flatMap((faceId) => ofFace(faceId).filter(isCourse));
  const smiles = courses.flatMap((item) => {
    const samples = item.value.type === "timeline" ? item.value.samples : [];
    return runsOf(samples, "present").map((span) => ({ ...span, item }));
  });
  const [longest] = smiles.sort((a, b) => b.toS - b.fromS - (a.toS - a.fromS));
  if (longest === undefined) return null;
  const { item, fromS, toS } = longest;
  return {
    fromS,
    toS,
    said: [`${item.faceId}: ${item.statement}${citing([item.id])}; the longest of these is looked at.`],
  };
}

function isCourse({ value }: EvidenceItem): boolean {
  return value.type === "timeline" && value.au === SMILE_UNIT && value.side === "both";
}

/** Why a clip was not narrowed to when something is said that nobody is found to say; `null` where nothing said is asked about. */
export function unsaidClause({ question, items }: EvidenceView): string | null {
  if (wordsAsked(question ?? "") === null) return null;
  const said = items.filter(({ kind }) => kind === "utterance").map(({ id }) => id);
  if (said.length > 0) return `Nobody is found to say that, so of the whole clip${citing(said)}`;
  return `${NO_WORDS}, so of the whole clip`;
}

/** When it is said, "when she says she is fine". */
function saidWindow({ question, items }: EvidenceView): AskedWindow | null {
  const [best] = utterancesWith(wordsAsked(question ?? "") ?? "", items);
  return best?.time === undefined ? null : { ...best.time, said: [`${quoteOf(best)}.`] };
}
