import { median } from "../domain/statistics/summary.ts";

/** When the frames of a clip are shown, and which of them begin another shot. One entry for each measured frame. */
export interface ClipClock {
  readonly timesS: readonly number[];
  /** Numbers of the frames among those measured. */
  readonly frames: readonly number[];
  readonly cuts: readonly boolean[];
}

/** One quantity of one person. `values[0]` is at `from` of the clock; `NaN` is "not measured". */
export interface Curve {
  readonly from: number;
  readonly values: readonly number[];
}

/** A stretch of a curve without a cut or a long gap. */
export interface Segment {
  /** Where it begins on the clock. */
  readonly from: number;
  readonly values: readonly number[];
  /** Which of the values were not measured and lie on a line between their neighbours. */
  readonly interpolated: readonly boolean[];
}

/** Two measured frames no further apart than this are joined by a line; what lies between for longer is not known. */
export const BRIDGED_S = 0.5;

/** Cuts a curve where another shot begins and where it was not measured for long. */
export function segmentsOf({ from, values }: Curve, clock: ClipClock): Segment[] {
  const segments: Segment[] = [];
  let open: { from: number; values: number[]; interpolated: boolean[] } | undefined;
  for (const [offset, value] of values.entries()) {
    const at = from + offset;
    if (open !== undefined && clock.cuts[at]) open = closed(open, segments);
    if (Number.isNaN(value)) continue;
    const last = open === undefined ? at : open.from + open.values.length - 1;
    const apartS = (clock.timesS[at] as number) - (clock.timesS[last] as number);
    if (open !== undefined && at - last > 1 && apartS > BRIDGED_S) open = closed(open, segments);
    open ??= { from: at, values: [], interpolated: [] };
    for (let missing = open.from + open.values.length; missing < at; missing++) {
      const share = ((clock.timesS[missing] as number) - (clock.timesS[last] as number)) / apartS;
      const before = open.values[last - open.from] as number;
      open.values.push(before + share * (value - before));
      open.interpolated.push(true);
    }
    open.values.push(value);
    open.interpolated.push(false);
  }
  if (open !== undefined) closed(open, segments);
  return segments;
}

function closed(segment: Segment, segments: Segment[]): undefined {
  segments.push(segment);
}

/** Where between its first and last sight nothing was measured: on the clock, both ends included. */
export function gapsOf({ from, values }: Curve): { readonly first: number; readonly last: number }[] {
  const gaps: { first: number; last: number }[] = [];
  for (const [offset, value] of values.entries()) {
    if (!Number.isNaN(value)) continue;
    const at = from + offset;
    const open = gaps.at(-1);
    if (open?.last === at - 1) open.last = at;
    else gaps.push({ first: at, last: at });
  }
  return gaps;
}

/** The middle one of each three neighbours: takes away what is there for a single frame, and leaves edges where they are. */
export function withoutSpikes(values: readonly number[]): number[] {
  return values.map((value, i) => {
    const [before = value, after = value] = [values[i - 1], values[i + 1]];
    return Math.max(Math.min(before, value), Math.min(Math.max(before, value), after));
  });
}

/** Standard deviation of normal noise by the median distance of values from the middle of three, of which it is 0.309. */
const SPIKE_SHARE = 0.309;

/** How much a curve trembles from frame to frame, as a standard deviation; slow changes and single spikes do not count. */
export function trembleOf(segments: readonly Segment[]): number {
  const distances = segments.flatMap(({ values }) => {
    const middle = withoutSpikes(values);
    return values.slice(1, -1).map((value, i) => Math.abs(value - (middle[i + 1] as number)));
  });
  return (median(distances) ?? 0) / SPIKE_SHARE;
}

/** A turning point of a curve. */
export interface Extreme {
  readonly index: number;
  readonly isHigh: boolean;
}

/**
 * The turning points between which a curve goes up or down by at least `leastRise`; smaller movements are part of larger
 * ones. Its first and last turning points may be the ends of the curve. Empty when it never goes that far.
 */
export function turningPoints(values: readonly number[], leastRise: number): Extreme[] {
  const found: Extreme[] = [];
  let [low, high] = [0, 0];
  let rises: boolean | null = null;
  for (const [i, value] of values.entries()) {
    if (value < (values[low] as number)) low = i;
    if (value > (values[high] as number)) high = i;
    if (rises !== false && (values[high] as number) - value >= leastRise) {
      found.push({ index: high, isHigh: true });
      rises = false;
      low = i;
    } else if (rises !== true && value - (values[low] as number) >= leastRise) {
      found.push({ index: low, isHigh: false });
      rises = true;
      high = i;
    }
  }
  if (rises !== null) found.push({ index: rises ? high : low, isHigh: rises });
  return found;
}
