import { concordanceStatistic, pearsonStatistic } from "../../domain/statistics/correlation.ts";
import { meanStatistic } from "../../domain/statistics/weighted-statistic.ts";
import type { ReadingName } from "../answer.ts";
import { defineScorer, type ScoredRow, scored, unscored } from "../score.ts";
import { sameSign } from "./over-time.ts";

interface Pair {
  readonly truth: number;
  readonly given: number;
}

/** Valence or arousal against the truth, both on -1..1: mean absolute error, Pearson's r, concordance, sign agreement. */
export function createAffectScorer(dimension: "valence" | "arousal", reading: ReadingName) {
  return defineScorer<Pair>({
    name: dimension,
    description: `Perceived ${dimension} on -1..1: mean absolute error, Pearson's r, concordance, sign agreement`,
    requires: [dimension],
    score(answer, sample) {
      const truth = sample.truth[dimension];
      if (truth === null) return unscored("no truth", `The sample has no ${dimension}`);
      const given = answer[reading][dimension];
      if (given === null) return unscored("abstained", `The answer gives no ${dimension}`);
      const error = Math.abs(given - truth);
      return scored(error, { truth, given }, `${given.toFixed(2)} for ${truth.toFixed(2)}`);
    },
    metrics: () => [
      {
        name: `${dimension}_sagr`,
        better: "higher",
        statistic: (rows) => meanStatistic(rows.map(({ metadata }) => sameSign(metadata.truth, metadata.given))),
      },
      {
        name: `${dimension}_mae`,
        better: "lower",
        statistic: (rows) => meanStatistic(rows.map(({ value }) => value)),
      },
      { name: `${dimension}_r`, better: "higher", statistic: (rows) => pearsonStatistic(...columnsOf(rows)) },
      { name: `${dimension}_ccc`, better: "higher", statistic: (rows) => concordanceStatistic(...columnsOf(rows)) },
    ],
  });
}

function columnsOf(rows: readonly ScoredRow<Pair>[]): [number[], number[]] {
  return [rows.map(({ metadata }) => metadata.truth), rows.map(({ metadata }) => metadata.given)];
}
