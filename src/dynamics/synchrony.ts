import { createRandom, type Random } from "../domain/statistics/random.ts";
import { median, quantileOfSorted } from "../domain/statistics/summary.ts";
import { type ClipClock, type Curve, type Segment, segmentsOf } from "./curve.ts";

/** How far two curves go together, beside what chance makes of the same curves. */
export interface Synchrony {
  /** Seconds that were seen of both at once and used, and the windows in them. */
  readonly togetherS: number;
  readonly windows: number;
  /** Correlation at the lag at which it is highest, mean of the windows; and the same of the surrogates. */
  readonly r: number;
  readonly byChance: number;
  /** By how much the second follows the first; below 0 where the first follows. With its 95 % interval over windows. */
  readonly lagS: number;
  readonly lagFromS: number;
  readonly lagToS: number;
  /** Share of surrogates that go together as far; of one curve, uncorrected. */
  readonly p: number;
}

/** Why it cannot be told. */
export interface NoSynchrony {
  readonly reason: string;
}

/**
 * Faces answer pictures of faces within a second (Dimberg & Thunberg 1998), which lags have to reach. Windows have to hold a
 * whole smile, or neighbours tell of the same one, and have no part in common: with windows of 5 s one after another up to
 * 9 of 100 pairs that have nothing to do with each other were said to go together (bench/synchrony.mjs).
 */
const WINDOW_S = 7;
const MOST_LAG_S = 2;
/** Curves are read at steps of a tenth of a second at least: faster frames would only take longer. */
const LEAST_STEP_S = 0.1;
/** Slower frames put whole rises between two of them. */
const MOST_STEP_S = 0.34;
/** Fewer windows have too few orders (5 have 120) for a small p value. */
const FEWEST_WINDOWS = 5;
/** Orders of the windows that are tried, and after how many that go together as far there is no need for more. */
const MOST_SURROGATES = 1999;
const ENOUGH_AS_FAR = 20;
const RESAMPLES = 199;

/**
 * Windowed cross-correlation (Boker et al. 2002): in each window of 7 s the correlation of both curves at every lag up to
 * 2 s either way, and of these means over the windows the highest. What moves less than `noise` counts as standing still,
 * so that windows in which nothing happens say nothing. Chance is what the same windows show in another order of the
 * second's (window shuffling: Moulder, Boker, Ramseyer & Tschacher 2018, after Bernieri's pseudosynchrony), tried until it
 * is clear (sequential Monte Carlo test, Besag & Clifford 1991). The time it takes grows as the clip does.
 *
 * @param noise standard deviation within a window up to which a curve stands still.
 */
export function synchronyOf(
  first: Curve,
  second: Curve,
  { clock, stepS, noise }: { readonly clock: ClipClock; readonly stepS: number | null; readonly noise: number },
): Synchrony | NoSynchrony {
  if (stepS === null || !(stepS > 0) || stepS > MOST_STEP_S) {
    return { reason: `frames come too slowly: it takes ${Math.ceil(1 / MOST_STEP_S)} per second` };
  }
  const step = Math.max(stepS, LEAST_STEP_S);
  const [length, lags] = [Math.round(WINDOW_S / step), Math.round(MOST_LAG_S / step)];
  const pieces = seenTogether(first, second, { clock, step });
  const [own, other] = [0, 1].map((which) =>
    pieces.flatMap((piece) => windowsOf(piece[which as 0 | 1], { length, lags, noise })),
  ) as [Window[], Window[]];
  if (own.length < FEWEST_WINDOWS) {
    const seenS = pieces.reduce((sum, [one]) => sum + one.length * step, 0);
    const made = `${own.length} windows of ${WINDOW_S + MOST_LAG_S} s can be made of the ${seenS.toFixed(0)} s that show both`;
    return { reason: `${made}: it takes ${FEWEST_WINDOWS}, cuts and gaps apart` };
  }
  const each = own.map((window, i) => correlations(window, other[i] as Window, { length, lags }));
  const peak = highest(meansOf(each));
  const random = createRandom(1);
  const { p, byChance } = againstChance(peak.r, { own, other, length, lags }, random);
  const found = Array.from({ length: RESAMPLES }, () => {
    const drawn = each.map(() => each[random.below(each.length)] as Float64Array);
    return highest(meansOf(drawn)).at - lags;
  }).sort((a, b) => a - b);
  const lagAt = (share: number) => (quantileOfSorted(found, share) as number) * step;
  return {
    ...{ togetherS: own.length * (length + lags) * step, windows: own.length, r: peak.r, byChance, p },
    ...{ lagS: (peak.at - lags) * step, lagFromS: lagAt(0.025), lagToS: lagAt(0.975) },
  };
}

/** A window of a curve with what lags need of it, and the mean and spread from each of its beginnings. */
interface Window {
  readonly values: Float64Array;
  readonly means: Float64Array;
  readonly spreads: Float64Array;
}

interface Shape {
  readonly length: number;
  readonly lags: number;
}

/** Both curves at even steps, wherever both were measured: stretch by stretch. */
function seenTogether(
  first: Curve,
  second: Curve,
  { clock, step }: { readonly clock: ClipClock; readonly step: number },
): [Float64Array, Float64Array][] {
  const timeOf = ({ from }: Segment, at: number) => clock.timesS[from + at] as number;
  const others = segmentsOf(second, clock);
  return segmentsOf(first, clock).flatMap((one) =>
    others.flatMap((two): [Float64Array, Float64Array][] => {
      const fromS = Math.max(timeOf(one, 0), timeOf(two, 0));
      const toS = Math.min(timeOf(one, one.values.length - 1), timeOf(two, two.values.length - 1));
      if (toS <= fromS) return [];
      const steps = Math.floor((toS - fromS) / step + 1e-6) + 1;
      return [[evenly(one, clock, { fromS, step, steps }), evenly(two, clock, { fromS, step, steps })]];
    }),
  );
}

function evenly(
  { from, values }: Segment,
  { timesS }: ClipClock,
  { fromS, step, steps }: { readonly fromS: number; readonly step: number; readonly steps: number },
): Float64Array {
  let at = 0;
  return Float64Array.from({ length: steps }, (_, i) => {
    const timeS = fromS + i * step;
    while (at < values.length - 2 && (timesS[from + at + 1] as number) <= timeS) at += 1;
    const [before, after] = [values[at] as number, values[at + 1] ?? (values[at] as number)];
    const beginS = timesS[from + at] as number;
    const lengthS = (timesS[from + at + 1] ?? beginS) - beginS;
    return lengthS > 0 ? before + Math.min(1, (timeS - beginS) / lengthS) * (after - before) : before;
  });
}

function windowsOf(curve: Float64Array, { length, lags, noise }: Shape & { readonly noise: number }): Window[] {
  const windows: Window[] = [];
  for (let begin = 0; begin + length + lags <= curve.length; begin += length + lags) {
    const values = curve.subarray(begin, begin + length + lags);
    const [means, spreads] = [new Float64Array(lags + 1), new Float64Array(lags + 1)];
    for (let shift = 0; shift <= lags; shift++) {
      let [sum, squares] = [0, 0];
      for (let i = 0; i < length; i++) sum += values[shift + i] as number;
      for (let i = 0; i < length; i++) squares += ((values[shift + i] as number) - sum / length) ** 2;
      means[shift] = sum / length;
      spreads[shift] = Math.max(Math.sqrt(squares / length), noise, Number.EPSILON);
    }
    windows.push({ values, means, spreads });
  }
  return windows;
}

/** At each lag, from the second going before the first to following it. */
function correlations(one: Window, two: Window, { length, lags }: Shape): Float64Array {
  return Float64Array.from({ length: 2 * lags + 1 }, (_, i) => {
    const lag = i - lags;
    const [a, b] = [Math.max(0, -lag), Math.max(0, lag)];
    const [x, y] = [one.values, two.values];
    let sum = 0;
    for (let at = 0; at < length; at++) sum += (x[a + at] as number) * (y[b + at] as number);
    const covariance = sum / length - (one.means[a] as number) * (two.means[b] as number);
    return covariance / ((one.spreads[a] as number) * (two.spreads[b] as number));
  });
}

function meansOf(each: readonly Float64Array[]): Float64Array {
  const means = new Float64Array(each[0]?.length ?? 0);
  for (const one of each) for (const [at, r] of one.entries()) means[at] = (means[at] as number) + r / each.length;
  return means;
}

function highest(means: Float64Array): { readonly at: number; readonly r: number } {
  let at = 0;
  for (const [i, r] of means.entries()) if (r > (means[at] as number)) at = i;
  return { at, r: means[at] as number };
}

function againstChance(
  reached: number,
  { own, other, ...shape }: Shape & { readonly own: readonly Window[]; readonly other: readonly Window[] },
  random: Random,
): Pick<Synchrony, "p" | "byChance"> {
  const drawn: number[] = [];
  let asFar = 0;
  while (drawn.length < MOST_SURROGATES && asFar < ENOUGH_AS_FAR) {
    const shuffled = random.shuffled(other);
    const { r } = highest(meansOf(own.map((window, i) => correlations(window, shuffled[i] as Window, shape))));
    drawn.push(r);
    if (r >= reached - 1e-12) asFar += 1;
  }
  return { p: (asFar + 1) / (drawn.length + 1), byChance: median(drawn) ?? Number.NaN };
}
