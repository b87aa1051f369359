import type { EvalFile } from "../file/eval-file.ts";
import type { Scorer } from "../score.ts";
import { type Comparison, compareSides, sideOf } from "./compare.ts";
import type { MetricResult } from "./score-cell.ts";
import type { CellResult, RunSummary } from "./summarise.ts";

/** Whether a condition reached what its evaluation asks of a metric. */
export interface ThresholdResult {
  readonly metric: string;
  /** `at least 0.6`, `at most 0.02 lost`. */
  readonly wanted: string;
  readonly cell: string;
  /** The metric, or how far it is from that of the baseline run. */
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** The condition of the baseline run that it was held against, `null` where it has none such; absent where it was held against a number. */
  readonly against?: string | null;
  /** What there is, where no scorer has such a metric. */
  readonly known?: readonly string[];
  /** `unscored` where the metric has no value: nothing was scored, or no scorer has such a metric. */
  readonly state: "passed" | "failed" | "unscored";
}

type Threshold = EvalFile["thresholds"][number];

/**
 * Every threshold under every condition that was asked under.
 * @param baseline the run that thresholds with `mayLose` are held against; `undefined` where there is none (any more).
 */
export function thresholdResults(
  { cells }: RunSummary,
  { thresholds, analysis }: Pick<EvalFile, "thresholds" | "analysis">,
  { scorers, baseline }: { readonly scorers: readonly Scorer[]; readonly baseline?: RunSummary | undefined },
): ThresholdResult[] {
  const asked = cells.filter(({ usage }) => usage.calls > 0);
  return thresholds.flatMap((threshold) =>
    asked.flatMap((cell) => [
      ...(threshold.atLeast === undefined && threshold.atMost === undefined ? [] : [againstNumbers(threshold, cell)]),
      ...(threshold.mayLose === undefined ? [] : [againstRun(threshold, cell, { scorers, baseline, analysis })]),
    ]),
  );
}

function againstNumbers({ metric, atLeast, atMost }: Threshold, { cell, scorers, rates }: CellResult): ThresholdResult {
  const all: readonly MetricResult[] = [...scorers.flatMap(({ metrics }) => metrics), ...rates];
  const found = all.find((one) => one.metric === metric);
  const { value = null, low = null, high = null } = found?.estimate ?? {};
  const isReached = value !== null && value >= (atLeast ?? -Infinity) && value <= (atMost ?? Infinity);
  const limits = [
    ...(atLeast === undefined ? [] : [`at least ${atLeast}`]),
    ...(atMost === undefined ? [] : [`at most ${atMost}`]),
  ];
  const state = value === null ? "unscored" : isReached ? "passed" : "failed";
  const known = found === undefined ? { known: all.map((one) => one.metric) } : {};
  return { metric, wanted: limits.join(" and "), cell: cell.id, value, low, high, ...known, state };
}

/** Failed where even the end of the interval that is kindest to the condition loses more than it may. */
function againstRun(
  { metric, mayLose = 0 }: Threshold,
  now: CellResult,
  {
    scorers,
    baseline,
    analysis,
  }: {
    readonly scorers: readonly Scorer[];
    readonly baseline: RunSummary | undefined;
    readonly analysis: EvalFile["analysis"];
  },
): ThresholdResult {
  const then = baselineOf(now, baseline);
  const found = then === undefined ? undefined : comparisonOf(metric, { then, now, scorers, analysis });
  const { difference = null, low = null, high = null, better = null } = found ?? {};
  const wanted = `at most ${mayLose} lost`;
  const cell = now.cell.id;
  if (then === undefined || difference === null || better === null) {
    return { metric, wanted, cell, value: null, low, high, against: then?.cell.id ?? null, state: "unscored" };
  }
  const loss = better === "higher" ? -(high ?? difference) : (low ?? difference);
  const state = loss > mayLose ? "failed" : "passed";
  return { metric, wanted, cell, value: difference, low, high, against: then.cell.id, state };
}

/** The same condition of the baseline, or its only one. */
function baselineOf({ cell }: CellResult, baseline: RunSummary | undefined): CellResult | undefined {
  const same = baseline?.cells.find((one) => one.cell.id === cell.id);
  return same ?? (baseline?.cells.length === 1 ? baseline.cells[0] : undefined);
}

function comparisonOf(
  metric: string,
  {
    then,
    now,
    scorers,
    analysis,
  }: {
    readonly then: CellResult;
    readonly now: CellResult;
    readonly scorers: readonly Scorer[];
    readonly analysis: EvalFile["analysis"];
  },
): Comparison | undefined {
  const isItsScorer = ({ name }: Scorer) =>
    now.scorers.some((result) => result.scorer === name && result.metrics.some((one) => one.metric === metric));
  const scorer = scorers.find(isItsScorer);
  if (scorer === undefined) return undefined;
  const sides = [then, now].map((one) => sideOf(one, scorer.name));
  return compareSides(sides, scorer, analysis).find((one) => one.metric === metric);
}

/** A threshold and what came of it, in a sentence. */
export function thresholdSentence(result: ThresholdResult): string {
  const { metric, wanted, cell, value, low, high, against, known, state } = result;
  const name = `${metric.replaceAll("_", " ")} of "${cell}"`;
  if (known !== undefined)
    return `${name} is told by no scorer (there are ${known.join(", ")}), wanted ${wanted}: ${state}`;
  if (value === null) return `${name} could not be scored, wanted ${wanted}${againstText(against)}: ${state}`;
  if (against === undefined) return `${name} is ${value.toFixed(3)}, wanted ${wanted}: ${state}`;
  const interval = low === null || high === null ? "" : ` [${low.toFixed(3)}, ${high.toFixed(3)}]`;
  const change = `${value > 0 ? "+" : ""}${value.toFixed(3)}${interval}`;
  return `${name} changed by ${change}, wanted ${wanted}${againstText(against)}: ${state}`;
}

function againstText(against: string | null | undefined): string {
  if (against === null) return ", and the baseline has no such condition";
  return against === undefined ? "" : ` against "${against}" of the baseline`;
}
