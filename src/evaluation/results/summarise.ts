import { mean, quantileOfSorted } from "../../domain/statistics/summary.ts";
import type { EvalFile } from "../file/eval-file.ts";
import type { CallRecord } from "../runner/call-record.ts";
import { type Cell, cellsOf } from "../runner/plan.ts";
import type { Sample } from "../sample.ts";
import type { Scorer } from "../score.ts";
import { answerRates, type FinishedCall, type MetricResult, once, type ScorerResult, scoreCell } from "./score-cell.ts";

/** One cell's results. */
export interface CellResult {
  readonly cell: Cell;
  readonly usage: UsageSummary;
  /** How often calls failed, were refused, and abstained. */
  readonly rates: readonly MetricResult[];
  readonly scorers: readonly ScorerResult[];
  /** The same scorers over the samples with one value of a dataset column. */
  readonly groups: readonly {
    readonly column: string;
    readonly value: string;
    readonly scorers: readonly ScorerResult[];
  }[];
}

/** A run's results, cell by cell in the order of the matrix. Cells without any finished call are there, empty. */
export interface RunSummary {
  readonly cells: readonly CellResult[];
}

/** Scores every finished call and summarises every cell. */
export function summarise(
  records: readonly CallRecord[],
  samples: readonly Sample[],
  {
    file,
    scorers,
    judged = new Map(),
  }: {
    readonly file: EvalFile;
    readonly scorers: readonly Scorer[];
    /** By the id of the call that was judged. */
    readonly judged?: ReadonlyMap<string, FinishedCall["judged"]>;
  },
): RunSummary {
  const places = new Map(samples.map((sample, place) => [sample.id, place]));
  const placeOf = ({ sample }: CallRecord) => places.get(sample) ?? samples.length;
  // Not as they came: the same answers give the same intervals.
  const inOrder = records.toSorted((a, b) => placeOf(a) - placeOf(b) || a.seed - b.seed || a.repeat - b.repeat);
  const byCell = new Map<string, FinishedCall[]>();
  for (const record of inOrder) {
    const sample = samples[placeOf(record)];
    if (sample === undefined) continue;
    const known = byCell.get(record.cell);
    const call = { record, sample, judged: judged.get(record.call) ?? {} };
    if (known === undefined) byCell.set(record.cell, [call]);
    else known.push(call);
  }
  return {
    cells: cellsOf(file.matrix, file.fewShot?.audit).map((cell) => {
      const calls = byCell.get(cell.id) ?? [];
      const rates = once(() => answerRates(calls, file));
      const groups = once(() =>
        groupsOf(calls, file.analysis.groupBy).map(({ column, value, calls: own }) => ({
          column,
          value,
          scorers: scorers.map((scorer) => scoreCell(scorer, own, file.analysis)),
        })),
      );
      return {
        cell,
        usage: usageOf(calls.map(({ record }) => record)),
        get rates() {
          return rates();
        },
        scorers: scorers.map((scorer) => scoreCell(scorer, calls, file.analysis)),
        get groups() {
          return groups();
        },
      };
    }),
  };
}

function groupsOf<T extends { readonly sample: Sample }>(calls: readonly T[], columns: readonly string[]) {
  return columns.flatMap((column) => {
    const values = [...new Set(calls.flatMap(({ sample }) => sample.columns[column] ?? []))].sort();
    return values.map((value) => ({
      column,
      value,
      calls: calls.filter(({ sample }) => sample.columns[column] === value),
    }));
  });
}

/** What the calls of a cell took. `null` is unknown. */
interface UsageSummary {
  readonly calls: number;
  readonly answered: number;
  readonly cached: number;
  /** Failures by the error's name. */
  readonly failures: Readonly<Record<string, number>>;
  readonly latencyMs: { readonly mean: number | null; readonly median: number | null; readonly p95: number | null };
  /** Mean per answered call whose server counts tokens. */
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  /** Paid in this run, of the calls whose price is known. */
  readonly paidUsd: number;
  /** Calls that cost something unknown. */
  readonly unpriced: number;
}

/** Latency, tokens and cost of some calls. Cached answers keep the latency of when they were first asked. */
function usageOf(records: readonly CallRecord[]): UsageSummary {
  const answered = records.filter(({ answer }) => answer !== null);
  const latencies = Float64Array.from(answered.flatMap(({ usage }) => usage?.latencyMs ?? [])).sort();
  const failures: Record<string, number> = {};
  for (const { failure } of records) {
    if (failure !== null) failures[failure.kind] = 1 + (failures[failure.kind] ?? 0);
  }
  return {
    calls: records.length,
    answered: answered.length,
    cached: records.filter(({ cached }) => cached).length,
    failures,
    latencyMs: {
      mean: mean(latencies),
      median: quantileOfSorted(latencies, 0.5),
      p95: quantileOfSorted(latencies, 0.95),
    },
    inputTokens: mean(answered.flatMap(({ usage }) => usage?.inputTokens ?? [])),
    outputTokens: mean(answered.flatMap(({ usage }) => usage?.outputTokens ?? [])),
    paidUsd: records.reduce((sum, { costUsd }) => (costUsd === null ? sum : sum + costUsd), 0),
    unpriced: records.filter(({ costUsd }) => costUsd === null).length,
  };
}
