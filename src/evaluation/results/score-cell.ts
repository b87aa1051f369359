import type { ScoreTable } from "../../domain/score-table.ts";
import { resamplesFor } from "../../domain/statistics/bootstrap.ts";
import { type Estimate, estimates, withExactLimits } from "../../domain/statistics/estimate.ts";
import { meanStatistic } from "../../domain/statistics/weighted-statistic.ts";
import type { Answer } from "../answer.ts";
import type { EvalFile, RATE_NAMES } from "../file/eval-file.ts";
import { type CallRecord, isRefusal } from "../runner/call-record.ts";
import { clusterOfSample, type Sample } from "../sample.ts";
import { type Score, type ScoredRow, type Scorer, type UnscoredReason, unscored } from "../score.ts";

/** A finished call. */
export interface FinishedCall {
  readonly record: CallRecord;
  readonly sample: Sample;
  /** What a judge model said of its answer, by the scorer that had it asked. */
  readonly judged: Readonly<Record<string, CallRecord>>;
}

/** A finished call with what its scorer says. */
export interface ScoredCall extends FinishedCall {
  readonly score: Score;
}

/** One metric of one scorer in one cell. */
export interface MetricResult {
  readonly scorer: string;
  readonly metric: string;
  readonly better: "higher" | "lower" | null;
  readonly estimate: Estimate;
}

/** Everything one scorer says about one cell. */
export interface ScorerResult {
  readonly scorer: string;
  readonly metrics: readonly MetricResult[];
  readonly tables: readonly ScoreTable[];
  /** What follows from the numbers, in sentences. */
  readonly notes: readonly string[];
  /** Why scores are missing, with how many. */
  readonly unscored: Readonly<Partial<Record<UnscoredReason, number>>>;
  readonly calls: readonly ScoredCall[];
}

/**
 * Scores the calls of one cell. Its metrics with their intervals over subjects or images, which take far longer than the
 * scores, are estimated when they are first asked for.
 */
export function scoreCell(
  scorer: Scorer,
  calls: readonly FinishedCall[],
  analysis: EvalFile["analysis"],
): ScorerResult {
  const scoredCalls = calls.map((call) => ({ ...call, score: scoreOf(scorer, call, analysis) }));
  const rows = once(() => rowsOf(scoredCalls));
  const metrics = once(() => metricsOf(scorer, rows(), { unscored: scoredCalls.length - rows().length, analysis }));
  const tables = once(() => (rows().length === 0 ? [] : [...(scorer.tables?.(rows()) ?? [])]));
  const notes = once(() => (rows().length === 0 ? [] : [...(scorer.notes?.(rows(), analysis.level) ?? [])]));
  return {
    scorer: scorer.name,
    get metrics() {
      return metrics();
    },
    get tables() {
      return tables();
    },
    get notes() {
      return notes();
    },
    unscored: countReasons(scoredCalls),
    calls: scoredCalls,
  };
}

/** What is made when it is first asked for, and kept. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function metricsOf(
  scorer: Scorer,
  rows: readonly ScoredRow[],
  { unscored: missing, analysis }: { readonly unscored: number; readonly analysis: EvalFile["analysis"] },
): MetricResult[] {
  const metrics = scorer.metrics(rows);
  const found = estimates(
    metrics.map(({ statistic }) => statistic(rows)),
    rows.length,
    estimateOptions(rows, missing, analysis),
  );
  const clusters = new Set(rows.map(({ cluster }) => cluster)).size;
  return metrics.map(({ name, better, share }, i) => ({
    ...{ scorer: scorer.name, metric: name, better },
    estimate: share ? withExactLimits(found[i] as Estimate, clusters) : (found[i] as Estimate),
  }));
}

function estimateOptions(
  rows: readonly { readonly cluster: string }[],
  unscored: number,
  { seed, level, resamples }: EvalFile["analysis"],
) {
  return {
    clusters: rows.map(({ cluster }) => cluster),
    unscored,
    ...{ seed, level, resamples: resamplesFor(rows.length, resamples) },
  };
}

/** A call without an answer is unscored, whatever the scorer, unless the file counts failures as wrong. */
function scoreOf(scorer: Scorer, { record, sample, judged }: FinishedCall, analysis: EvalFile["analysis"]): Score {
  const { answer, failure, notShown } = record;
  if (answer !== null) return scorer.score(answer, sample, judged[scorer.name] ?? null);
  if (notShown !== undefined) return unscored("not shown", notShown);
  if (analysis.failures === "wrong" && scorer.wrong !== undefined) return scorer.wrong(sample);
  return unscored(isRefusal(record) ? "refused" : "failed", failure?.message ?? "No answer");
}

/** What became of calls that could be shown, as shares of them, whatever is scored. */
type Asked = Pick<EvalFile, "task" | "analysis">;
const RATES: Readonly<Record<(typeof RATE_NAMES)[number], (record: CallRecord, asked: Asked) => boolean>> = {
  failure_rate: (record) => record.failure !== null && !isRefusal(record),
  refusal_rate: isRefusal,
  abstention_rate: ({ answer }, asked) => answer !== null && hasAbstained(answer, asked),
};

/** Whether a call that could be shown counts towards a rate; `null` of one that could not. */
export function countsTowards(rate: (typeof RATE_NAMES)[number], record: CallRecord, asked: Asked): boolean | null {
  return record.notShown === undefined ? RATES[rate](record, asked) : null;
}

/** A judgment may abstain in one reading only; what was measured need not hold any. */
function hasAbstained(answer: Answer, { task, analysis }: Asked): boolean {
  const { distribution, valence, arousal } = answer[analysis.reading];
  const hasReading = distribution !== null || valence !== null || arousal !== null;
  return task === "judge" ? !hasReading : answer.abstention !== null;
}

/** Failures, refusals and abstentions of one cell, each as a rate with its interval. */
export function answerRates(calls: readonly FinishedCall[], asked: Asked): readonly MetricResult[] {
  const shown = calls.filter(({ record }) => record.notShown === undefined);
  const rows = shown.map(({ sample }) => ({ cluster: clusterOfSample(sample) }));
  const options = estimateOptions(rows, calls.length - shown.length, asked.analysis);
  const rates = Object.entries(RATES);
  const found = estimates(
    rates.map(([, holds]) => meanStatistic(shown.map(({ record }) => (holds(record, asked) ? 1 : 0)))),
    rows.length,
    options,
  );
  return rates.map(([metric], i) => ({
    ...{ scorer: "answers", metric, better: "lower" as const },
    estimate: withExactLimits(found[i] as Estimate, new Set(options.clusters).size),
  }));
}

/** The rows that metrics see: scored calls only. */
export function rowsOf(calls: readonly ScoredCall[]): ScoredRow[] {
  const rows: ScoredRow[] = [];
  for (const { record, sample, score } of calls) {
    const { value, metadata } = score;
    if (value === null) continue;
    rows.push({ sampleId: record.sample, cluster: clusterOfSample(sample), value, metadata });
  }
  return rows;
}

function countReasons(calls: readonly ScoredCall[]): Partial<Record<UnscoredReason, number>> {
  const counts: Partial<Record<UnscoredReason, number>> = {};
  for (const { score } of calls) {
    if (score.unscored !== null) counts[score.unscored] = 1 + (counts[score.unscored] ?? 0);
  }
  return counts;
}
