import { meanStatistic } from "../../domain/statistics/weighted-statistic.ts";
import { jsonIn } from "../../judging/answer-json.ts";
import { type EmerRatings, readRatings } from "../judge/judge-calls.ts";
import { defineScorer, type Metric, scored, unscored } from "../score.ts";

/** EMER's ratings by a judge model: clue overlap, label overlap and plausibility, 1 to 10. */
export function createEmerScorer() {
  return defineScorer<EmerRatings>({
    name: "emer",
    description: "Clue overlap, label overlap and plausibility as a judge model rates them (1 to 10; not an accuracy)",
    requires: ["explanation"],
    score(_answer, { truth }, judged) {
      if (truth.explanation === null) return unscored("no truth", "The sample has no reference explanation");
      if (judged === null) return unscored("judge failed", "The judge has not rated this answer");
      if (judged.answer === null)
        return unscored("judge failed", judged.failure?.message ?? "The judge gave no ratings");
      const ratings = readRatings(jsonIn(judged.answer.text));
      if ("problem" in ratings) return unscored("judge failed", ratings.problem);
      const mean = (ratings.clueOverlap + ratings.labelOverlap) / 2;
      return scored(mean, ratings, `clues ${ratings.clueOverlap}, label ${ratings.labelOverlap} of 10`);
    },
    metrics: () => [
      meanOf("clue_overlap", ({ clueOverlap }) => clueOverlap),
      meanOf("label_overlap", ({ labelOverlap }) => labelOverlap),
      meanOf("plausibility", ({ plausibility }) => plausibility),
    ],
  });
}

function meanOf(name: string, pick: (ratings: EmerRatings) => number): Metric<EmerRatings> {
  return {
    name,
    better: "higher",
    statistic: (rows) => meanStatistic(rows.map(({ metadata }) => pick(metadata))),
  };
}
