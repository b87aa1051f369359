import { holmAdjusted } from "../../domain/statistics/adjusted-p-values.ts";
import { bootstrapInterval, resamplesFor } from "../../domain/statistics/bootstrap.ts";
import { mcnemarTest } from "../../domain/statistics/mcnemar.ts";
import { createRandom } from "../../domain/statistics/random.ts";
import { combinedStatistic, ofGroups, plainValue } from "../../domain/statistics/weighted-statistic.ts";
import type { EvalFile } from "../file/eval-file.ts";
import type { Metric, ScoredRow, Scorer } from "../score.ts";
import { placeOfAnswer } from "./answer-rows.ts";
import { rowsOf, type ScoredCall } from "./score-cell.ts";
import type { CellResult } from "./summarise.ts";

/** Scored calls under one name: a cell, or a cell of another run. */
export interface Side {
  readonly name: string;
  readonly calls: readonly ScoredCall[];
}

/** A condition with what one scorer says of its calls; with none where the scorer took no part. */
export function sideOf({ cell, scorers }: CellResult, scorer: string, name = cell.id): Side {
  return { name, calls: scorers.find((result) => result.scorer === scorer)?.calls ?? [] };
}

/** One metric of two sides on the samples that both have a score for. */
export interface Comparison {
  readonly scorer: string;
  readonly metric: string;
  readonly better: "higher" | "lower" | null;
  readonly first: string;
  readonly second: string;
  readonly firstValue: number | null;
  readonly secondValue: number | null;
  /** second - first, with its interval. */
  readonly difference: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** Pairs of answers to the same sample, seed and repeat. */
  readonly pairs: number;
  readonly test: "McNemar, exact" | "McNemar, chi-square" | "paired permutation" | "none";
  readonly pValue: number | null;
  /** Corrected over all comparisons of one `compare` call (Holm). */
  readonly adjustedPValue: number | null;
}

/** Permutations of a metric that is recomputed on both sides each time; fewer of large and of grouped data. */
const PERMUTATIONS = 5000;
const FEWEST_PERMUTATIONS = 1000;
const MOST_PERMUTED_ROWS = 10_000_000;

/**
 * Compares every side with the first one, by all metrics of a scorer or only by its first, main one. p values are
 * Holm-corrected together.
 */
export function compareSides(
  sides: readonly Side[],
  scorer: Scorer,
  { metrics = "all", ...analysis }: EvalFile["analysis"] & { readonly metrics?: "first" | "all" },
): Comparison[] {
  const [baseline, ...others] = sides;
  if (baseline === undefined) return [];
  const raw = others.flatMap((other) => comparePair(baseline, other, { scorer, analysis, metrics }));
  const adjusted = holmAdjusted(raw.map(({ pValue }) => pValue));
  return raw.map((comparison, i) => ({ ...comparison, adjustedPValue: adjusted[i] ?? null }));
}

interface PairedRows {
  readonly first: readonly ScoredRow[];
  readonly second: readonly ScoredRow[];
  readonly clusters: readonly string[];
}

function comparePair(
  first: Side,
  second: Side,
  {
    scorer,
    analysis,
    metrics,
  }: { readonly scorer: Scorer; readonly analysis: EvalFile["analysis"]; readonly metrics: "first" | "all" },
): Comparison[] {
  const paired = pairRows(first.calls, second.calls);
  const compared = scorer.metrics(paired.first).slice(0, metrics === "first" ? 1 : undefined);
  return compared.map((metric) => {
    const firstValue = plainValue(metric.statistic(paired.first), paired.first.length);
    const secondValue = plainValue(metric.statistic(paired.second), paired.second.length);
    const defined = firstValue !== null && secondValue !== null;
    const difference = defined ? secondValue - firstValue : null;
    const interval = defined ? differenceInterval(metric, paired, analysis) : null;
    return {
      scorer: scorer.name,
      metric: metric.name,
      better: metric.better,
      first: first.name,
      second: second.name,
      firstValue,
      secondValue,
      difference,
      low: interval?.low ?? null,
      high: interval?.high ?? null,
      pairs: paired.first.length,
      ...testOf(metric, paired, { difference, seed: analysis.seed }),
      adjustedPValue: null,
    };
  });
}

/** Rows of the calls that both sides have scored: same sample, seed and repeat. */
function pairRows(first: readonly ScoredCall[], second: readonly ScoredCall[]): PairedRows {
  const others = new Map<string, ScoredCall>();
  for (const call of second) if (call.score.value !== null) others.set(placeOfAnswer(call.record), call);
  const pairs: (readonly [ScoredCall, ScoredCall])[] = [];
  for (const call of first) {
    const other = call.score.value === null ? undefined : others.get(placeOfAnswer(call.record));
    if (other !== undefined) pairs.push([call, other]);
  }
  const firstRows = rowsOf(pairs.map(([call]) => call));
  return {
    first: firstRows,
    second: rowsOf(pairs.map(([, other]) => other)),
    clusters: firstRows.map(({ cluster }) => cluster),
  };
}

function differenceInterval(metric: Metric, paired: PairedRows, analysis: EvalFile["analysis"]) {
  const sides = [metric.statistic(paired.first), metric.statistic(paired.second)] as const;
  const difference = combinedStatistic(sides, ([first, second]) => differenceOf(first, second));
  const { seed, level, resamples } = analysis;
  const n = paired.first.length;
  return bootstrapInterval(difference, n, {
    seed,
    level,
    clusters: paired.clusters,
    resamples: resamplesFor(2 * n, resamples),
  });
}

function testOf(
  metric: Metric,
  paired: PairedRows,
  { difference, seed }: { readonly difference: number | null; readonly seed: number },
): Pick<Comparison, "test" | "pValue"> {
  if (difference === null) return { test: "none", pValue: null };
  if (isShareOfRightAnswers(metric, paired)) {
    const only = (own: readonly ScoredRow[], other: readonly ScoredRow[]) =>
      own.filter(({ value }, i) => value === 1 && other[i]?.value === 0).length;
    const { pValue, method } = mcnemarTest(only(paired.first, paired.second), only(paired.second, paired.first));
    return { test: method === "exact" ? "McNemar, exact" : "McNemar, chi-square", pValue };
  }
  return { test: "paired permutation", pValue: permutationP(metric, paired, { difference, seed }) };
}

/** McNemar's test holds for one right-or-wrong answer per cluster; repeats and shared subjects need the permutation. */
function isShareOfRightAnswers(metric: Metric, { first, second, clusters }: PairedRows): boolean {
  if (!/(^|_)accuracy$/.test(metric.name) || metric.name === "pair_accuracy" || metric.name === "subset_accuracy") {
    return false;
  }
  const binary = [...first, ...second].every(({ value }) => value === 0 || value === 1);
  return binary && new Set(clusters).size === clusters.length;
}

/** Swaps the two sides' answers cluster by cluster and counts how often the metric differs at least as much. */
function permutationP(
  metric: Metric,
  paired: PairedRows,
  { difference, seed }: { readonly difference: number; readonly seed: number },
): number | null {
  const place = new Map([...new Set(paired.clusters)].map((name, index) => [name, index]));
  const of = Uint32Array.from(paired.clusters, (name) => place.get(name) as number);
  const random = createRandom(seed);
  const isSwapped = new Uint8Array(place.size);
  const swappedDifference = (metric.grouped === true ? bySortingRows : byWeighing)(metric, paired, of, place.size);
  let [hits, defined] = [0, 0];
  const affordable = Math.max(FEWEST_PERMUTATIONS, Math.floor(MOST_PERMUTED_ROWS / paired.first.length));
  const rounds = metric.grouped === true ? FEWEST_PERMUTATIONS : Math.min(PERMUTATIONS, affordable);
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < isSwapped.length; i++) isSwapped[i] = random.uint32() >>> 31; // as below(2), for less
    const value = swappedDifference(isSwapped);
    if (value === null) continue;
    defined++;
    if (Math.abs(value) >= Math.abs(difference) - 1e-12) hits++;
  }
  return defined === 0 ? null : (hits + 1) / (defined + 1);
}

/** @param isSwapped 1 for each cluster whose sides change places, else 0. */
type SwappedDifference = (isSwapped: Uint8Array) => number | null;

/** Both sides' clusters stand in one statistic, and a swap only moves weight from one to the other. */
function byWeighing(metric: Metric, { first, second }: PairedRows, of: Uint32Array, n: number): SwappedDifference {
  const sides = Uint32Array.from({ length: 2 * of.length }, (_, i) =>
    i < of.length ? (of[i] as number) : n + (of[i - of.length] as number),
  );
  const statistic = ofGroups(metric.statistic([...first, ...second]), sides, 2 * n);
  const [a, b] = [new Float64Array(2 * n), new Float64Array(2 * n)];
  return (isSwapped) => {
    for (let i = 0; i < n; i++) {
      const swapped = isSwapped[i] as number;
      a[i] = 1 - swapped;
      a[n + i] = swapped;
      b[i] = swapped;
      b[n + i] = 1 - swapped;
    }
    return differenceOf(statistic(a), statistic(b));
  };
}

/** For metrics that put rows together: each side is built anew. */
function bySortingRows(metric: Metric, { first, second }: PairedRows, of: Uint32Array): SwappedDifference {
  return (isSwapped) => {
    const pick = (own: readonly ScoredRow[], other: readonly ScoredRow[]) =>
      own.map((row, i) => (isSwapped[of[i] as number] === 1 ? (other[i] as ScoredRow) : row));
    const value = (rows: readonly ScoredRow[]) => plainValue(metric.statistic(rows), rows.length);
    return differenceOf(value(pick(first, second)), value(pick(second, first)));
  };
}

function differenceOf(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : b - a;
}

/** Whether both sides have scores for the same samples. */
export function hasPairs({ pairs, difference }: Comparison): boolean {
  return pairs > 0 && difference !== null;
}

/** Whether a difference stays after the correction. */
export function holdsUp({ adjustedPValue }: Comparison): boolean {
  return adjustedPValue !== null && adjustedPValue < 0.05;
}

/** Of 12 comparisons 2 hold up after correction. */
export function comparisonSummary(all: readonly Comparison[]): string {
  const comparisons = all.filter(hasPairs);
  const kept = comparisons.filter(holdsUp).length;
  const left = all.length - comparisons.length;
  const unscored = left === 0 ? "" : `; ${left} more have no pair of scores and are left out`;
  return `Of ${comparisons.length} ${comparisons.length === 1 ? "comparison" : "comparisons"} ${kept} ${kept === 1 ? "holds" : "hold"} up after Holm's correction over those by one scorer${unscored}`;
}
