import type { TimeWindow } from "../../domain/evidence.ts";
import { cohenKappaStatistic } from "../../domain/statistics/cohen-kappa.ts";

/** How many events were told and coded, and how many of both are the same. */
export interface EventCounts {
  readonly same: number;
  readonly told: number;
  readonly coded: number;
}

/** An event may end so much of its length beside the coded end, where that is more than the tolerance. */
const END_SHARE = 0.5;

/**
 * Event-based counts as in sound event detection (Mesaros, Heittola & Virtanen 2016): a told event is a coded one when it
 * begins within the tolerance of it, and ends within the tolerance, or half of the coded length where that is more. Each
 * is taken once, in the order of time.
 */
export function countEvents(
  told: readonly TimeWindow[],
  coded: readonly TimeWindow[],
  toleranceS: number,
): EventCounts {
  const free = new Set([...told].sort((a, b) => a.fromS - b.fromS));
  let same = 0;
  for (const event of [...coded].sort((a, b) => a.fromS - b.fromS)) {
    const lateS = Math.max(toleranceS, END_SHARE * (event.toS - event.fromS));
    const match = [...free].find(
      ({ fromS, toS }) =>
        Math.abs(fromS - event.fromS) <= toleranceS + 1e-9 && Math.abs(toS - event.toS) <= lateS + 1e-9,
    );
    if (match === undefined) continue;
    free.delete(match);
    same += 1;
  }
  return { same, told: told.length, coded: coded.length };
}

/** Frames by what was told and coded of them. */
export interface FrameCounts {
  readonly both: number;
  readonly onlyTold: number;
  readonly onlyCoded: number;
  readonly neither: number;
}

/** @param timesS frames in which it could be told. */
export function countFrames(
  timesS: readonly number[],
  told: readonly TimeWindow[],
  coded: readonly TimeWindow[],
): FrameCounts {
  const counts = { both: 0, onlyTold: 0, onlyCoded: 0, neither: 0 };
  const isIn = (windows: readonly TimeWindow[], timeS: number) =>
    windows.some(({ fromS, toS }) => timeS >= fromS - 1e-6 && timeS <= toS + 1e-6);
  for (const timeS of timesS) {
    const [isTold, isCoded] = [isIn(told, timeS), isIn(coded, timeS)];
    counts[isTold ? (isCoded ? "both" : "onlyTold") : isCoded ? "onlyCoded" : "neither"] += 1;
  }
  return counts;
}

/** Harmonic mean of precision and recall; `null` where there is nothing to be found and nothing was. */
export function f1Of(same: number, told: number, coded: number): number | null {
  return told + coded === 0 ? null : (2 * same) / (told + coded);
}

const KAPPA = cohenKappaStatistic([
  [1, 1],
  [1, 0],
  [0, 1],
  [0, 0],
]);

/** Cohen's (1960) kappa of frames; `null` where both sides are one and the same constant. */
export function kappaOf({ both, onlyTold, onlyCoded, neither }: FrameCounts): number | null {
  return KAPPA(Float64Array.of(both, onlyTold, onlyCoded, neither));
}
