import type { ScoreTable } from "../domain/score-table.ts";
import type { Estimate } from "../domain/statistics/estimate.ts";
import type { StimulusRow } from "./stimulus-rows.tsx";

/** An evaluation as its page shows it: everything computed, conditions named. */
export interface EvaluationView {
  readonly name: string;
  readonly description: string | null;
  readonly samples: number;
  readonly createdAt: string;
  readonly kuleshovVersion: string;
  readonly notes: readonly string[];
  readonly thresholds: readonly { readonly passed: boolean; readonly sentence: string }[];
  /** Of the other conditions from the first; `null` where there is one. */
  readonly differences: DifferencesView | null;
  /** What examples buy, where three numbers of them or more were shown. */
  readonly doses: readonly DoseView[];
  readonly context: ContextView | null;
  readonly audits: readonly AuditView[];
  readonly conditions: readonly ConditionView[];
  readonly worst: readonly WorstCase[];
  readonly methods: string;
  /** What determined the answers, as JSON. */
  readonly identities: string;
  /** The evaluation file. */
  readonly file: string;
}

export interface MetricView {
  readonly scorer: string;
  readonly metric: string;
  readonly better: "higher" | "lower" | null;
  readonly estimate: Estimate;
}

export interface ConditionView {
  readonly id: string;
  /** As short as tells it from the others. */
  readonly short: string;
  readonly metrics: readonly MetricView[];
  /** How often calls failed, were refused, and abstained. */
  readonly rates: readonly MetricView[];
  readonly scorers: readonly {
    readonly scorer: string;
    readonly tables: readonly ScoreTable[];
    /** What follows from the numbers, in sentences. */
    readonly notes: readonly string[];
    /** Why scores are missing, e.g. `3 abstained`. */
    readonly unscored: readonly string[];
  }[];
  readonly groups: readonly {
    readonly column: string;
    readonly value: string;
    readonly metrics: readonly MetricView[];
  }[];
  readonly usage: {
    readonly calls: number;
    readonly answered: number;
    readonly cached: number;
    readonly failures: readonly string[];
    readonly latencyMs: { readonly median: number | null; readonly p95: number | null };
    /** Means of calls; `null` where nobody counted. */
    readonly inputTokens: number | null;
    readonly outputTokens: number | null;
    readonly paidUsd: number;
    readonly unpriced: number;
  };
}

export interface DifferencesView {
  readonly first: string;
  /** How many hold up, in a sentence without its full stop. */
  readonly summary: string;
  readonly rows: readonly {
    readonly condition: string;
    readonly metric: string;
    readonly difference: number | null;
    readonly low: number | null;
    readonly high: number | null;
    readonly pairs: number;
    readonly test: string;
    readonly pValue: number | null;
    readonly adjustedPValue: number | null;
    readonly holds: boolean;
  }[];
}

/** One metric over the number of examples that were shown. */
export interface DoseView {
  /** What else was the same; `null` where there is one such series. */
  readonly condition: string | null;
  readonly metric: string;
  /** Fewest examples first. */
  readonly points: readonly {
    readonly shots: number;
    readonly value: number | null;
    readonly low: number | null;
    readonly high: number | null;
  }[];
  /** Each number held against the next smaller. */
  readonly steps: readonly (Omit<DifferencesView["rows"][number], "condition" | "metric"> & {
    readonly from: number;
    readonly to: number;
  })[];
}

export interface ContextView {
  readonly rows: readonly StimulusRow[];
  /** Of the rows' readings, in their order. */
  readonly conditions: readonly string[];
  readonly effects: readonly {
    readonly condition: string;
    readonly effects: readonly {
      readonly name: string;
      readonly meaning: string;
      readonly sentence: string;
      readonly estimate: Estimate;
      readonly effectSize: number | null;
      readonly pValue: number | null;
    }[];
  }[];
}

interface AuditView {
  readonly condition: string;
  readonly orderSensitivity: Estimate | null;
  readonly influences: readonly {
    readonly exemplar: string;
    readonly answers: number;
    readonly divergence: number | null;
    readonly flips: number;
  }[];
}

/** One answer that went most wrong, with what it rested on. */
export interface WorstCase {
  readonly cell: string;
  readonly sample: string;
  readonly truth: string;
  readonly answer: string;
  readonly explanation: string;
  /** Its address; `null` without an image or when it is gone. */
  readonly image: string | null;
  /** Claims with their verdicts and the evidence they cite; `null` when the whole answer is not kept any more. */
  readonly claims:
    | readonly { readonly statement: string; readonly verdict: string; readonly evidence: string }[]
    | null;
}

/** `macro_f1` as people write it, and `pass_hat_3` as the field does. */
export function readable(metric: string): string {
  const written = metric
    .replace(/^pass_hat_(?=\d+$)/, "pass^")
    .replace(/^tar_raw_at_(?=\d+$)/, "TARr@")
    .replace(/^tar_answer_at_(?=\d+$)/, "TARa@");
  return written.replaceAll("_", " ");
}
