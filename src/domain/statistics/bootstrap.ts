import { normalCdf, normalQuantile } from "./normal-distribution.ts";
import { createRandom } from "./random.ts";
import { quantileOfSorted } from "./summary.ts";
import { ofGroups, plainValue, type WeightedStatistic } from "./weighted-statistic.ts";

/** More than this share of resamples without a value, and an interval would describe only the lucky ones. */
const MOST_UNDEFINED = 0.05;

/** Above this many clusters the jackknife leaves out groups of them: one by one it would cost n squared. */
const MOST_JACKKNIFE_GROUPS = 500;

/** Up to so many units all resamples are drawn that were asked for; beyond, so many draws in all, but at least 1000 resamples. */
const ALL_RESAMPLES_UP_TO = 3000;
const MOST_DRAWS = 12_000_000;
const FEWEST_RESAMPLES = 1000;

/** Resamples for a number of units: as asked for up to 3 000, fewer beyond, where intervals are narrow anyway. */
export function resamplesFor(units: number, asked: number): number {
  if (units <= ALL_RESAMPLES_UP_TO) return asked;
  return Math.min(asked, Math.max(FEWEST_RESAMPLES, Math.floor(MOST_DRAWS / units)));
}

/** How an interval is made. */
export interface BootstrapOptions {
  readonly seed: number;
  /** Which subject or image each unit belongs to; whole clusters are resampled. */
  readonly clusters?: readonly string[];
  readonly resamples?: number;
  readonly level?: number;
}

/** A bootstrap interval. */
export interface BootstrapInterval {
  readonly low: number;
  readonly high: number;
  /** Percentile when bias and acceleration are undefined (all resamples on one side of the value). */
  readonly method: "bca" | "percentile";
}

/**
 * Bias-corrected and accelerated interval (Efron 1987) by seeded resampling of units or clusters, with the acceleration
 * from the jackknife. `null` when the statistic is undefined, there are fewer than two clusters, or more than 5 % of the
 * resamples are undefined.
 */
export function bootstrapInterval(
  statistic: WeightedStatistic,
  n: number,
  options: BootstrapOptions,
): BootstrapInterval | null {
  return bootstrapIntervals([statistic], n, options)[0] ?? null;
}

/** The same of several statistics of the same units: what is drawn for one is what would be drawn for each. */
export function bootstrapIntervals(
  statistics: readonly WeightedStatistic[],
  n: number,
  options: BootstrapOptions,
): readonly (BootstrapInterval | null)[] {
  const { count, statistics: own } = overClusters(statistics, n, options.clusters);
  const values = own.map((statistic) => plainValue(statistic, count));
  const defined = own.filter((_statistic, i) => values[i] !== null);
  const drawn = count < 2 || defined.length === 0 ? [] : resampled(defined, count, options);
  return own.map((statistic, i) => {
    const value = values[i] ?? null;
    const draws = drawn[defined.indexOf(statistic)] ?? null;
    return value === null || draws === null ? null : intervalOf(statistic, { value, draws, count }, options);
  });
}

function intervalOf(
  statistic: WeightedStatistic,
  { value, draws, count }: { readonly value: number; readonly draws: Float64Array; readonly count: number },
  options: BootstrapOptions,
): BootstrapInterval {
  const tail = (1 - (options.level ?? 0.95)) / 2;
  const probabilities = bcaProbabilities(value, draws, { jackknife: jackknifed(statistic, count), tail });
  const [lowAt, highAt] = probabilities ?? [tail, 1 - tail];
  return {
    low: quantileOfSorted(draws, lowAt) as number,
    high: quantileOfSorted(draws, highAt) as number,
    method: probabilities === null ? "percentile" : "bca",
  };
}

/** The statistics as statistics of clusters, which is what is drawn and left out: what a cluster holds stays together. */
function overClusters(statistics: readonly WeightedStatistic[], n: number, names: readonly string[] | undefined) {
  if (names === undefined) return { count: n, statistics };
  if (names.length !== n) throw new RangeError(`${n} units need ${n} cluster names, not ${names.length}`);
  const places = new Map<string, number>();
  const of = Uint32Array.from(names, (name) => {
    const place = places.get(name) ?? places.size;
    places.set(name, place);
    return place;
  });
  return { count: places.size, statistics: statistics.map((statistic) => ofGroups(statistic, of, places.size)) };
}

/** Ascending values of each statistic over resamples; `null` when too many are undefined. */
function resampled(
  statistics: readonly WeightedStatistic[],
  count: number,
  options: BootstrapOptions,
): readonly (Float64Array | null)[] {
  const rounds = options.resamples ?? 10_000;
  const draw = drawsOf(options.seed, count, rounds);
  const weights = new Float64Array(count);
  const found = statistics.map((statistic) => ({ statistic, values: new Float64Array(rounds), defined: 0 }));
  for (let round = 0; round < rounds; round++) {
    draw(weights, round);
    for (const one of found) {
      const value = one.statistic(weights);
      if (value !== null && Number.isFinite(value)) one.values[one.defined++] = value;
    }
  }
  return found.map(({ values, defined }) =>
    defined < rounds * (1 - MOST_UNDEFINED) ? null : values.subarray(0, defined).sort(),
  );
}

/** Draws are kept of up to so many, a byte each. */
const MOST_KEPT_DRAWS = 32_000_000;

/** The draws that were made last. Scorers, conditions and comparisons of a run have the same, and to draw takes longer than most statistics. */
let kept: { readonly key: string; readonly times: Uint8Array } | undefined;

/** Fills in how often each cluster is drawn, in rounds that come in order from 0. */
function drawsOf(seed: number, count: number, rounds: number): (weights: Float64Array, round: number) => void {
  if (count * rounds > MOST_KEPT_DRAWS) return drawing(seed, count);
  const key = `${seed} ${count} ${rounds}`;
  if (kept?.key !== key) kept = { key, times: allDraws(seed, count, rounds) };
  const { times } = kept;
  return (weights, round) => weights.set(times.subarray(round * count, (round + 1) * count));
}

/** A byte holds how often one cluster is drawn: of n drawn n times, one comes once on average, and never 256 times. */
function allDraws(seed: number, count: number, rounds: number): Uint8Array {
  const draw = drawing(seed, count);
  const times = new Uint8Array(count * rounds);
  for (let round = 0; round < rounds; round++) draw(times.subarray(round * count, (round + 1) * count));
  return times;
}

function drawing(seed: number, count: number): (times: Float64Array | Uint8Array) => void {
  const random = createRandom(seed);
  return (times) => {
    times.fill(0);
    for (let i = 0; i < count; i++) {
      const pick = random.below(count);
      times[pick] = (times[pick] as number) + 1;
    }
  };
}

/**
 * The statistic with each cluster, or each of 500 groups of clusters, left out in turn; `null` when one of these is
 * undefined. The acceleration is a ratio in which the size of the groups cancels.
 */
function jackknifed(statistic: WeightedStatistic, count: number): Float64Array | null {
  const groups = Math.min(count, MOST_JACKKNIFE_GROUPS);
  const own = ofGroups(
    statistic,
    Uint32Array.from({ length: count }, (_, cluster) => cluster % groups),
    groups,
  );
  const weights = new Float64Array(groups).fill(1);
  const values = new Float64Array(groups);
  for (let group = 0; group < groups; group++) {
    weights[group] = 0;
    const value = own(weights);
    if (value === null || !Number.isFinite(value)) return null;
    values[group] = value;
    weights[group] = 1;
  }
  return values;
}

/** The percentiles at which BCa reads the sorted draws; `null` when bias or acceleration is undefined. */
function bcaProbabilities(
  value: number,
  draws: Float64Array,
  { jackknife, tail }: { readonly jackknife: Float64Array | null; readonly tail: number },
): readonly [number, number] | null {
  let below = 0;
  let equal = 0;
  for (const draw of draws) {
    if (draw < value) below++;
    else if (draw === value) equal++;
  }
  const bias = normalQuantile((below + equal / 2) / draws.length);
  const acceleration = accelerationOf(jackknife);
  if (!Number.isFinite(bias) || acceleration === null) return null;
  const at = (probability: number) => {
    const shifted = bias + normalQuantile(probability);
    return normalCdf(bias + shifted / (1 - acceleration * shifted));
  };
  return [at(tail), at(1 - tail)];
}

function accelerationOf(jackknife: Float64Array | null): number | null {
  if (jackknife === null) return null;
  const centre = jackknife.reduce((sum, value) => sum + value, 0) / jackknife.length;
  let cubes = 0;
  let squares = 0;
  for (const value of jackknife) {
    const gap = centre - value;
    cubes += gap ** 3;
    squares += gap ** 2;
  }
  return squares > 0 ? cubes / (6 * squares ** 1.5) : null;
}
