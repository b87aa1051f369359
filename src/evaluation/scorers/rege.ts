import { meanStatistic } from "../../domain/statistics/weighted-statistic.ts";
import { type ReadingName, topLabel } from "../answer.ts";
import type { LabelReader } from "../label-reader.ts";
import { rougeL } from "../metrics/rouge-l.ts";
import { defineScorer, scored, unscored } from "../score.ts";

interface Parts {
  readonly recognition: number;
  readonly generation: number;
}

/** REGE of FABA-Bench: recognition (accuracy) plus generation (ROUGE-L F1), each times 100. */
export function createRegeScorer(reader: LabelReader, reading: ReadingName) {
  return defineScorer<Parts>({
    name: "rege",
    description: "REGE = 100 x accuracy + 100 x ROUGE-L F1 (FABA-Bench)",
    requires: ["label", "explanation"],
    score(answer, { truth }) {
      if (truth.label === null || truth.explanation === null) {
        return unscored("no truth", "REGE needs a label and a reference explanation");
      }
      const top = topLabel(answer[reading]);
      const overlap = rougeL(answer.explanation, truth.explanation);
      if (top === null || overlap === null) return unscored("abstained", "The answer gives no label or no explanation");
      const recognition = reader.readOrKeep(top.label) === reader.readOrKeep(truth.label) ? 100 : 0;
      const generation = 100 * overlap.f1;
      const explanation = `S_re ${recognition} + S_ge ${generation.toFixed(1)}`;
      return scored(recognition + generation, { recognition, generation }, explanation);
    },
    metrics: () => [
      { name: "rege", better: "higher", statistic: (rows) => meanStatistic(rows.map(({ value }) => value)) },
      {
        name: "rege_recognition",
        better: "higher",
        statistic: (rows) => meanStatistic(rows.map(({ metadata }) => metadata.recognition)),
      },
      {
        name: "rege_generation",
        better: "higher",
        statistic: (rows) => meanStatistic(rows.map(({ metadata }) => metadata.generation)),
      },
    ],
  });
}
