import { describe, expect, it } from "vitest";
import { createRandom } from "../../../src/domain/statistics/random.ts";
import {
  combinedStatistic,
  meanStatistic,
  ofGroups,
  shareStatistic,
  type WeightedStatistic,
} from "../../../src/domain/statistics/weighted-statistic.ts";
import { calibrationErrorStatistic } from "../../../src/evaluation/metrics/calibration.ts";
import { averageRecallStatistic, macroF1Statistic } from "../../../src/evaluation/metrics/classification.ts";
import { microStatistic } from "../../../src/evaluation/metrics/label-sets.ts";

const random = createRandom(3);
const UNITS = 101;
const SUBJECTS = 13;
const LABELS = ["awe", "fear", "joy"];

const numbers = () => Array.from({ length: UNITS }, () => random.real() - 0.3);
const labels = () => Array.from({ length: UNITS }, () => LABELS[random.below(3)] as string);
const sets = () => labels().map((label) => new Set([label, LABELS[random.below(3)] as string]));
const subjectOf = Uint32Array.from({ length: UNITS }, () => random.below(SUBJECTS));
const truthSets = sets();

describe("ofGroups", () => {
  it.each<[string, WeightedStatistic]>([
    ["a mean", meanStatistic(numbers())],
    ["a share", shareStatistic(numbers(), numbers().map(Math.abs))],
    ["a calibration error", calibrationErrorStatistic(numbers().map((x) => ({ confidence: x + 0.3, correct: x > 0 })))],
    ["a macro F1", macroF1Statistic(labels(), labels())],
    ["an average recall", averageRecallStatistic(labels(), labels())],
    [
      "a micro F1",
      microStatistic(
        sets().map((predicted, i) => ({ truth: truthSets[i] as Set<string>, predicted })),
        "f1",
      ),
    ],
    ["a statistic that knows nothing of groups", (weights) => weights.reduce((sum, one, i) => sum + one * i ** 2, 0)],
    [
      "the difference of two statistics",
      combinedStatistic([meanStatistic(numbers()), macroF1Statistic(labels(), labels())], ([a, b]) =>
        a === null || b === null ? null : a - b,
      ),
    ],
  ])("gives of subjects what %s gives of their units", (_name, statistic) => {
    const overSubjects = ofGroups(statistic, subjectOf, SUBJECTS);
    for (let round = 0; round < 20; round++) {
      const weights = Float64Array.from({ length: SUBJECTS }, () => random.below(4));
      const ofUnits = statistic(Float64Array.from(subjectOf, (subject) => weights[subject] as number));
      expect(overSubjects(weights)).toBeCloseTo(ofUnits as number, 12);
    }
    expect(overSubjects(new Float64Array(SUBJECTS))).toEqual(statistic(new Float64Array(UNITS)));
  });
});
