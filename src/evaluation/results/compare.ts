import { holmAdjusted } from "../../domain/statistics/adjusted-p-values.ts";
import { bootstrapIntervals, resamplesFor } from "../../domain/statistics/bootstrap.ts";
import { mcnemarTest } from "../../domain/statistics/mcnemar.ts";
import { combinedStatistic, plainValue, type WeightedStatistic } from "../../domain/statistics/weighted-statistic.ts";
import type { EvalFile } from "../file/eval-file.ts";
import type { Metric, ScoredRow, Scorer } from "../score.ts";
import { placeOfAnswer } from "./answer-rows.ts";
import { differenceOf, type PairedRows, permutationPs } from "./paired-permutation.ts";
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
  const n = paired.first.length;
  const compared = scorer
    .metrics(paired.first)
    .slice(0, metrics === "first" ? 1 : undefined)
    .map((metric) => {
      const sides = [metric.statistic(paired.first), metric.statistic(paired.second)] as const;
      const [firstValue, secondValue] = [plainValue(sides[0], n), plainValue(sides[1], n)];
      return { metric, sides, firstValue, secondValue, difference: differenceOf(firstValue, secondValue) };
    });
  const intervals = differenceIntervals(compared, paired, analysis);
  const tests = testsOf(compared, paired, analysis.seed);
  return compared.map(({ metric, firstValue, secondValue, difference }, i) => ({
    scorer: scorer.name,
    metric: metric.name,
    better: metric.better,
    first: first.name,
    second: second.name,
    firstValue,
    secondValue,
    difference,
    low: intervals[i]?.low ?? null,
    high: intervals[i]?.high ?? null,
    pairs: n,
    ...(tests[i] as Tested),
    adjustedPValue: null,
  }));
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

/** A metric of both sides. */
interface Compared {
  readonly metric: Metric;
  readonly sides: readonly [first: WeightedStatistic, second: WeightedStatistic];
  readonly difference: number | null;
}

/** The interval of each difference, for all of which is drawn once; `null` where there is none. */
function differenceIntervals(compared: readonly Compared[], paired: PairedRows, analysis: EvalFile["analysis"]) {
  const { seed, level, resamples } = analysis;
  const n = paired.first.length;
  const differences = compared.map(({ sides }) =>
    combinedStatistic(sides, ([first, second]) => differenceOf(first, second)),
  );
  return bootstrapIntervals(differences, n, {
    seed,
    level,
    clusters: paired.clusters,
    resamples: resamplesFor(2 * n, resamples),
  });
}

type Tested = Pick<Comparison, "test" | "pValue">;

function testsOf(compared: readonly Compared[], paired: PairedRows, seed: number): readonly Tested[] {
  const permuted = compared.flatMap(({ metric, difference }) =>
    difference === null || isShareOfRightAnswers(metric, paired) ? [] : [{ metric, difference }],
  );
  const pValues = new Map(permutationPs(permuted, paired, seed).map((pValue, i) => [permuted[i]?.metric, pValue]));
  return compared.map(({ metric, difference }) => {
    if (difference === null) return { test: "none", pValue: null };
    const pValue = pValues.get(metric);
    return pValue === undefined ? mcnemarOf(paired) : { test: "paired permutation", pValue };
  });
}

function mcnemarOf({ first, second }: PairedRows): Tested {
  const only = (own: readonly ScoredRow[], other: readonly ScoredRow[]) =>
    own.filter(({ value }, i) => value === 1 && other[i]?.value === 0).length;
  const { pValue, method } = mcnemarTest(only(first, second), only(second, first));
  return { test: method === "exact" ? "McNemar, exact" : "McNemar, chi-square", pValue };
}

/** McNemar's test holds for one right-or-wrong answer per cluster; repeats and shared subjects need the permutation. */
function isShareOfRightAnswers(metric: Metric, { first, second, clusters }: PairedRows): boolean {
  if (!/(^|_)accuracy$/.test(metric.name) || metric.name === "pair_accuracy" || metric.name === "subset_accuracy") {
    return false;
  }
  const binary = [...first, ...second].every(({ value }) => value === 0 || value === 1);
  return binary && new Set(clusters).size === clusters.length;
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
