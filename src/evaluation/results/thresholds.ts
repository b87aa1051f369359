import type { EvalFile } from "../file/eval-file.ts";
import type { RunSummary } from "./summarise.ts";

/** Whether a condition reached what its evaluation asks of a metric. */
export interface ThresholdResult {
  readonly metric: string;
  /** `at least 0.6`. */
  readonly wanted: string;
  readonly cell: string;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** `unscored` where the metric has no value: nothing was scored, or no scorer has such a metric. */
  readonly state: "passed" | "failed" | "unscored";
}

/** Every threshold under every condition that was asked under. */
export function thresholdResults(
  { cells }: RunSummary,
  { thresholds }: Pick<EvalFile, "thresholds">,
): ThresholdResult[] {
  return thresholds.flatMap(({ metric, atLeast, atMost }) =>
    cells
      .filter(({ usage }) => usage.calls > 0)
      .map(({ cell, scorers }): ThresholdResult => {
        const found = scorers.flatMap(({ metrics }) => metrics).find((one) => one.metric === metric)?.estimate;
        const { value = null, low = null, high = null } = found ?? {};
        const isReached = value !== null && value >= (atLeast ?? -Infinity) && value <= (atMost ?? Infinity);
        const limits = [
          ...(atLeast === undefined ? [] : [`at least ${atLeast}`]),
          ...(atMost === undefined ? [] : [`at most ${atMost}`]),
        ];
        const state = value === null ? "unscored" : isReached ? "passed" : "failed";
        return { metric, wanted: limits.join(" and "), cell: cell.id, value, low, high, state };
      }),
  );
}

/** A threshold that was not passed, in a sentence. */
export function thresholdSentence({ metric, wanted, cell, value, state }: ThresholdResult): string {
  const found = value === null ? "could not be scored" : `is ${value.toFixed(3)}`;
  return `${metric.replaceAll("_", " ")} of "${cell}" ${found}, wanted ${wanted}: ${state}`;
}
