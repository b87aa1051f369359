import type { EvidenceItem, TimeWindow } from "./evidence.ts";
import { median } from "./statistics/summary.ts";

type Timeline = Extract<EvidenceItem["value"], { type: "timeline" }>;
type Sample = Timeline["samples"][number];

/** Whether these items are about a clip: what is in it holds at some times and not at others. */
export function isOfClip(items: readonly EvidenceItem[]): boolean {
  return items.some(({ value, time }) => time !== undefined || value.type === "timeline");
}

/** What of an action unit's frames in a window stands for it: the highest of them, or a typical one. */
type StandsFor = "highest" | "typical";

/**
 * Items as they are in a part of a clip, `null` for all of it: of each timeline the action unit at that time, under the
 * timeline's id; what holds at other times only, and what was not measured then, is left out. Items of an image stay.
 */
export function itemsWithin(
  items: readonly EvidenceItem[],
  window: TimeWindow | null,
  standsFor: StandsFor = "highest",
): EvidenceItem[] {
  return items.flatMap((item): EvidenceItem[] => {
    if (window !== null && item.time !== undefined && !overlaps(item.time, window)) return [];
    if (item.value.type !== "timeline") return [item];
    const samples = samplesWithin(item.value, window).sort((a, b) => a.value - b.value);
    const sample = standsFor === "highest" ? samples.at(-1) : samples[Math.floor((samples.length - 1) / 2)];
    return sample === undefined ? [] : [atMoment(item, item.value, sample)];
  });
}

/** Every frame of every timeline in the window as an item of its own, under the timeline's id. */
export function momentsWithin(items: readonly EvidenceItem[], window: TimeWindow | null): EvidenceItem[] {
  return items.flatMap((item): EvidenceItem[] => {
    const { value } = item;
    if (value.type !== "timeline") return [item];
    return samplesWithin(value, window).map((sample) => atMoment(item, value, sample));
  });
}

function atMoment(item: EvidenceItem, { au, side, scale }: Timeline, { timeS, ...measured }: Sample): EvidenceItem {
  return { ...item, value: { type: "action-unit", au, side, scale, ...measured }, time: { fromS: timeS, toS: timeS } };
}

/** The runs of frames in which it is one way, in the order of time; frames that are missing end none. */
export function runsOf(
  samples: readonly Pick<Sample, "timeS" | "presence">[],
  presence: Sample["presence"],
): TimeWindow[] {
  const runs: TimeWindow[] = [];
  let isOpen = false;
  for (const { timeS, presence: own } of samples) {
    const last = runs.at(-1);
    if (own === presence && isOpen && last !== undefined) last.toS = timeS;
    else if (own === presence) runs.push({ fromS: timeS, toS: timeS });
    isOpen = own === presence;
  }
  return runs;
}

/** Whether two spans have a moment in common. */
export function overlaps(a: TimeWindow, b: TimeWindow): boolean {
  return a.fromS <= b.toS && a.toS >= b.fromS;
}

/** A moment between two frames is told by the nearer one, as long as both are as close together as frames usually are. */
function samplesWithin({ samples }: Timeline, window: TimeWindow | null): Sample[] {
  if (window === null) return [...samples];
  const inside = samples.filter(({ timeS }) => timeS >= window.fromS && timeS <= window.toS);
  if (inside.length > 0) return inside;
  const middle = (window.fromS + window.toS) / 2;
  const [nearest] = [...samples].sort((a, b) => Math.abs(a.timeS - middle) - Math.abs(b.timeS - middle));
  const stepS = intervalOf(samples.map(({ timeS }) => timeS)) ?? 0;
  return nearest !== undefined && Math.abs(nearest.timeS - middle) <= stepS ? [nearest] : [];
}

/** Seconds from one frame to the next, as they mostly are; `null` for a single frame. */
export function intervalOf(timesS: readonly number[]): number | null {
  return median(timesS.slice(1).map((timeS, i) => timeS - (timesS[i] as number)));
}

/** `5 frames per second`. */
export function rateText(intervalS: number | null): string {
  return intervalS === null ? "a single frame" : `${Number((1 / intervalS).toFixed(2))} frames per second`;
}

/** `3.2 s`. */
export function secondsText(timeS: number): string {
  return `${timeS.toFixed(1)} s`;
}

/** `from 3.0 to 6.8 s`, or `at 3.0 s`. */
export function spanText({ fromS, toS }: TimeWindow): string {
  return fromS === toS ? `at ${secondsText(fromS)}` : `from ${fromS.toFixed(1)} to ${secondsText(toS)}`;
}
