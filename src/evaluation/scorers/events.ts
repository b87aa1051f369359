import type { TimeWindow } from "../../domain/evidence.ts";
import { ActionUnitName } from "../../domain/measurement.ts";
import type { ReadingName } from "../answer.ts";
import { type AnswerOverTime, joinedWindows } from "../answer-over-time.ts";
import type { LabelReader } from "../label-reader.ts";
import { countEvents, countFrames, type EventCounts, type FrameCounts, f1Of, kappaOf } from "../metrics/events.ts";
import { defineScorer, type Metric, type ScoredRow, scored, unscored } from "../score.ts";

type Counts = EventCounts & FrameCounts;
const NAMES = ["same", "told", "coded", "both", "onlyTold", "onlyCoded", "neither"] as const;

/**
 * What happens in a clip, and when, against what people coded: action units as toolboxes measured them present, labels as
 * the reading gives them first, for as long as it does. What was coded in the data set and not in this clip is absent from it.
 */
export function createEventsScorer(reader: LabelReader, reading: ReadingName, toleranceS: number) {
  return defineScorer<Counts>({
    name: "events",
    description: `Events in clips within ${toleranceS} s of the coded ones: precision, recall and F1 of events; F1 and kappa of frames`,
    requires: ["events"],
    score({ overTime }, { truth: { events } }) {
      if (events === undefined) return unscored("no truth", "Nothing was coded in the sample");
      if (overTime === undefined) return unscored("not measured", "The answer is about an image, not over time");
      const counts = events.coded.flatMap((what): Counts[] => {
        const told = toldOf(what, overTime, { reader, reading });
        if (told === undefined || told.measured.length === 0) return [];
        const coded = events.found.filter((event) => event.what === what);
        return [
          {
            ...countEvents(told.present, coded, toleranceS),
            ...countFrames(framesIn(told.measured, overTime.stepS), told.present, coded),
          },
        ];
      });
      if (counts.length === 0) return unscored("not measured", `None of ${events.coded.join(", ")} was measured`);
      const all = sumOf(counts, () => 1);
      const f1 = f1Of(all.same, all.told, all.coded) ?? 1;
      return scored(f1, all, `${all.same} of ${all.coded} coded events found, ${all.told} told`);
    },
    metrics: () => [
      metric("event_precision", ({ same, told }) => (told === 0 ? null : same / told)),
      metric("event_recall", ({ same, coded }) => (coded === 0 ? null : same / coded)),
      metric("event_f1", ({ same, told, coded }) => f1Of(same, told, coded)),
      metric("frame_f1", ({ both, onlyTold, onlyCoded }) => f1Of(both, both + onlyTold, both + onlyCoded)),
      metric("frame_kappa", kappaOf),
    ],
  });
}

function metric(name: string, of: (counts: Counts) => number | null): Metric<Counts> {
  return {
    ...{ name, better: "higher" },
    statistic: (rows: readonly ScoredRow<Counts>[]) => {
      const each = rows.map(({ metadata }) => metadata);
      return (weights) => of(sumOf(each, (i) => weights[i] as number));
    },
  };
}

function sumOf(each: readonly Counts[], weightOf: (index: number) => number): Counts {
  const sum = (name: keyof Counts) => each.reduce((all, one, i) => all + one[name] * weightOf(i), 0);
  return Object.fromEntries(NAMES.map((name) => [name, sum(name)])) as unknown as Counts;
}

/** When something was told, and when it could have been; `undefined` where nobody measures it. */
function toldOf(
  what: string,
  { actionUnits, stretches, stepS }: AnswerOverTime,
  { reader, reading }: { readonly reader: LabelReader; readonly reading: ReadingName },
): { readonly measured: readonly TimeWindow[]; readonly present: readonly TimeWindow[] } | undefined {
  if (ActionUnitName.safeParse(what).success) return actionUnits.find(({ au }) => au === what);
  const label = reader.readOrKeep(what);
  const read = stretches.filter((stretch) => stretch[reading].label !== null);
  const present = read.filter((stretch) => reader.readOrKeep(stretch[reading].label ?? "") === label);
  return { measured: read, present: joinedWindows(present, stepS) };
}

function framesIn(windows: readonly TimeWindow[], stepS: number): number[] {
  return windows.flatMap(({ fromS, toS }) => {
    const count = Math.round((toS - fromS) / stepS) + 1;
    return Array.from({ length: count }, (_, i) => fromS + i * stepS);
  });
}
