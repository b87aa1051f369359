import { mean, quantileOfSorted } from "../../domain/statistics/summary.ts";
import type { CallRecord } from "../runner/call-record.ts";

/** What the calls of a cell took. `null` is unknown. */
export interface UsageSummary {
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
export function usageOf(records: readonly CallRecord[]): UsageSummary {
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
