import type { EvidenceItem } from "../../../domain/evidence.ts";
import type { Presence } from "../../../domain/measurement.ts";
import { presenceOf, presenceVotes } from "../../../domain/presence.ts";
import { actionUnit, nameWithCode } from "../../../facs/action-units.ts";
import { PRESENT_FROM } from "../../../facs/activation.ts";
import { type SmileReading, smileRules } from "../../../facs/smile-types.ts";
import type { EvidenceView } from "../evidence-view.ts";
import { smileReadings } from "../read-face.ts";
import { describeFaces } from "./answer-description.ts";
import { type AnswerScene, citing, type JudgedFace, listed, probabilityOf, readingIds, topOf } from "./answer-words.ts";
import type { Target } from "./question-targets.ts";

/** A smile that no word narrows down is the raised lip corners. */
const SMILE_UNIT = "AU12";

/** The action units that decide about a target. */
export function unitsOf(target: Target): readonly string[] {
  if (target.type === "action-unit") return target.anyOf;
  if (target.type !== "smile") return [];
  const rule = smileRules().find(({ type }) => type === target.smile);
  return rule === undefined ? [SMILE_UNIT] : [...new Set([...rule.present.flat(), ...rule.absent])];
}

/** `happiness`, `a Duchenne smile`, `AU4 (brow lowerer)`. */
export function nameOf(target: Target): string {
  switch (target.type) {
    case "label":
      return target.label;
    case "smile":
      return target.smile === null ? "a smile" : `${article(target.smile)} ${target.smile} smile`;
    case "action-unit":
      return target.anyOf.map(nameWithCode).join(" or ");
    case "affect":
      return target.dimension;
  }
}

/** As it is shown or not: `a neutral expression`. */
export function shownName(target: Target): string {
  if (target.type === "affect") return `a ${target.end === "high" ? "positive" : "negative"} ${target.dimension}`;
  return target.type === "label" && target.label === "neutral" ? "a neutral expression" : nameOf(target);
}

/** What faces are put in order by. "Whether" since the last of them may not show it at all. */
export function orderOf(target: Target): string {
  if (target.type === "affect") return nameOf(target);
  return target.type === "label" ? target.label : `whether ${nameOf(target)} is shown`;
}

/** What a level is told as: of a scale with two ends, the end that was asked for. */
export function scaleOf(target: Target): string {
  if (target.type !== "affect" || target.end === "high") return orderOf(target);
  return target.dimension === "valence" ? "negative valence" : "low arousal";
}

export function article(word: string): "a" | "an" {
  return /^[aeiou]/i.test(word) ? "an" : "a";
}

/** What all toolboxes say of an action unit on a face; `undefined` when none measured it. */
export function presenceOfUnit(au: string, face: JudgedFace, view: EvidenceView): Presence | undefined {
  const votes = presenceVotes(view.ofFace(face.faceId), au, "both").map(({ presence }) => presence);
  if (votes.length === 0) return undefined;
  const decided = [...new Set(votes.filter((presence) => presence !== "uncertain"))];
  return decided.length === 1 ? decided[0] : "uncertain";
}

/** The measured items of these action units on a face: those that show them first, then those of the whole face. */
export function unitItems(units: readonly string[], face: JudgedFace, view: EvidenceView): EvidenceItem[] {
  const items = view
    .ofFace(face.faceId)
    .filter(({ value }) => value.type === "action-unit" && units.includes(value.au));
  const shows = ({ value }: EvidenceItem) => value.type === "action-unit" && presenceOf(value) === "present";
  const isWhole = ({ value }: EvidenceItem) => value.type === "action-unit" && value.side === "both";
  const rank = (item: EvidenceItem) => (shows(item) ? 0 : 2) + (isWhole(item) ? 0 : 1);
  return items.sort((a, b) => rank(a) - rank(b));
}

/** How much of it a face shows, 0..1 (valence and arousal -1..1); `undefined` when that was not read. */
export function levelOf(target: Target, face: JudgedFace, view: EvidenceView): number | undefined {
  if (target.type === "label") return probabilityOf(face, target.label);
  if (target.type === "affect") {
    const affect = face.judgment.integrated[target.dimension]?.value;
    return affect === undefined ? undefined : target.end === "low" ? -affect : affect;
  }
  const [unit] = target.type === "smile" ? [SMILE_UNIT] : target.anyOf;
  const levels = face.face.vectors.flatMap(({ vector }) => vector.activations.get(unit ?? "")?.level ?? []);
  if (levels.length === 0) return undefined;
  const level = levels.reduce((sum, each) => sum + each, 0) / levels.length;
  if (target.type !== "smile" || target.smile === null) return level;
  return smileOn(target.smile, face, view)?.verdict === "shown" ? level : 0;
}

/** The first reading of a type of smile on a face. */
export function smileOn(type: string, face: JudgedFace, view: EvidenceView): SmileReading | undefined {
  return smileReadings(view, face.face).find((reading) => reading.type === type);
}

/** Levels nearer than this are a tie. Set by hand, not fitted. */
export const TIED_WITHIN = 0.02;
/** From which probability on a label is there. Set by hand, not fitted. */
const THERE_FROM = 0.5;
/** Below which probability a label is not there. Set by hand, not fitted. */
const ABSENT_BELOW = 0.2;
/** A label with less than this share of the first one's probability is not there. Set by hand, not fitted. */
const NEAR = 0.5;
/** How far from the middle an affect must be to be called positive or negative. Set by hand, not fitted. */
const CLEAR_AFFECT = 0.1;

/** Whether a face shows it; `undefined` when that cannot be told. */
export function presentOn(target: Target, face: JudgedFace, view: EvidenceView): boolean | undefined {
  if (target.type === "smile" && target.smile !== null) {
    const verdict = smileOn(target.smile, face, view)?.verdict;
    return verdict === undefined || verdict === "cannot be told" ? undefined : verdict === "shown";
  }
  if (target.type === "smile" || target.type === "action-unit") return unitPresent(unitsOf(target), face, view);
  const level = levelOf(target, face, view);
  if (level === undefined) return undefined;
  if (target.type === "affect") return Math.abs(level) < CLEAR_AFFECT ? undefined : level > 0;
  if (level >= THERE_FROM) return true;
  return level < Math.max(ABSENT_BELOW, NEAR * (topOf(face)?.probability ?? 0)) ? false : undefined;
}

function unitPresent(units: readonly string[], face: JudgedFace, view: EvidenceView): boolean | undefined {
  const measured = units.flatMap((au) => presenceOfUnit(au, face, view) ?? []);
  if (measured.includes("present")) return true;
  return measured.length > 0 && measured.every((presence) => presence === "absent") ? false : undefined;
}

/** Told where no face was read for a target: what is missing, and what can be said instead. */
export function notRead(target: Target, scene: AnswerScene): string {
  const what =
    target.type === "label" ? unknownLabel(target.label, scene) : `${nameOf(target)} was measured on no face`;
  return `The rules judge cannot answer that, as ${what}; what it can say: ${describeFaces(scene)}`;
}

function unknownLabel(label: string, { faces }: AnswerScene): string {
  const read = faces.find((face) => topOf(face) !== undefined);
  if (read === undefined) return faces.length === 0 ? "no face could be read" : "no face has a reading that tells it";
  const labels = read.judgment.integrated.distribution.map((entry) => entry.label).sort();
  return `${label} is not among the expressions that it tells apart (${listed(labels)})${citing(readingIds(read))}`;
}

/** The clause of an action unit that is shown: `the lip corners are pulled up (AU12)`. */
export function shownClause(au: string): string {
  const shown = actionUnit(au)?.shown;
  return shown === null || shown === undefined ? `${nameWithCode(au)} is present` : `${shown} (${au})`;
}

/** Whether one toolbox's activation of an action unit counts as shown, lies at rest, or neither. */
export function stateIn(au: string, face: JudgedFace): Presence | undefined {
  const level = face.face.vectors[0]?.vector.activations.get(au)?.level;
  if (level === undefined) return undefined;
  if (level >= PRESENT_FROM) return "present";
  return level === 0 ? "absent" : "uncertain";
}
