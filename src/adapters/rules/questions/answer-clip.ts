import { type EvidenceItem, MUTUAL_GAZE_UNIT } from "../../../domain/evidence.ts";
import { overlaps, runsOf, spanText } from "../../../domain/timeline.ts";
import type { EvidenceView } from "../evidence-view.ts";
import { describeFaces } from "./answer-description.ts";
import { readSpans } from "./answer-over-time.ts";
import { type AnswerScene, citing, clause, type JudgedFace, listed, NAMED_FACES, sightIds } from "./answer-words.ts";
import type { AskedQuestion } from "./asked-question.ts";
import type { FastMovement } from "./clip-questions.ts";
import type { Target } from "./question-targets.ts";
import { NO_WORDS, quoteOf, utterancesWith } from "./said-words.ts";
import { nameOf, unitsOf } from "./target-levels.ts";

/** Under this, an expression counts as short. */
const SHORT_S = 0.5;
/** More of them are left to the ledger. */
const MOST_TOLD = 4;
const NAMES: Readonly<Record<Exclude<FastMovement, "short expressions">, readonly string[]>> = {
  blinks: ["blink"],
  "nods and shakes": ["nod", "shake"],
};
const NONE: Readonly<Record<FastMovement, string>> = {
  "short expressions": "no expression of under half a second was",
  blinks: "no blink was",
  "nods and shakes": "no nod and no shake of the head was",
};
/** At this rate everything that is looked for can be told. */
const FAST_ENOUGH = "`kuleshov measure --fps 25` looks for them in `episodes.csv`";

/** Whether, and how often, somebody blinks, nods or shows something short: that frames come too slowly for it, or what was found. */
export function movementAnswer(movement: FastMovement, { view, faces }: AnswerScene): string {
  const tooSlow = view.items.find(({ value }) => isUntold(value, movement));
  if (tooSlow !== undefined)
    return `That cannot be told: ${clause(tooSlow.statement)}${citing([tooSlow.id])}; ${FAST_ENOUGH}.`;
  const told = faces.slice(0, NAMED_FACES).map((face) => foundOn(face, movement, view));
  return told.join(" ");
}

function foundOn({ faceId }: JudgedFace, movement: FastMovement, view: EvidenceView): string {
  const items = view.ofFace(faceId);
  const found = items.filter((item) => isOf(item, movement));
  const rate = movement === "blinks" ? items.filter(({ value }) => isBlinkRate(value)) : [];
  const told = [...rate, ...found]
    .slice(0, MOST_TOLD)
    .map(({ statement, id }) => `${clause(statement)}${citing([id])}`);
  const more = found.length + rate.length - told.length;
  if (told.length > 0) return `Of ${faceId}: ${listed([...told, ...(more > 0 ? [`${more} more`] : [])])}.`;
  return `On ${faceId}, as far as it was measured, ${NONE[movement]} found${citing(sightIds(view, faceId))}.`;
}

function isBlinkRate(value: EvidenceItem["value"]): boolean {
  return value.type === "quantity" && value.unit === "blinks per minute";
}

function isOf({ kind, value, time }: EvidenceItem, movement: FastMovement): boolean {
  if (kind !== "episode" || value.type !== "quantities") return false;
  if (movement !== "short expressions") return value.values.some(({ name }) => NAMES[movement].includes(name));
  const isWhole = ["onset", "offset"].every((end) => value.values.some(({ name }) => name === end));
  return isWhole && time !== undefined && time.toS - time.fromS < SHORT_S;
}

/** Whether people look toward each other: what was found of each two, or why it cannot be told. */
export function mutualGazeAnswer({ view, faces, clip = view }: AnswerScene): string {
  const found = clip.items.filter(({ value }) => {
    return value.type === "quantity" ? value.unit === MUTUAL_GAZE_UNIT : isUntold(value, "mutual gaze");
  });
  const told = found.slice(0, MOST_TOLD).map(({ statement, id }) => `${statement}${citing([id])}.`);
  if (told.length > 0) return told.join(" ");
  const sights = citing(faces.flatMap(({ faceId }) => sightIds(clip, faceId)));
  return `Nobody is seen together with somebody else, so that nothing is known of looks between people${sights}.`;
}

function isUntold(value: EvidenceItem["value"], what: string): boolean {
  return value.type === "not-measured" && value.what?.includes(what) === true;
}

/** How somebody sounds: each stretch at the time that is asked about, else each voice throughout. No feeling is read from it. */
export function voiceAnswer({ view, faces, clip = view, window = null }: AnswerScene): string {
  const all = clip.items.filter(({ kind }) => kind === "voice");
  if (all.length === 0) return "No sound was heard with these frames, so that nothing is known of voices.";
  const isAsked = ({ value }: EvidenceItem) =>
    value.type !== "voice" || value.spokenBy === null || faces.some(({ faceId }) => faceId === value.spokenBy);
  const own = all.filter(isAsked);
  const then = own.filter(({ time }) =>
    window === null ? time === undefined : time !== undefined && overlaps(time, window),
  );
  if (then.length === 0)
    return `No voice of theirs is heard then${citing((own.length > 0 ? own : all).map(({ id }) => id))}.`;
  const told = then.slice(0, MOST_TOLD).map(({ statement, id }) => `${statement}${citing([id])}`);
  return `${told.join(". ")}; what is felt is not read from a voice.`;
}

/** What is said, when and by whom: throughout, at the time or with the words that the question names, or while somebody shows something. */
export function speechAnswer({ during, words }: AskedSpeech, scene: AnswerScene): string {
  const { faces, view, clip = view, window = null } = scene;
  const all = clip.items.filter(({ kind }) => kind === "utterance");
  if (all.length === 0) return `${NO_WORDS}, and ${clause(describeFaces(scene))}`;
  const told = words === null ? all : utterancesWith(words, all);
  if (told.length === 0) return `Nobody is found to say that${citing(all.map(({ id }) => id))}.`;
  if (during !== null)
    return faces
      .slice(0, NAMED_FACES)
      .map((face) => whileShown(face, during, clip, told))
      .join(" ");
  const then = told.filter(({ time }) => window === null || (time !== undefined && overlaps(time, window)));
  return then.length === 0 ? `Nothing is said then${citing(told.map(({ id }) => id))}.` : `${quotesOf(then)}.`;
}

type AskedSpeech = Extract<AskedQuestion, { kind: "speech" }>;

/** A sentence for each, as each is held against its own time. */
function quotesOf(said: readonly EvidenceItem[]): string {
  const more = said.length - MOST_TOLD;
  const told = said.slice(0, MOST_TOLD).map(quoteOf).join(". ");
  return more > 0 ? `${told}, and ${more} utterances more` : told;
}

function whileShown(face: JudgedFace, target: Target, clip: EvidenceView, said: readonly EvidenceItem[]): string {
  const { spans, ids } = target.type === "label" ? readSpans(face, target.label, clip) : shownSpans(face, target, clip);
  const name = nameOf(target);
  if (spans.length === 0) return `${face.faceId} at no time shows ${name}${citing(ids)}.`;
  const when = `While ${face.faceId} shows ${name}, ${listed(spans.slice(0, MOST_TOLD).map(spanText))}${citing(ids)}`;
  const then = said.filter(({ time }) => spans.some((span) => time !== undefined && overlaps(time, span)));
  if (then.length === 0) return `${when}, nothing is said${citing(said.map(({ id }) => id))}.`;
  return `${when}, ${quotesOf(then)}.`;
}

/** The frames in which its action unit was measured present. */
function shownSpans({ faceId }: JudgedFace, target: Target, clip: EvidenceView) {
  const units = unitsOf(target);
  const course = clip.ofFace(faceId).find(({ value }) => {
    return value.type === "timeline" && value.side === "both" && units.includes(value.au);
  });
  const samples = course?.value.type === "timeline" ? course.value.samples : [];
  return { spans: runsOf(samples, "present"), ids: course === undefined ? sightIds(clip, faceId) : [course.id] };
}
