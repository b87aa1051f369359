import type { TimeWindow } from "../../domain/evidence.ts";
import type { Congruence, Cue, Judgment, Reading, SubjectJudgment } from "../../domain/judgment.ts";
import type { LabelProbability } from "../../domain/labels.ts";
import { windowText } from "../../domain/stated-times.ts";
import { overlaps, spanText } from "../../domain/timeline.ts";
import { integrateReadings } from "../../facs/cue-integration.ts";
import { contextAppraisals, contextCues } from "./context-statements.ts";
import { cuesOverTime } from "./cues-over-time.ts";
import { type EvidenceView, stretchesIn, viewWithin, withEverything } from "./evidence-view.ts";
import { exemplarCues } from "./exemplar-votes.ts";
import { faceCues } from "./face-cues.ts";
import { expectedAtLarge } from "./integration-settings.ts";
import { alternativesIn, nameAlternatives } from "./name-alternatives.ts";
import { nameCongruence, topLabel } from "./name-congruence.ts";
import { answerQuestion } from "./questions/answer-question.ts";
import { citing, sightIds } from "./questions/answer-words.ts";
import { askedWindow } from "./questions/asked-window.ts";
import { withFacesForNames } from "./questions/named-faces.ts";
import { type ContextReading, readContext } from "./read-context.ts";
import { type FaceReading, readFace, smileReadings } from "./read-face.ts";
import { abstaining, readingOf } from "./reading-of.ts";
import { mainLabelFor } from "./related-labels.ts";

/** One face, or the scene, with the readings behind its judgment. */
export interface JudgedSubject {
  readonly faceId: string | null;
  /** `null` when there is no face. */
  readonly face: FaceReading | null;
  readonly context: ContextReading;
  readonly judgment: SubjectJudgment;
}

/**
 * The baseline's whole judgment: for each face p(e|face), p(e|context) and p(e|face) p(e|context) / p(e), with the cues,
 * appraisals and alternatives that its rules and tables give. Pure: the same evidence gives the same judgment.
 */
export function judgeEvidence(view: EvidenceView): Judgment {
  const subjects =
    view.faceIds.length === 0 ? [judgeScene(view)] : view.faceIds.map((faceId) => judgeFace(view, faceId));
  return { answer: answered(view, subjects), subjects: subjects.map(({ judgment }) => judgment) };
}

/** An answer about a clip is about all of it, or about the time that the question names; of an image nothing changes. */
function answered(asked: EvidenceView, subjects: readonly JudgedSubject[]): string {
  const question = asked.question === null ? null : withFacesForNames(asked.question, asked.items);
  const view: EvidenceView = { ...asked, question };
  const whole = view.faceIds.reduce((all, faceId) => withEverything(all, faceId), view);
  const window = askedWindow(view);
  if (window === null) return answerQuestion(whole, subjects, { clip: view });
  const seen = view.faceIds.filter((faceId) => stretchesIn(view.ofFace(faceId)).some((one) => overlaps(one, window)));
  if (seen.length === 0) return unseenAnswer(view, window);
  const then = seen.reduce((all, faceId) => withEverything(all, faceId, window), view);
  const judged = seen.map((faceId) => judgeOverTime(view, faceId, stretchesIn(view.ofFace(faceId)), window));
  return answerQuestion({ ...then, faceIds: seen }, judged, { window, clip: view });
}

/** Evidence that somebody was not seen is cited where it is of that time, else when each was seen: before and after a clip there is none. */
function unseenAnswer(view: EvidenceView, window: TimeWindow): string {
  const { items, faceIds } = view;
  const isGap = ({ kind, value }: EvidenceView["items"][number]) => kind === "face" && value.type === "not-measured";
  const gaps = items.filter((item) => isGap(item) && item.time !== undefined && overlaps(item.time, window));
  if (gaps.length > 0) return `No face was measured ${windowText(window)}${citing(gaps.map(({ id }) => id))}.`;
  const stretches = faceIds.flatMap((faceId) => stretchesIn(view.ofFace(faceId)));
  const seen = {
    fromS: Math.min(...stretches.map((one) => one.fromS)),
    toS: Math.max(...stretches.map((one) => one.toS)),
  };
  const sights = citing(faceIds.flatMap((faceId) => sightIds(view, faceId)));
  return `No face was measured ${windowText(window)}: faces are seen ${spanText(seen)}${sights}.`;
}

function judgeScene(view: EvidenceView): JudgedSubject {
  const context = readContext(view, null);
  const judgment: SubjectJudgment = {
    faceId: null,
    faceOnly: abstaining("No face was found in the image"),
    contextOnly: contextOnlyReading(context, view.labels),
    integrated: readingOf(context.distribution, view.labels, `No face was found. ${context.abstention}`),
    cues: inLabels(contextCues(context), view.labels),
    congruence: {
      verdict: "not assessable",
      kind: null,
      statement: "There is no face to compare the context with",
      evidenceIds: [],
    },
    appraisals: contextAppraisals(context),
    alternatives: alternativesIn(nameAlternatives(context.distribution ?? [], null, context), view.labels),
  };
  return { faceId: null, face: null, context, judgment };
}

function judgeFace(view: EvidenceView, faceId: string): JudgedSubject {
  const stretches = stretchesIn(view.ofFace(faceId));
  if (stretches.length > 0) return judgeOverTime(view, faceId, stretches);
  return judgeReading(view, readFace(view, faceId));
}

/**
 * A person of a clip: each stretch read by itself as an image is, and the whole clip as their mean, each counting as long as
 * it lasts, in all three readings. The cues are those of the stretches, with their times.
 */
function judgeOverTime(
  view: EvidenceView,
  faceId: string,
  stretches: readonly TimeWindow[],
  window: TimeWindow | null = null,
): JudgedSubject {
  const parts = stretches.flatMap((whole) => {
    if (window !== null && !overlaps(whole, window)) return [];
    const stretch = window === null ? whole : sharedBy(whole, window);
    const within = viewWithin(view, faceId, whole, stretch);
    return [{ stretch, judged: judgeReading(within, readFace(within, faceId)) }];
  });
  const whole = judgeReading(withEverything(view, faceId, window), meanFace(faceId, parts), {
    context: meanOf(parts, ({ context }) => context.distribution),
    integrated: meanOf(parts, ({ face, context }) => face && integrate(face, context)),
  });
  const overTime = parts.map(({ stretch, judged: { judgment } }) => {
    const { faceOnly, contextOnly, integrated } = judgment;
    return { ...stretch, faceOnly, contextOnly, integrated };
  });
  const stretchCues = parts.map(({ stretch, judged }) => ({ stretch, cues: judged.judgment.cues }));
  const cues = cuesOverTime(view, whole.judgment, stretchCues);
  return { ...whole, judgment: { ...whole.judgment, cues, overTime } };
}

function sharedBy(a: TimeWindow, b: TimeWindow): TimeWindow {
  return { fromS: Math.max(a.fromS, b.fromS), toS: Math.min(a.toS, b.toS) };
}

interface Part {
  readonly stretch: TimeWindow;
  readonly judged: JudgedSubject;
}

/** Of a single frame there is no length; it counts as little as a frame lasts. */
const LEAST_LENGTH_S = 0.04;

/** The mean of a reading over the stretches in which there is one; `null` where there is none. */
function meanOf(
  parts: readonly Part[],
  distributionIn: (judged: JudgedSubject) => readonly LabelProbability[] | null,
): readonly LabelProbability[] | null {
  const read = parts.flatMap(({ stretch, judged }) => {
    const distribution = distributionIn(judged);
    return distribution ? [{ distribution, weight: Math.max(LEAST_LENGTH_S, stretch.toS - stretch.fromS) }] : [];
  });
  if (read.length === 0) return null;
  const total = read.reduce((sum, { weight }) => sum + weight, 0);
  const mean = new Map<LabelProbability["label"], number>();
  for (const { distribution, weight } of read) {
    for (const { label, probability } of distribution) {
      mean.set(label, (mean.get(label) ?? 0) + (probability * weight) / total);
    }
  }
  return [...mean].map(([label, probability]) => ({ label, probability }));
}

function meanFace(faceId: string, parts: readonly Part[]): FaceReading {
  const longest = [...parts].sort((a, b) => b.stretch.toS - b.stretch.fromS - (a.stretch.toS - a.stretch.fromS))[0];
  const { sources = [], vectors = [], disagreement = 0, abstention = null } = longest?.judged.face ?? {};
  const base = { faceId, sources, vectors, disagreement };
  const distribution = meanOf(parts, ({ face }) => face?.distribution ?? null);
  return distribution === null
    ? { ...base, distribution, abstention: abstention ?? "nothing was measured on it" }
    : { ...base, distribution, abstention: null };
}

/** What a whole clip's context and both together come to over its stretches. */
interface OverStretches {
  readonly context: readonly LabelProbability[] | null;
  readonly integrated: readonly LabelProbability[] | null;
}

function judgeReading(view: EvidenceView, face: FaceReading, over?: OverStretches): JudgedSubject {
  const { faceId } = face;
  const items = view.ofFace(faceId);
  const read = readContext(view, faceId);
  const context = over?.context ? { ...read, distribution: over.context, abstention: null } : read;
  const integrated = over?.integrated ?? integrate(face, context);
  const told = readingOf(integrated, view.labels, `Neither can be read: ${face.abstention}; ${context.abstention}`);
  const argued = labelsToArgue(integrated, face.distribution, context.distribution, told.distribution);
  const judgment: SubjectJudgment = {
    faceId,
    faceOnly: readingOf(face.distribution, view.labels, face.abstention),
    contextOnly: contextOnlyReading(context, view.labels),
    integrated: told,
    cues: inLabels(
      [...faceCues(face, items, argued), ...exemplarCues(view, faceId, argued), ...contextCues(context)],
      view.labels,
    ),
    congruence: withIntegrated(
      nameCongruence({ face, context, integrated, labels: view.labels, ...comparedWith(view, face) }),
      told,
    ),
    appraisals: contextAppraisals(context),
    alternatives: alternativesIn(nameAlternatives(integrated ?? [], face, context), view.labels, told),
  };
  return { faceId, face, context, judgment };
}

/** Where one reading abstains, the other stands alone. */
function integrate(face: FaceReading, context: ContextReading): readonly LabelProbability[] | null {
  if (face.distribution === null || context.distribution === null) return face.distribution ?? context.distribution;
  return integrateReadings(face.distribution, context.distribution, expectedAtLarge());
}

/** A comparison that names what both together leave most likely, where that is what neither says on its own. */
function withIntegrated(congruence: Congruence, integrated: Reading): Congruence {
  if (congruence.verdict === "not assessable" || integrated.distribution.length === 0) return congruence;
  const label = topLabel(integrated.distribution);
  if (congruence.statement.includes(label)) return congruence;
  return { ...congruence, statement: `${congruence.statement}; both together leave ${label} most likely` };
}

/** What each of these has on top. */
function labelsToArgue(...read: readonly (readonly LabelProbability[] | null)[]): string[] {
  const tops = read.flatMap((one) => (one === null || one.length === 0 ? [] : [topLabel(one)]));
  return [...new Set(tops)];
}

function comparedWith(view: EvidenceView, face: FaceReading) {
  const smiles = smileReadings(view, face).filter(({ verdict }) => verdict === "shown");
  return {
    smiles: [...new Set(smiles.map(({ type }) => type))],
    contradictions: view.items.filter(({ value }) => value.type === "contradiction" && value.spokenBy === face.faceId),
  };
}

function contextOnlyReading(context: ContextReading, labels: readonly string[] | null): Reading {
  return readingOf(context.distribution, labels, context.abstention);
}

/** Cues in the labels that were given; what speaks for something that is not to be chosen speaks for none of them. */
function inLabels(cues: readonly Cue[], labels: readonly string[] | null): Cue[] {
  const told = cues.map((cue) => ({ ...cue, label: mainLabelFor(cue.label, labels) }));
  return labels === null ? told : told.filter(({ label }) => labels.includes(label));
}
