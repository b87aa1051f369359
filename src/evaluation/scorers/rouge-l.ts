import { meanStatistic } from "../../domain/statistics/weighted-statistic.ts";
import { rougeL } from "../metrics/rouge-l.ts";
import { defineScorer, scored, unscored } from "../score.ts";

/** Longest common subsequence of words between the explanation and a reference. */
export function createRougeLScorer() {
  return defineScorer<null>({
    name: "rouge-l",
    description: "ROUGE-L F1 of the explanation against the reference text",
    requires: ["explanation"],
    score(answer, { truth }) {
      if (truth.explanation === null) return unscored("no truth", "The sample has no reference explanation");
      const overlap = rougeL(answer.explanation, truth.explanation);
      if (overlap === null) return unscored("abstained", "The answer explains nothing");
      return scored(overlap.f1, null, `P ${overlap.precision.toFixed(2)}, R ${overlap.recall.toFixed(2)}`);
    },
    metrics: () => [
      { name: "rouge_l", better: "higher", statistic: (rows) => meanStatistic(rows.map(({ value }) => value)) },
    ],
  });
}
