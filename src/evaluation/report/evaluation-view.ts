import type { ContextView, DifferencesView, EvaluationView, MetricView } from "../../pages/evaluation-view.ts";
import { readable } from "../../pages/evaluation-view.ts";
import { type Comparison, comparisonSummary, hasPairs, holdsUp } from "../results/compare.ts";
import type { MetricResult } from "../results/score-cell.ts";
import type { CellResult, RunSummary } from "../results/summarise.ts";
import { thresholdSentence } from "../results/thresholds.ts";
import type { AnswerCache } from "../runner/answer-cache.ts";
import { shortNames } from "../runner/plan.ts";
import type { StoredRun } from "../runner/stored-run.ts";
import { dosesOf } from "./dose.ts";
import { methodsParagraph } from "./methods-paragraph.ts";
import { stimulusRows } from "./stimulus-rows.ts";
import { type ShowSample, thumbnail, worstCases } from "./worst-cases.ts";
import type { ScoredRun } from "./write-report.ts";

/** Where images of a run are seen; each may give `null` for one that is not. */
interface Images {
  /** Of a stimulus, by its path. */
  readonly stimulus?: (path: string) => Promise<string | null>;
  readonly sample?: ShowSample;
}

/** A scored run as its page shows it. @param images small `data:` addresses where left out. */
export async function evaluationView(
  scored: ScoredRun,
  cache: AnswerCache,
  { stimulus = thumbnail, sample = thumbnail }: Images = {},
): Promise<EvaluationView> {
  const { run, file, summary, comparisons, contextEffects, audits, thresholds } = scored;
  const { header, samples } = run;
  const short = shortNames(summary.cells.map(({ cell }) => cell));
  const shortOf = (id: string) => short.get(id) ?? id;
  const worst = await Promise.all(summary.cells.map((cell) => worstCases(cell, cache, sample)));
  return {
    name: file.name,
    description: file.description ?? null,
    samples: samples.length,
    ...{ createdAt: header.createdAt, kuleshovVersion: header.kuleshovVersion },
    notes: notesOf(run, summary, scored),
    thresholds: thresholds.map((one) => ({
      passed: one.state === "passed",
      sentence: thresholdSentence({ ...one, cell: shortOf(one.cell) }),
    })),
    differences: differencesOf(comparisons, shortOf),
    doses: dosesOf(scored),
    context: contextOf(contextEffects, await stimulusRows(scored, stimulus)),
    audits,
    conditions: summary.cells.map((cell) => conditionOf(cell, shortOf(cell.cell.id))),
    worst: worst.flat().map((one) => ({ ...one, cell: shortOf(one.cell) })),
    methods: methodsParagraph({ run, file, summary }),
    identities: JSON.stringify(header.identities, null, 2),
    file: header.evalFileText,
  };
}

function notesOf({ header }: StoredRun, { cells }: RunSummary, { fixed, scoredBy }: ScoredRun): readonly string[] {
  const { skippedRows } = header;
  const some = skippedRows.slice(0, 5).map(({ where, reason }) => `${where} (${reason})`);
  return [
    ...fixed,
    ...(scoredBy === null ? [] : [`Scored anew, by scorers, analysis and thresholds of ${scoredBy}`]),
    ...cells.filter(({ usage }) => usage.calls === 0).map(({ cell }) => `Nothing was asked yet under "${cell.id}"`),
    ...(skippedRows.length === 0
      ? []
      : [`${skippedRows.length} rows of the dataset were left out: ${some.join("; ")}`]),
  ];
}

function differencesOf(all: readonly Comparison[], shortOf: (id: string) => string): DifferencesView | null {
  const [first] = all;
  if (first === undefined) return null;
  return { first: shortOf(first.first), summary: comparisonSummary(all), rows: differenceRows(all, shortOf) };
}

/** Comparisons that have pairs, as a page shows them. */
export function differenceRows(all: readonly Comparison[], shortOf: (id: string) => string): DifferencesView["rows"] {
  return all.filter(hasPairs).map((one) => {
    const { difference, low, high, pairs, test, pValue, adjustedPValue } = one;
    return {
      ...{ condition: shortOf(one.second), metric: readable(one.metric), holds: holdsUp(one) },
      ...{ difference, low, high, pairs, test, pValue, adjustedPValue },
    };
  });
}

function contextOf(all: ScoredRun["contextEffects"], rows: ContextView["rows"]): ContextView | null {
  const effects = all
    .filter((one) => one.effects.length > 0)
    .map(({ condition, effects: own }) => ({ condition, effects: own }));
  return effects.length === 0 ? null : { rows, conditions: all.map(({ condition }) => condition), effects };
}

function conditionOf({ cell, usage, rates, scorers, groups }: CellResult, short: string) {
  return {
    ...{ id: cell.id, short },
    metrics: scorers.flatMap(({ metrics }) => metrics.map(metricOf)),
    rates: rates.map(metricOf),
    scorers: scorers.map(({ scorer, tables, notes, unscored }) => ({
      ...{ scorer, tables, notes },
      unscored: Object.entries(unscored).map(([reason, n]) => `${n} ${reason}`),
    })),
    groups: groups.map(({ column, value, scorers: own }) => ({
      ...{ column, value },
      metrics: own.flatMap(({ metrics }) => metrics.map(metricOf)),
    })),
    usage: {
      ...usage,
      failures: Object.entries(usage.failures).map(([kind, n]) => `${n} ${kind}`),
    },
  };
}

function metricOf({ scorer, metric, better, estimate }: MetricResult): MetricView {
  return { scorer, metric, better, estimate };
}
