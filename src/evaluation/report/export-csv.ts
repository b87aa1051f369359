import { join } from "node:path";
import { type Cell, csvTable } from "../../platform/tables/write-table.ts";
import { keepInRun } from "../../runs/run-manifest.ts";
import { topLabel } from "../answer.ts";
import { gradesToGive } from "../judge/person-grades.ts";
import type { ScoredRun } from "./write-report.ts";

/**
 * Writes `metrics.csv`, `answers.csv`, `comparisons.csv` and `context-effects.csv` into the run's folder, and where a judge
 * graded the answers `to-grade.csv` for people to do so too. An empty cell
 * is a missing value (`NA` in R, `NaN` in pandas), never a zero. @returns their paths.
 */
export async function exportCsv(scored: ScoredRun): Promise<string[]> {
  const tables: Readonly<Record<string, readonly Readonly<Record<string, Cell>>[]>> = {
    "metrics.csv": metricRows(scored),
    "answers.csv": answerRows(scored),
    "comparisons.csv": scored.comparisons.map((one) => ({ ...one })),
    "context-effects.csv": effectRows(scored),
    ...(scored.scorers.some(({ name }) => name === "rubric")
      ? { "to-grade.csv": gradesToGive(scored.summary, scored.file.rubric) }
      : {}),
  };
  return Promise.all(
    Object.entries(tables).map(async ([name, rows]) => {
      const path = join(scored.run.folder, name);
      await keepInRun(scored.run.folder, name, csvTable(rows));
      return path;
    }),
  );
}

function metricRows({ summary }: ScoredRun): Record<string, Cell>[] {
  return summary.cells.flatMap(({ cell, scorers, rates, groups }) => {
    const all = [{ column: null, value: null, scorers: [...scorers, { metrics: rates }] }, ...groups];
    return all.flatMap(({ column, value, scorers: own }) =>
      own.flatMap(({ metrics }) =>
        metrics.map(({ scorer, metric, better, estimate }) => ({
          ...conditionColumns(cell.condition),
          group_column: column,
          group_value: value,
          scorer,
          metric,
          better,
          value: estimate.value,
          low: estimate.low,
          high: estimate.high,
          level: estimate.level,
          n: estimate.n,
          unscored: estimate.unscored,
        })),
      ),
    );
  });
}

function answerRows({ summary }: ScoredRun): Record<string, Cell>[] {
  return summary.cells.flatMap(({ cell, scorers }) => {
    const [first] = scorers;
    return (first?.calls ?? []).map(({ record, sample }, i) => {
      const top = record.answer === null ? null : topLabel(record.answer.integrated);
      const scores = scorers.map(({ scorer, calls }) => [`score_${scorer}`, calls[i]?.score.value ?? null] as const);
      return {
        sample: sample.id,
        subject: sample.subject,
        ...conditionColumns(cell.condition),
        seed: record.seed,
        repeat: record.repeat,
        true_label: sample.truth.label ?? sample.truth.choice ?? sample.truth.labels?.join("|") ?? null,
        answer_label: record.answer?.choice ?? top?.label ?? null,
        answer_probability: record.answer?.confidence ?? top?.probability ?? null,
        valence: record.answer?.integrated.valence ?? null,
        arousal: record.answer?.integrated.arousal ?? null,
        true_valence: sample.truth.valence,
        true_arousal: sample.truth.arousal,
        ...Object.fromEntries(scores),
        failure: record.failure?.message ?? null,
        not_shown: record.notShown ?? null,
        abstention: record.answer?.abstention ?? null,
        cached: record.cached,
        latency_ms: record.usage?.latencyMs ?? null,
        input_tokens: record.usage?.inputTokens ?? null,
        output_tokens: record.usage?.outputTokens ?? null,
        cost_usd: record.costUsd,
      };
    });
  });
}

function effectRows({ contextEffects }: ScoredRun): Record<string, Cell>[] {
  return contextEffects.flatMap(({ condition, effects }) =>
    effects.map(({ name, estimate, effectSize }) => ({
      condition,
      effect: name,
      value: estimate.value,
      low: estimate.low,
      high: estimate.high,
      d_z: effectSize,
      n: estimate.n,
      unscored: estimate.unscored,
    })),
  );
}

function conditionColumns({
  prompt,
  model,
  shots,
  evidence,
  arm,
}: ScoredRun["summary"]["cells"][number]["cell"]["condition"]) {
  return { prompt, model, shots, evidence: evidence === "none" ? "none" : evidence.join("+"), arm };
}
