import { plainValue } from "../../domain/statistics/weighted-statistic.ts";
import type { ReadingName } from "../answer.ts";
import type { LabelReader } from "../label-reader.ts";
import {
  averagePrecisionStatistic,
  meanAveragePrecisionStatistic,
  type RankedSample,
} from "../metrics/average-precision.ts";
import { defineScorer, type ScoredRow, scored, unscored } from "../score.ts";

/** Average precision per category over ranked probabilities and their mean, as EMOTIC is scored. */
export function createRankingScorer(reader: LabelReader, reading: ReadingName) {
  return defineScorer<RankedSample>({
    name: "ranking",
    description: "Mean average precision over the taxonomy's categories (EMOTIC)",
    requires: ["labels"],
    score(answer, { truth }) {
      if (truth.labels === null) return unscored("no truth", "The sample has no label set");
      const { distribution } = answer[reading];
      if (distribution === null) return unscored("abstained", answer.abstention ?? "The reading gives no distribution");
      const given = new Map<string, number>();
      for (const { label, probability } of distribution) {
        const own = reader.read(label);
        if (own !== null) given.set(own, Math.max(probability, given.get(own) ?? 0));
      }
      const set = new Set(truth.labels.map((label) => reader.readOrKeep(label)));
      // A category that the answer does not name is ranked last: that is what its silence means in a ranking.
      const scores = reader.labels.map((label) => given.get(label) ?? 0);
      const mass = reader.labels.reduce((sum, label, i) => sum + (set.has(label) ? (scores[i] as number) : 0), 0);
      return scored(Math.min(1, mass), { scores, truth: set }, `True categories hold ${Math.round(mass * 100)} %`);
    },
    metrics: () => [
      {
        name: "mean_average_precision",
        better: "higher",
        statistic: (rows) => meanAveragePrecisionStatistic(samplesOf(rows), reader.labels),
      },
    ],
    tables(rows) {
      const samples = samplesOf(rows);
      const perCategory = reader.labels.map((label, index) => {
        const scores = samples.map((sample) => sample.scores[index] as number);
        const positive = samples.map((sample) => sample.truth.has(label));
        const value = plainValue(averagePrecisionStatistic(scores, positive), samples.length);
        return [label, positive.filter(Boolean).length, value] as const;
      });
      return [
        {
          type: "table",
          title: "Average precision per category",
          headers: ["category", "samples that have it", "average precision"],
          rows: perCategory,
        },
      ];
    },
  });
}

function samplesOf(rows: readonly ScoredRow<RankedSample>[]): RankedSample[] {
  return rows.map(({ metadata }) => metadata);
}
