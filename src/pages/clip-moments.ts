import type { EvidenceItem } from "../domain/evidence.ts";
import type { Reading, SubjectJudgment } from "../domain/judgment.ts";
import type { ClipInReport } from "../domain/report.ts";
import { intervalOf } from "../domain/timeline.ts";
import { visibleText } from "../platform/visible-text.ts";
import type { MomentView } from "./clip-view.ts";

/** What is known of a clip. */
export interface ClipContents {
  readonly clip: Pick<ClipInReport, "untilS" | "cutsS" | "shown" | "keyFrame"> &
    Partial<Pick<ClipInReport, "expressions">>;
  /** People by their ids, in the order in which they are shown, with what they are called. */
  readonly people: readonly { readonly faceId: string; readonly name: string }[];
  readonly items: readonly EvidenceItem[];
  /** Their judgments, where there are any. */
  readonly subjects: readonly SubjectJudgment[];
}

/** Frames that a timeline shows: one page holds them all. */
export const MOMENTS = 12;
/** Action units and labels that are told of one person at one moment. */
const MOST_TOLD = 6;
const LABELS_TOLD = 2;

/** One frame for each part of the clip: the one that was chosen to be shown, else the one in its middle. */
export function momentsOf(contents: ClipContents): MomentView[] {
  const { untilS, shown, keyFrame } = contents.clip;
  const timesS = measuredTimes(contents);
  const stepS = intervalOf(timesS) ?? 0;
  const key = shown.find(({ frame }) => frame === keyFrame);
  const parts = untilS === 0 ? 1 : MOMENTS;
  const chosen = Array.from({ length: parts }, (_, part) => {
    const [fromS, toS] = [(part * untilS) / parts, ((part + 1) * untilS) / parts];
    const isInside = (timeS: number) => timeS >= fromS && (timeS < toS || part === parts - 1);
    const told = shown.filter(({ timeS }) => isInside(timeS));
    const best = told.find((one) => one === key) ?? told[0];
    const middleS = (fromS + toS) / 2;
    const [nearest] = timesS.filter(isInside).sort((a, b) => Math.abs(a - middleS) - Math.abs(b - middleS));
    // Where frames come more slowly than parts, one is seen until the next comes.
    const before = timesS.findLast((timeS) => timeS <= middleS && middleS - timeS <= stepS);
    return { timeS: best?.timeS ?? nearest ?? before ?? Number(middleS.toFixed(3)), why: best?.why ?? null };
  });
  const keyAt = Math.max(0, key === undefined ? 0 : chosen.findIndex(({ timeS }) => timeS === key.timeS));
  return chosen.map(({ timeS, why }, at) => ({
    ...{ timeS, why: why === null ? null : visibleText(why), isKey: at === keyAt },
    numbers: numbersAt(timeS, contents),
  }));
}

function measuredTimes({ items }: ClipContents): number[] {
  const samples = items.flatMap(({ value }) => (value.type === "timeline" ? value.samples : []));
  return [...new Set(samples.map(({ timeS }) => timeS))].sort((a, b) => a - b);
}

function numbersAt(timeS: number, { people, items, clip, subjects }: ClipContents): string[] {
  const isThen = (sample: { readonly timeS: number }) => sample.timeS === timeS;
  const holds = ({ time }: EvidenceItem) => time !== undefined && time.fromS <= timeS && time.toS >= timeS;
  const heard = items.filter(holds).flatMap((item) => {
    if (item.value.type === "voice") return [item.statement];
    return inShort(item) ?? [];
  });
  const measured = people.map(({ faceId, name }) => {
    const units = items.flatMap(({ value, ...item }) => {
      const sample = value.type === "timeline" && item.faceId === faceId && value.samples.find(isThen);
      return sample ? [{ au: value.au, ...sample }] : [];
    });
    const curves = (clip.expressions ?? []).filter((curve) => curve.faceId === faceId);
    const labels = curves.flatMap(({ label, samples }) => {
      const sample = samples.find(isThen);
      return sample === undefined ? [] : [{ label, value: sample.value }];
    });
    if (units.length === 0 && labels.length === 0) return `${name}: not seen`;
    const present = units.filter(({ presence }) => presence === "present").sort((a, b) => b.value - a.value);
    const told = present.slice(0, MOST_TOLD).map(({ au, value }) => `${au} ${value.toFixed(2)}`);
    const more = present.length > MOST_TOLD ? [`${present.length - MOST_TOLD} more`] : [];
    const highest = labels.sort((a, b) => b.value - a.value).slice(0, LABELS_TOLD);
    const read = highest.map(({ label, value }) => `${label} ${value.toFixed(2)}`);
    const both = subjects
      .find((subject) => subject.faceId === faceId)
      ?.overTime?.find((stretch) => stretch.fromS <= timeS && stretch.toS >= timeS);
    return [
      `${name}: ${units.length > 0 && present.length === 0 ? "no action unit present" : [...told, ...more].join(", ")}`,
      ...(read.length === 0 ? [] : [`face alone ${read.join(", ")}`]),
      ...(both === undefined ? [] : [`integrated ${readingText(both.integrated)}`]),
    ].join("; ");
  });
  return [...measured, ...heard].map(visibleText);
}

/**
 * What is said, heard, or does not go together, as it fits the room that it lasts: "F1, Ann: I'm fine", "F1: 216 Hz, 1.5
 * semitones up". `undefined` for other evidence.
 */
export function inShort({ value }: Pick<EvidenceItem, "value">): string | undefined {
  if (value.type === "utterance") {
    const who = [value.spokenBy, value.speaker].filter((name) => name !== null).join(", ");
    return `${who || "unknown"}: ${value.text}`;
  }
  if (value.type === "contradiction") return `${value.spokenBy}: ${value.words} words, ${FACE_AGAINST[value.words]}`;
  if (value.type !== "voice") return undefined;
  const measured = (name: string) => value.measures.find((one) => one.name === name)?.value;
  const [pitchHz, above] = [measured("pitch"), measured("pitch above own")];
  const pitch = pitchHz === undefined ? "pitch not known" : `${pitchHz.toFixed(0)} Hz`;
  const isUsual = above === undefined || Math.abs(above) < 0.05;
  const own = isUsual ? "" : `, ${Math.abs(above).toFixed(1)} semitones ${above < 0 ? "down" : "up"}`;
  return `${value.spokenBy ?? "unknown"}: ${pitch}${own}`;
}

const FACE_AGAINST = { pleasant: "an unpleasant face", unpleasant: "a pleasant face" } as const;

/** What a reading has on top; `undefined` where it abstained. */
export function likeliest({ distribution }: Reading) {
  const [first] = [...distribution].sort((a, b) => b.probability - a.probability);
  return first;
}

/** `happiness 0.91`, or `abstained`. */
export function readingText(reading: Reading): string {
  const first = likeliest(reading);
  return first === undefined ? "abstained" : `${visibleText(first.label)} ${first.probability.toFixed(2)}`;
}
