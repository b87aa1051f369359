import type { EvidenceItem } from "../domain/evidence.ts";
import { groupBy } from "../domain/group-by.ts";
import type { SubjectJudgment } from "../domain/judgment.ts";
import { shareOfScale } from "../domain/scale-range.ts";
import { intervalOf, spanText } from "../domain/timeline.ts";
import { nameWithCode } from "../facs/action-units.ts";
import { visibleText } from "../platform/visible-text.ts";
import { type ClipContents, inShort, likeliest, momentsOf, readingText } from "./clip-moments.ts";
import type { ClipView, CurveView, LaneView, PersonView, SpanView } from "./clip-view.ts";

/** What the timeline of a clip shows. */
export function viewOfClip(contents: ClipContents): ClipView {
  const { clip, items } = contents;
  const readAs = labelsOf(contents.subjects);
  return {
    untilS: clip.untilS,
    cutsS: clip.cutsS,
    readAs: readAs.map(visibleText),
    people: contents.people.map((person) => personView(person, { ...contents, readAs })),
    lanes: lanesOf(items.filter(({ faceId }) => faceId === null)),
    moments: momentsOf(contents),
  };
}

/** Labels that come first in a reading of any stretch. */
function labelsOf(subjects: readonly SubjectJudgment[]): string[] {
  const tops = subjects.flatMap(({ overTime = [] }) => {
    return overTime.flatMap((stretch) => READINGS.flatMap(([, key]) => likeliest(stretch[key])?.label ?? []));
  });
  return [...new Set(tops)].sort();
}

function personView(
  { faceId, name }: ClipContents["people"][number],
  contents: ClipContents & { readonly readAs: readonly string[] },
): PersonView {
  const own = contents.items.filter((item) => item.faceId === faceId);
  const units = own.flatMap(({ value }) => (value.type === "timeline" ? [value] : []));
  const shown = units.filter(
    ({ au, samples }) => samples.some(({ presence }) => presence === "present") || episodesOf(au, own).length > 0,
  );
  const others = units.filter((unit) => !shown.includes(unit));
  const isAbsent = ({ samples }: (typeof units)[number]) => samples.every(({ presence }) => presence === "absent");
  const read = (contents.clip.expressions ?? []).filter((curve) => curve.faceId === faceId);
  const timesS = [...new Set([...units, ...read].flatMap(({ samples }) => samples.map(({ timeS }) => timeS)))];
  return {
    name: visibleText(name),
    seen: spansOf(timesS.sort((a, b) => a - b)),
    curves: [
      ...shown.map(({ au, scale, samples }) => {
        const points = samples.map(({ timeS, value }) => ({ timeS, value: shareOfScale(value, scale) }));
        const present = samples.filter(({ presence }) => presence === "present").map(({ timeS }) => timeS);
        const stepS = intervalOf(samples.map(({ timeS }) => timeS));
        return curveView(au, `${nameWithCode(au)}, ${scale}`, { points, present, stepS, own });
      }),
      ...read.map(({ label, source, samples }) => {
        const stepS = intervalOf(samples.map(({ timeS }) => timeS));
        return curveView(label, `${label} by ${source}`, { points: samples, present: [], stepS, own });
      }),
    ],
    absent: others.filter(isAbsent).map(({ au }) => au),
    uncertain: others.filter((unit) => !isAbsent(unit)).map(({ au }) => au),
    lanes: lanesOf(own),
    readings: readingLanes(
      contents.subjects.find((subject) => subject.faceId === faceId),
      contents.readAs,
    ),
  };
}

interface CurveContents {
  readonly points: readonly { readonly timeS: number; readonly value: number }[];
  /** Times of the frames in which it counts as present. */
  readonly present: readonly number[];
  readonly stepS: number | null;
  /** Evidence of the same person. */
  readonly own: readonly EvidenceItem[];
}

function curveView(name: string, title: string, { points, present, stepS, own }: CurveContents): CurveView {
  const gapS = longestStep(stepS);
  const runs: [number, number][][] = [];
  for (const { timeS, value } of points) {
    const last = runs.at(-1);
    const before = last?.at(-1);
    if (last !== undefined && before !== undefined && timeS - before[0] <= gapS) last.push([timeS, value]);
    else runs.push([[timeS, value]]);
  }
  return { name, title, runs: runs.map(thinned), present: spansOf(present, stepS), episodes: episodesOf(name, own) };
}

/** Frames further apart than this are no neighbours. */
function longestStep(stepS: number | null): number {
  return 1.5 * (stepS ?? 0) + 1e-6;
}

const MOST_POINTS = 400;

/** No more points than can be told apart, the lowest and the highest of each stretch among them. */
function thinned(run: readonly [number, number][]): [number, number][] {
  if (run.length <= MOST_POINTS) return [...run];
  const size = Math.ceil((2 * run.length) / MOST_POINTS);
  const parts = Array.from({ length: Math.ceil(run.length / size) }, (_, at) => run.slice(at * size, (at + 1) * size));
  return parts.flatMap((part) => {
    const sorted = [...part].sort((a, b) => a[1] - b[1]);
    const ends = new Set([sorted[0], sorted.at(-1)]);
    return part.filter((point) => ends.has(point));
  });
}

function spansOf(timesS: readonly number[], stepS = intervalOf(timesS)): SpanView[] {
  const spans: { fromS: number; toS: number }[] = [];
  for (const timeS of timesS) {
    const last = spans.at(-1);
    if (last !== undefined && timeS - last.toS <= longestStep(stepS)) last.toS = timeS;
    else spans.push({ fromS: timeS, toS: timeS });
  }
  return spans.map((span) => ({ ...span, text: spanText(span) }));
}

function episodesOf(name: string, own: readonly EvidenceItem[]): CurveView["episodes"] {
  return own.flatMap(({ value, time, statement }) => {
    if (value.type !== "quantities" || value.of !== name || time === undefined) return [];
    const apexS = value.values.find((one) => one.name === "apex")?.value ?? time.fromS;
    return [{ ...time, apexS, text: visibleText(statement) }];
  });
}

/** Kinds that have a lane of their own where they hold for a time; readings and curves are shown otherwise. */
const LANES: Partial<Readonly<Record<EvidenceItem["kind"], string>>> = {
  episode: "movements",
  utterance: "words",
  voice: "voices",
  contradiction: "contradictions",
  observation: "noted",
};

function lanesOf(items: readonly EvidenceItem[]): LaneView[] {
  const timed = items.flatMap((item) => {
    const { kind, time, value, statement } = item;
    const lane = LANES[kind];
    const isCurve = value.type === "quantities" && value.of !== undefined;
    if (lane === undefined || time === undefined || isCurve) return [];
    return [
      {
        lane: kind === "episode" && item.faceId === null ? "together" : lane,
        ...time,
        text: visibleText(inShort(item) ?? statement),
      },
    ];
  });
  return [...groupBy(timed, ({ lane }) => lane)].map(([name, spans]) => ({
    name,
    spans: spans.map(({ fromS, toS, text }) => ({ fromS, toS, text })).sort((a, b) => a.fromS - b.fromS),
  }));
}

const READINGS = [
  ["face only", "faceOnly"],
  ["context only", "contextOnly"],
  ["integrated", "integrated"],
] as const;

function readingLanes(subject: SubjectJudgment | undefined, readAs: readonly string[]): LaneView[] {
  const { overTime = [] } = subject ?? {};
  if (overTime.length === 0) return [];
  return READINGS.map(([name, key]) => ({
    name,
    spans: overTime.map(({ fromS, toS, ...stretch }) => {
      const top = likeliest(stretch[key]);
      const span = { fromS, toS, text: readingText(stretch[key]) };
      return top === undefined ? span : { ...span, hue: readAs.indexOf(top.label) };
    }),
  }));
}
