import type { TimeWindow } from "../../../domain/evidence.ts";
import type { Cue } from "../../../domain/judgment.ts";
import type { LabelProbability } from "../../../domain/labels.ts";
import { basicLabelOf } from "../../../facs/basic-label.ts";
import type { EvidenceView } from "../evidence-view.ts";
import { faceCues } from "../face-cues.ts";
import type { JudgedSubject } from "../judge-evidence.ts";

/** A subject that has a face. */
export type JudgedFace = JudgedSubject & {
  readonly faceId: string;
  readonly face: NonNullable<JudgedSubject["face"]>;
};

/** What an answer is made from. */
export interface AnswerScene {
  readonly view: EvidenceView;
  readonly subjects: readonly JudgedSubject[];
  /** The faces that the question is about, left to right. */
  readonly faces: readonly JudgedFace[];
  /** Of a clip, everything that is known of it at its own times, and the part of it that was asked about. */
  readonly clip?: EvidenceView;
  readonly window?: TimeWindow | null;
}

/** More faces than this are counted instead of named. */
export const NAMED_FACES = 4;

/** `0.83`. */
export function share(probability: number): string {
  return probability.toFixed(2);
}

/** `A, B and C`. */
export function listed(parts: readonly string[]): string {
  if (parts.length < 2) return parts.join("");
  return `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

/** A sentence as a clause; a code such as AU12 keeps its capitals. */
export function clause(text: string): string {
  return /^[A-Z]{2}|^F\d/.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1);
}

/** Most ids behind one clause: the first are the strongest. */
const CITED = 4;

/** ` [E32 E57]`, the empty string when there is nothing to cite. */
export function citing(ids: readonly string[]): string {
  const once = [...new Set(ids)].slice(0, CITED);
  return once.length === 0 ? "" : ` [${once.join(" ")}]`;
}

/** `expressing happiness`, `neutral`. */
export function expressing(label: string): string {
  return label === "neutral" ? "neutral" : `expressing ${label}`;
}

/** Strongest first. */
export function ranked(distribution: readonly LabelProbability[]): readonly LabelProbability[] {
  return [...distribution].sort((a, b) => b.probability - a.probability);
}

/** The integrated reading's probability of a label; `undefined` when nothing was read or it has no such label. */
export function probabilityOf({ judgment }: JudgedSubject, label: string): number | undefined {
  const { distribution } = judgment.integrated;
  if (distribution.length === 0) return undefined;
  const wanted = (basicLabelOf(label) ?? label).toLowerCase();
  return distribution.find((entry) => (basicLabelOf(entry.label) ?? entry.label).toLowerCase() === wanted)?.probability;
}

/** The label that the integrated reading has on top. */
export function topOf({ judgment }: JudgedSubject): LabelProbability | undefined {
  return ranked(judgment.integrated.distribution)[0];
}

/** Cues for or against a label on a face, those of action units first. */
export function cuesAbout(label: string, direction: Cue["direction"], face: JudgedFace, view: EvidenceView): Cue[] {
  const basic = basicLabelOf(label) ?? label;
  const argued = face.judgment.cues.filter((cue) => cue.label === label);
  const measured = () => faceCues(face.face, view.ofFace(face.faceId), [basic]);
  // What a judgment argues about may be told by networks alone; the action units of the face then still count.
  const all = argued.some((cue) => !isOfClassifier(cue))
    ? argued
    : [...argued, ...measured().filter((cue) => argued.length === 0 || !isOfClassifier(cue))];
  const cues = all.filter(
    (cue) =>
      (basicLabelOf(cue.label) ?? cue.label) === basic && cue.direction === direction && cue.evidenceIds.length > 0,
  );
  return [...cues.filter(({ actionUnits }) => actionUnits.length > 0), ...cues.filter(isOfClassifier)];
}

function isOfClassifier({ actionUnits }: Cue): boolean {
  return actionUnits.length === 0;
}

/** `the lip corners are pulled up (AU12) [E32] and the cheeks are raised (AU6) [E21]`; empty without cues. */
export function because(cues: readonly Cue[], most = 2): string {
  return listed(cues.slice(0, most).map(({ statement, evidenceIds }) => `${clause(statement)}${citing(evidenceIds)}`));
}

/**
 * The items that a face's reading rests on: of a category that only examples speak for these, else its expression classifiers,
 * or else what its cues cite, or its action units.
 */
export function readingIds(subject: JudgedFace): readonly string[] {
  const { face, judgment } = subject;
  const label = topOf(subject)?.label;
  const isLearnt = label !== undefined && basicLabelOf(label) === undefined;
  const speaks = isLearnt && face.distribution?.some((entry) => entry.label === label) === true;
  const examples = speaks ? judgment.cues.filter((cue) => cue.label === label) : [];
  const classifiers = face.sources.filter(({ type }) => type === "expression");
  const ids = [examples, classifiers, judgment.cues, face.sources].map((some) =>
    some.flatMap((one) => one.evidenceIds),
  );
  return ids.find((each) => each.length > 0) ?? [];
}

/** `F1 is perceived as expressing happiness (0.83)`; `F1 is not read: ...` where nothing could be. */
export function readAs(face: JudgedFace): string {
  const top = topOf(face);
  if (top === undefined)
    return `${face.faceId} is not read: ${clause(face.judgment.integrated.abstention ?? "nothing is known")}`;
  return `${face.faceId} is perceived as ${expressing(top.label)} (${share(top.probability)})`;
}

/** `observers are expected to see it expressing happiness (0.83)`: the face-only reading; `undefined` where there is none. */
export function perceivedAs({ judgment }: JudgedFace): string | undefined {
  const [top] = ranked(judgment.faceOnly.distribution);
  if (top === undefined) return undefined;
  const seen = top.label === "neutral" ? "as neutral" : expressing(top.label);
  return `observers are expected to see it ${seen} (${share(top.probability)})`;
}

/** What says in how many frames, and from when to when, a face was seen. */
export function sightIds({ ofFace }: EvidenceView, faceId: string): string[] {
  return ofFace(faceId)
    .filter(({ kind, value }) => kind === "face" && value.type === "quantity")
    .map(({ id }) => id);
}
