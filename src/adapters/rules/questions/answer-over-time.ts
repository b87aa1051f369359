import type { EvidenceItem, TimeWindow } from "../../../domain/evidence.ts";
import { isOfClip, spanText } from "../../../domain/timeline.ts";
import { actionUnit } from "../../../facs/action-units.ts";
import { basicLabelOf } from "../../../facs/basic-label.ts";
import type { EvidenceView } from "../evidence-view.ts";
import { describeFaces } from "./answer-description.ts";
import {
  type AnswerScene,
  citing,
  clause,
  type JudgedFace,
  listed,
  NAMED_FACES,
  ranked,
  sightIds,
} from "./answer-words.ts";
import type { Target } from "./question-targets.ts";
import { nameOf, unitsOf } from "./target-levels.ts";

const ABOUT_LOOKS = /\b(?:look(?:s|ing)?|gaz(?:es?|ing)|glanc(?:es?|ing)|star(?:es?|ing)|eyes?)\b/i;
/** "How does she look?" asks for her expression. */
const HOW_LOOKS = /^(?:and )?how (?:do|does|did) [\p{L}\p{N} ]+ look\b(?! (?:at|away|down|up|aside|toward))/iu;
const ABOUT_REASONS = /\b(?:why|what for|reasons?)\b/i;
/** More episodes of one face are left to the ledger. */
const MOST_EPISODES = 2;
const MOST_STRETCHES = 4;

/** A face that is gone for no longer is followed through it. */
const BRIDGED_S = 0.5;

/** Of a clip, where that is asked: when each person looks away. Empty for an image. */
export function looksSentences(view: EvidenceView, faces: readonly JudgedFace[]): string[] {
  const question = view.question ?? "";
  if (!ABOUT_LOOKS.test(question) || HOW_LOOKS.test(question)) return [];
  const told = faces.slice(0, NAMED_FACES).flatMap(({ faceId }) => {
    const items = view.ofFace(faceId);
    return isOfClip(items) ? looksSentence(faceId, items, sightIds(view, faceId)) : [];
  });
  const isWhy = told.length > 0 && ABOUT_REASONS.test(question);
  return isWhy ? ["Frames tell when somebody looks away, not why.", ...told] : told;
}

/** Of a clip: how each reading changes and what happens meanwhile; empty for an image. */
export function overTimeSentences(view: EvidenceView, faces: readonly JudgedFace[]): string[] {
  return faces.slice(0, NAMED_FACES).flatMap(({ faceId, judgment: { overTime = [] } }) => {
    const items = view.ofFace(faceId);
    if (!isOfClip(items)) return [];
    const course = courseOf(overTime, items);
    const told = course.slice(0, MOST_STRETCHES).map((part) => `${part.label} ${spanText(part)}${citing(part.ids)}`);
    const rest = follow(course.length - told.length, "stretch", "stretches");
    const said = overTime.length > 1 ? [`Over time the face of ${faceId} is read as ${listed(told)}${rest}.`] : [];
    return [...said, ...episodesSentence(faceId, items)];
  });
}

interface Part extends TimeWindow {
  readonly label: string;
  readonly ids: readonly string[];
}

/** What a face is read as first, from change to change of that: stretches that follow one another are told as one. */
function courseOf(overTime: NonNullable<JudgedFace["judgment"]["overTime"]>, items: readonly EvidenceItem[]): Part[] {
  const parts: Part[] = [];
  for (const { faceOnly, fromS, toS } of overTime) {
    const label = ranked(faceOnly.distribution)[0]?.label;
    if (label === undefined) continue;
    const read = items.find(({ kind, time }) => kind === "expression" && time?.fromS === fromS);
    const ids = read === undefined ? [] : [read.id];
    const last = parts.at(-1);
    if (last?.label !== label || fromS - last.toS > BRIDGED_S) parts.push({ label, fromS, toS, ids });
    else parts[parts.length - 1] = { ...last, toS, ids: [...last.ids, ...ids] };
  }
  return parts;
}

function follow(count: number, one: string, many: string): string {
  if (count <= 0) return "";
  return count === 1 ? `; one more ${one} follows` : `; ${count} more ${many} follow`;
}

/** Of a clip: when each person shows it, by the frames in which it was measured or the stretches that are read so. */
export function whenAnswer(target: Target, { view, ...scene }: AnswerScene): string {
  const { faces } = scene;
  const inClip = faces.filter(({ faceId }) => isOfClip(view.ofFace(faceId)));
  if (inClip.length === 0) {
    return `The rules judge cannot answer that, as an image shows one moment; what it can say: ${describeFaces({ view, ...scene })}`;
  }
  const told = inClip.slice(0, NAMED_FACES).map((face) => {
    return target.type === "label" ? whenRead(face, target.label, view) : whenMeasured(face, target, view);
  });
  const more = inClip.length - told.length;
  return [...told, ...(more > 0 ? [`${more} more can be asked about by their names.`] : [])].join(" ");
}

function whenRead(face: JudgedFace, label: string, view: EvidenceView): string {
  const { faceId } = face;
  const { spans, ids } = readSpans(face, label, view);
  if (spans.length === 0) return `The face of ${faceId} is at no time read as ${label} before all else${citing(ids)}.`;
  return `The face of ${faceId} is read as ${label} ${listed(spans.map(spanText))}${citing(ids)}.`;
}

/** The stretches in which a face is read as a label before all else, and what tells it. */
export function readSpans(
  { faceId, judgment: { overTime = [] } }: JudgedFace,
  label: string,
  { ofFace }: EvidenceView,
): { spans: readonly TimeWindow[]; ids: readonly string[] } {
  const basic = basicLabelOf(label) ?? label;
  const isSo = ({ faceOnly }: (typeof overTime)[number]) => ranked(faceOnly.distribution)[0]?.label === basic;
  const spans = overTime.filter(isSo);
  const about = spans.length > 0 ? spans : overTime;
  const ids = ofFace(faceId)
    .filter(({ kind, time }) => kind === "expression" && about.some(({ fromS }) => fromS === time?.fromS))
    .map(({ id }) => id);
  return { spans, ids };
}

function whenMeasured({ faceId }: JudgedFace, target: Target, view: EvidenceView): string {
  const units = unitsOf(target);
  const courses = view
    .ofFace(faceId)
    .filter(({ value }) => value.type === "action-unit" && value.side === "both" && units.includes(value.au));
  if (courses.length === 0) return `On ${faceId}, ${nameOf(target)} was not measured${citing(sightIds(view, faceId))}.`;
  return `On ${faceId}, ${listed(courses.map(({ statement, id }) => `${clause(statement)}${citing([id])}`))}.`;
}

/** When somebody looks away. */
function looksSentence(faceId: string, items: readonly EvidenceItem[], sights: readonly string[]): string[] {
  const away = items.find(({ kind, value }) => kind === "gaze" && value.type === "quantity");
  const shifts = items.filter(({ value }) => {
    return value.type === "quantities" && value.values.some(({ name }) => name === "gaze shift");
  });
  if (away === undefined) return [`Where ${faceId} looks was not measured${citing(sights)}.`];
  const told = shifts.slice(0, MOST_EPISODES).map((item) => `${clause(item.statement)}${citing([item.id])}`);
  const moves = told.length === 0 ? "" : `; ${listed(told)}`;
  return [`${faceId} ${clause(away.statement)}${citing([away.id])}${moves}.`];
}

function episodesSentence(faceId: string, items: readonly EvidenceItem[]): string[] {
  const episodes = items.filter(({ kind, value }) => {
    return kind === "episode" && value.type === "quantities" && actionUnit(value.of ?? "") !== undefined;
  });
  const told = episodes.slice(0, MOST_EPISODES).map(({ statement, id }) => `${clause(statement)}${citing([id])}`);
  const rest = follow(episodes.length - told.length, "episode", "episodes");
  return told.length === 0 ? [] : [`Of ${faceId}, ${listed(told)}${rest}.`];
}
