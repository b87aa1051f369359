import { describe, expect, it } from "vitest";
import { plainValue } from "../../../src/domain/statistics/weighted-statistic.ts";
import {
  averagePrecisionStatistic,
  meanAveragePrecisionStatistic,
} from "../../../src/evaluation/metrics/average-precision.ts";
import {
  averageRecallStatistic,
  confusionMatrix,
  macroF1Statistic,
} from "../../../src/evaluation/metrics/classification.ts";
import {
  hammingLossStatistic,
  macroStatistic,
  microStatistic,
  subsetAccuracyStatistic,
} from "../../../src/evaluation/metrics/label-sets.ts";
import { reference } from "./reference.ts";

describe("one label per sample", () => {
  const { truth, predicted, macroF1, uar, confusion } = reference.classification;

  it("macro F1 and average recall agree with scikit-learn", () => {
    expect(plainValue(macroF1Statistic(truth, predicted), truth.length)).toBeCloseTo(macroF1, 12);
    expect(plainValue(averageRecallStatistic(truth, predicted), truth.length)).toBeCloseTo(uar, 12);
  });

  it("counts the same confusions as scikit-learn", () => {
    expect(confusionMatrix(truth, predicted).counts).toEqual(confusion);
  });

  it("leaves labels that never occur in the truth out of the mean, and is unscored without samples", () => {
    // joy: precision 1, recall 1/2; awe is a miss of joy, not a class of its own.
    expect(plainValue(macroF1Statistic(["joy", "joy"], ["joy", "awe"]), 2)).toBeCloseTo(2 / 3, 12);
    expect(plainValue(averageRecallStatistic([], []), 0)).toBeNull();
  });
});

describe("ranked categories", () => {
  const { truth, scores, ap, map } = reference.ranking;

  it("average precision agrees with scikit-learn, ties included", () => {
    for (const [category, expected] of ap.entries()) {
      const statistic = averagePrecisionStatistic(
        scores.map((row) => row[category] as number),
        truth.map((row) => row[category] === 1),
      );
      expect(plainValue(statistic, truth.length)).toBeCloseTo(expected, 12);
    }
  });

  it("their mean agrees too, and ignores categories that no sample has", () => {
    const samples = scores.map((row, i) => ({
      scores: [...row, 0.3],
      truth: new Set((truth[i] as number[]).flatMap((bit, category) => (bit === 1 ? [`c${category}`] : []))),
    }));
    const statistic = meanAveragePrecisionStatistic(samples, ["c0", "c1", "c2", "c3", "c4", "never"]);
    expect(plainValue(statistic, samples.length)).toBeCloseTo(map, 12);
  });

  it("is unscored without a positive sample", () => {
    expect(plainValue(averagePrecisionStatistic([0.2, 0.4], [false, false]), 2)).toBeNull();
  });
});

describe("label sets", () => {
  const asSet = (row: readonly number[]) => new Set(row.flatMap((bit, i) => (bit === 1 ? [`l${i}`] : [])));
  const { truth, predicted, ...expected } = reference.sets;
  const samples = truth.map((row, i) => ({ truth: asSet(row), predicted: asSet(predicted[i] as number[]) }));

  it.each([
    ["micro precision", microStatistic(samples, "precision"), expected.microP],
    ["micro recall", microStatistic(samples, "recall"), expected.microR],
    ["micro F1", microStatistic(samples, "f1"), expected.microF1],
    ["macro precision", macroStatistic(samples, "precision"), expected.macroP],
    ["macro recall", macroStatistic(samples, "recall"), expected.macroR],
    ["macro F1", macroStatistic(samples, "f1"), expected.macroF1],
    ["Hamming loss", hammingLossStatistic(samples, 5), expected.hamming],
    ["subset accuracy", subsetAccuracyStatistic(samples), expected.subset],
  ])("%s agrees with scikit-learn", (_name, statistic, value) => {
    expect(plainValue(statistic, samples.length)).toBeCloseTo(value, 12);
  });

  it("has no precision when nothing was predicted and no recall when nothing was there", () => {
    const empty = [{ truth: new Set(["joy"]), predicted: new Set<string>() }];
    expect(plainValue(microStatistic(empty, "precision"), 1)).toBeNull();
    expect(plainValue(microStatistic(empty, "recall"), 1)).toBe(0);
  });
});
