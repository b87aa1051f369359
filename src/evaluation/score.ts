import type { ScoreTable } from "../domain/score-table.ts";
import type { WeightedStatistic } from "../domain/statistics/weighted-statistic.ts";
import type { Answer } from "./answer.ts";
import type { CallRecord } from "./runner/call-record.ts";
import type { Sample, Truth } from "./sample.ts";

/** Why a score has no value. A failure is never a wrong answer. */
export type UnscoredReason =
  | "failed"
  | "refused"
  | "not shown"
  | "abstained"
  | "no truth"
  | "not measured"
  | "judge failed";

/** What one scorer says of one answer. `value: null` is unscored: counted apart, never 0. */
export interface Score<Metadata = unknown> {
  readonly value: number | null;
  readonly explanation: string;
  /** What metrics over many scores need beside the value. */
  readonly metadata: Metadata | null;
  readonly unscored: UnscoredReason | null;
}

/** A score with a value, as metrics see it. */
export interface ScoredRow<Metadata = unknown> {
  readonly sampleId: string;
  /** The unit of resampling. */
  readonly cluster: string;
  readonly value: number;
  readonly metadata: Metadata;
}

/** A number over many scores. */
export interface Metric<Metadata = unknown> {
  readonly name: string;
  /** Which direction is good; `null` where neither is. */
  readonly better: "higher" | "lower" | null;
  /** True when rows are put together (repeats of a sample, pairs), so that rows of two systems must not be mixed. */
  readonly grouped?: true;
  /** True of the share of rows that something holds of; where it holds of all or none, its interval is exact. */
  readonly share?: true;
  statistic(rows: readonly ScoredRow<Metadata>[]): WeightedStatistic;
}

/** What a dataset must say for a scorer to have anything to do. */
export type Requirement = keyof Truth | "options" | "pair" | "raters" | "ratings" | "repeats";

/** How an author writes a scorer. */
export interface ScorerDefinition<Metadata> {
  readonly name: string;
  readonly description: string;
  readonly requires: readonly Requirement[];
  /** `judged` is what a judge model said of the answer, for scorers that need one. */
  score(answer: Answer, sample: Sample, judged: CallRecord | null): Score<Metadata>;
  /** The score of a sample without an answer where failures count as wrong; without it they stay unscored. */
  wrong?(sample: Sample): Score<Metadata>;
  /** Numbers over the scored rows. The rows say which categories occur. */
  metrics(rows: readonly ScoredRow<Metadata>[]): readonly Metric<Metadata>[];
  tables?(rows: readonly ScoredRow<Metadata>[]): readonly ScoreTable[];
  /** What follows from the numbers, in sentences; `level` is that of the intervals. */
  notes?(rows: readonly ScoredRow<Metadata>[], level: number): readonly string[];
}

/** A scorer whose metadata is its own business. */
export type Scorer = ScorerDefinition<unknown>;

/** Hides the metadata's type, which only the scorer's own metrics read. */
export function defineScorer<Metadata>(definition: ScorerDefinition<Metadata>): Scorer {
  const own = (rows: readonly ScoredRow[]) => rows as readonly ScoredRow<Metadata>[];
  const { tables, wrong, notes } = definition;
  return {
    name: definition.name,
    description: definition.description,
    requires: definition.requires,
    score: (answer, sample, judged) => definition.score(answer, sample, judged),
    metrics: (rows) =>
      definition.metrics(own(rows)).map(({ statistic, ...metric }) => ({
        ...metric,
        statistic: (some) => statistic(own(some)),
      })),
    ...(wrong === undefined ? {} : { wrong }),
    ...(tables === undefined ? {} : { tables: (rows) => tables(own(rows)) }),
    ...(notes === undefined ? {} : { notes: (rows, level) => notes(own(rows), level) }),
  };
}

/** A score with a value. */
export function scored<Metadata>(value: number, metadata: Metadata, explanation: string): Score<Metadata> {
  return { value, explanation, metadata, unscored: null };
}

/** What stands where an answer would in tables that count failures as wrong. */
export const NO_ANSWER = "no answer";

/** A score without one. */
export function unscored(reason: UnscoredReason, explanation: string): Score<never> {
  return { value: null, explanation, metadata: null, unscored: reason };
}
