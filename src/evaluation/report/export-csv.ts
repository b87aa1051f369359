import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigurationError } from "../../domain/errors.ts";
import { readBytes } from "../../platform/read-file.ts";
import { writeParquet } from "../../platform/tables/write-parquet.ts";
import { type Cell, csvTable } from "../../platform/tables/write-table.ts";
import { keepInRun } from "../../runs/run-manifest.ts";
import { topLabel } from "../answer.ts";
import { gradesToGive } from "../judge/rubric-calls.ts";
import type { ScoredRun } from "./write-report.ts";

/**
 * Writes `metrics.csv`, `answers.csv`, `comparisons.csv` and `context-effects.csv` into the run's folder, and where a judge
 * graded the answers `to-grade.csv` for people to do so too. An empty cell
 * is a missing value (`NA` in R, `NaN` in pandas), never a zero. @returns their paths.
 *
 * @param parquet whether they are written as Parquet too.
 */
export async function exportCsv(scored: ScoredRun, parquet = false): Promise<string[]> {
  const tables: Readonly<Record<string, readonly Readonly<Record<string, Cell>>[]>> = {
    "metrics.csv": metricRows(scored),
    "answers.csv": answerRows(scored),
    "comparisons.csv": scored.comparisons.map((one) => ({ ...one })),
    "context-effects.csv": effectRows(scored),
    ...(scored.scorers.some(({ name }) => name === "rubric")
      ? { "to-grade.csv": gradesToGive(scored.summary, scored.file) }
      : {}),
  };
  const { folder } = scored.run;
  const paths: string[] = [];
  for (const [name, rows] of Object.entries(tables)) {
    await keepInRun(folder, name, csvTable(rows));
    paths.push(join(folder, name));
    // A table without rows has no columns either, and is no Parquet table.
    if (parquet && rows.length > 0) paths.push(await keepAsParquet(folder, name));
  }
  return paths;
}

/** Writes a table of a run as Parquet beside it. @returns its path. */
async function keepAsParquet(folder: string, name: string): Promise<string> {
  const place = await mkdtemp(join(tmpdir(), "kuleshov-parquet-"));
  const written = name.replace(/\.csv$/, ".parquet");
  const refuse = (reason: string) =>
    new ConfigurationError(`Cannot write ${name} as Parquet as ${reason}: \`${folder}\``);
  try {
    await writeParquet(join(folder, name), join(place, written), { meanings: new Map(), refuse });
    await keepInRun(folder, written, await readBytes(join(place, written)));
  } finally {
    await rm(place, { recursive: true, force: true });
  }
  return join(folder, written);
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
    effects.map(({ name, estimate, effectSize, pValue }) => ({
      condition,
      effect: name,
      value: estimate.value,
      low: estimate.low,
      high: estimate.high,
      d_z: effectSize,
      p: pValue,
      n: estimate.n,
      unscored: estimate.unscored,
    })),
  );
}

function conditionColumns({
  prompt,
  model,
  shots,
  examples,
  evidence,
  arm,
}: ScoredRun["summary"]["cells"][number]["cell"]["condition"]) {
  const shown = examples === undefined ? {} : { examples };
  return { prompt, model, shots, ...shown, evidence: evidence === "none" ? "none" : evidence.join("+"), arm };
}
