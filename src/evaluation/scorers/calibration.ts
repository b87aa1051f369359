import { meanStatistic } from "../../domain/statistics/weighted-statistic.ts";
import { type ReadingName, topLabel } from "../answer.ts";
import type { LabelReader } from "../label-reader.ts";
import {
  brierScore,
  type ConfidentAnswer,
  calibrationErrorStatistic,
  reliabilityBins,
} from "../metrics/calibration.ts";
import { defineScorer, scored, unscored } from "../score.ts";

/** Whether stated probabilities come true: expected calibration error over 15 bins and Brier score. */
export function createCalibrationScorer(reader: LabelReader, reading: ReadingName) {
  return defineScorer<ConfidentAnswer>({
    name: "calibration",
    description: "Expected calibration error (15 bins) and Brier score of the stated probabilities",
    requires: ["label"],
    score(answer, { truth }) {
      if (truth.label === null) return unscored("no truth", "The sample has no label");
      const { distribution } = answer[reading];
      const top = topLabel(answer[reading]);
      if (distribution === null || top === null) return unscored("abstained", "The reading gives no distribution");
      const probabilities = new Map<string, number>();
      for (const { label, probability } of distribution) {
        const own = reader.readOrKeep(label);
        probabilities.set(own, probability + (probabilities.get(own) ?? 0));
      }
      const expected = reader.readOrKeep(truth.label);
      const confidence = Math.min(1, top.probability);
      const correct = reader.readOrKeep(top.label) === expected;
      return scored(
        brierScore(probabilities, expected),
        { confidence, correct },
        `${Math.round(confidence * 100)} % sure and ${correct ? "right" : "wrong"}`,
      );
    },
    metrics: () => [
      {
        name: "expected_calibration_error",
        better: "lower",
        statistic: (rows) => calibrationErrorStatistic(rows.map(({ metadata }) => metadata)),
      },
      {
        name: "brier_score",
        better: "lower",
        statistic: (rows) => meanStatistic(rows.map(({ value }) => value)),
      },
    ],
    tables: (rows) => [
      { type: "reliability", title: "Reliability", bins: reliabilityBins(rows.map(({ metadata }) => metadata)) },
    ],
  });
}
