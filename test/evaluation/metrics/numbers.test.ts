import { describe, expect, it } from "vitest";
import { valueSpreads } from "../../../src/domain/statistics/fixed-values.ts";
import { plainValue } from "../../../src/domain/statistics/weighted-statistic.ts";
import { presenceF1Statistic, skewNormalisedF1Statistic } from "../../../src/evaluation/metrics/action-units.ts";
import { brierScore, calibrationErrorStatistic, reliabilityBins } from "../../../src/evaluation/metrics/calibration.ts";
import {
  actionUnitClaimStatistic,
  claimCounts,
  claimShareStatistic,
  claimsAgainst,
} from "../../../src/evaluation/metrics/faithfulness.ts";
import { rougeL } from "../../../src/evaluation/metrics/rouge-l.ts";
import { agreementOfRepeats } from "../../../src/evaluation/metrics/total-agreement.ts";
import { reference } from "./reference.ts";

describe("action unit presence", () => {
  // 3 hits, 1 miss, 2 false alarms, 4 rejections.
  const truth = [true, true, true, true, false, false, false, false, false, false];
  const predicted = [true, true, true, false, true, true, false, false, false, false];

  it("F1 counts hits against misses and false alarms", () => {
    expect(plainValue(presenceF1Statistic(truth, predicted), 10)).toBeCloseTo(6 / 9, 12);
  });

  it("skew-normalised F1 is what F1 becomes when both kinds are equally frequent", () => {
    const statistic = skewNormalisedF1Statistic(truth, predicted);
    // TPR 3/4, FPR 1/3: 1.5 / (1 + 0.75 + 0.3333).
    expect(plainValue(statistic, 10)).toBeCloseTo(1.5 / (1.75 + 1 / 3), 12);
    // Thinning the absent samples to a third changes F1 but not the normalised one.
    const weights = Float64Array.from(truth, (shown) => (shown ? 3 : 1));
    expect(statistic(weights)).toBeCloseTo(1.5 / (1.75 + 1 / 3), 12);
    expect(presenceF1Statistic(truth, predicted)(weights)).not.toBeCloseTo(6 / 9, 3);
  });

  it("is unscored where an action unit is neither shown nor claimed", () => {
    expect(plainValue(presenceF1Statistic([false, false], [false, false]), 2)).toBeNull();
    expect(plainValue(skewNormalisedF1Statistic([true], [true]), 1)).toBeNull();
  });
});

describe("ROUGE-L", () => {
  it.each(reference.rouge)("agrees with rouge_score: $candidate", ({ candidate, reference: text, ...expected }) => {
    expect(rougeL(candidate, text)).toEqual({
      precision: expect.closeTo(expected.precision, 12),
      recall: expect.closeTo(expected.recall, 12),
      f1: expect.closeTo(expected.f1, 12),
    });
  });

  it("is unscored without words", () => {
    expect(rougeL("...", "a smile")).toBeNull();
  });
});

describe("calibration", () => {
  it("sums the gaps of the bins by their size", () => {
    // Bin (9/15, 10/15]: confidences .62 and .66, one right: |.5 - .64|. Bin (14/15, 1]: .95 wrong.
    const answers = [
      { confidence: 0.62, correct: true },
      { confidence: 0.66, correct: false },
      { confidence: 0.95, correct: false },
      { confidence: 1, correct: true },
    ];
    // Last bin: mean confidence .975, accuracy .5.
    expect(plainValue(calibrationErrorStatistic(answers), 4)).toBeCloseTo((2 / 4) * 0.14 + (2 / 4) * 0.475, 12);
    expect(reliabilityBins(answers).filter((bin) => bin.n > 0)).toEqual([
      { from: 9 / 15, to: 10 / 15, n: 2, meanConfidence: 0.64, accuracy: 0.5 },
      { from: 14 / 15, to: 1, n: 2, meanConfidence: 0.975, accuracy: 0.5 },
    ]);
  });

  it("puts a confidence of 0 into the lowest bin and leaves empty bins without numbers", () => {
    const bins = reliabilityBins([{ confidence: 0, correct: false }], 2);
    expect(bins).toEqual([
      { from: 0, to: 0.5, n: 1, meanConfidence: 0, accuracy: 0 },
      { from: 0.5, to: 1, n: 0, meanConfidence: null, accuracy: null },
    ]);
  });

  it("Brier score agrees with NumPy over whole distributions", () => {
    const { probabilities, labels, truth, value } = reference.brier;
    const scores = probabilities.map((row, i) =>
      brierScore(new Map(labels.map((label, k) => [label, row[k] as number])), truth[i] as string),
    );
    expect(scores.reduce((sum, score) => sum + score, 0) / scores.length).toBeCloseTo(value, 12);
  });

  it("charges the whole square for a true label that was given no probability", () => {
    expect(brierScore(new Map([["joy", 1]]), "awe")).toBe(2);
  });
});

describe("fixed values", () => {
  it("suspects numbers that take few values over many answers, and says how much they vary", () => {
    const habit = Array.from({ length: 40 }, (_, i) => (i % 4 === 0 ? 0.8 : 0.9));
    const free = Array.from({ length: 40 }, (_, i) => i / 40);
    const [first, second] = valueSpreads(
      new Map([
        ["joy", habit],
        ["fear", free],
      ]),
    );
    expect(first).toMatchObject({ n: 40, distinct: 2, commonest: 0.9, commonestShare: 0.75, suspect: true });
    expect(first?.variance).toBeCloseTo((40 / 39) * 0.001875, 12);
    expect(second).toMatchObject({ distinct: 40, suspect: false });
  });

  it("does not suspect a handful of answers", () => {
    expect(valueSpreads(new Map([["joy", [0.9, 0.9]]]))[0]?.suspect).toBe(false);
  });
});

describe("agreement over repeats", () => {
  it("is total only when every repeat is the same", () => {
    expect(agreementOfRepeats(["joy", "joy", "joy"])).toEqual({ repeats: 3, total: true, pairwise: 1 });
    expect(agreementOfRepeats(["joy", "joy", "awe"])).toEqual({ repeats: 3, total: false, pairwise: 1 / 3 });
    expect(agreementOfRepeats(["joy"])).toBeNull();
  });
});

describe("faithfulness", () => {
  const answers = [
    claimCounts(["agrees", "agrees", "cites", "contradicted"]),
    claimCounts(["uncited"]),
    claimCounts([]),
  ];

  it("shares are of all claims, however few an answer makes", () => {
    expect(plainValue(claimShareStatistic(answers, "agrees"), 3)).toBe(0.4);
    expect(plainValue(claimShareStatistic(answers, "cites"), 3)).toBe(0.2);
    expect(plainValue(claimShareStatistic([claimCounts([])], "agrees"), 1)).toBeNull();
  });

  it("claimed action units are precise against what the toolbox decided and recall what it found", () => {
    const measured = (au: string, presence: "present" | "absent" | "uncertain") => ({
      ...{ toolbox: "mesh@4", au, value: 0.5, scale: "probability" as const },
      presence,
    });
    const units = [
      measured("AU6", "absent"),
      measured("AU9", "uncertain"),
      measured("AU12", "present"),
      measured("AU25", "present"),
      measured("AU25", "present"),
    ];
    const claims = [claimsAgainst(units, new Set(["AU6", "AU12", "AU9"]))];
    // AU9 was not decided and counts neither way: 1 of 2 claimed, 1 of 2 found.
    expect(plainValue(actionUnitClaimStatistic(claims, "precision"), 1)).toBe(0.5);
    expect(plainValue(actionUnitClaimStatistic(claims, "recall"), 1)).toBe(0.5);
  });
});
