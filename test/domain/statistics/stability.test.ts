import { describe, expect, it } from "vitest";
import {
  answerEntropyBits,
  halfWidth,
  majorityChance,
  passHat,
  repeatsFor,
  repeatsForMajority,
  samplesFor,
  varianceComponents,
} from "../../../src/domain/statistics/stability.ts";

// Made with Python's math.comb, NumPy 2 and SciPy 1.17.1.
describe("the stability of answers", () => {
  it("estimates pass^k from c right answers of n as C(c, k) / C(n, k)", () => {
    expect([1, 3, 5, 8].map((k) => passHat(7, 10, k))).toEqual([
      expect.closeTo(0.7, 10),
      expect.closeTo(0.2916666667, 9),
      expect.closeTo(0.0833333333, 9),
      0,
    ]);
    expect([passHat(7, 10, 11), passHat(3, 3, 3), passHat(0, 4, 1)]).toEqual([null, 1, 0]);
  });

  it("has the entropy of answers in bits", () => {
    expect(answerEntropyBits(["a", "a", "b", "a", "c", "b"])).toBeCloseTo(1.4591479170272446, 10);
    expect([answerEntropyBits(["a", "a"]), answerEntropyBits([])]).toEqual([0, null]);
  });

  it("tells what varies between samples from what varies between repeats, also of unequal number", () => {
    const bySample = [
      [1, 0, 1, 1],
      [0, 0],
      [1, 1, 1],
      [0, 1, 0, 0, 1],
    ];
    expect(varianceComponents(bySample)).toEqual({
      within: expect.closeTo(0.195, 10),
      between: expect.closeTo(0.08809859154929578, 10),
    });
    expect(varianceComponents([[1], [0]])).toBeNull();
    expect(varianceComponents([[1, 0]])).toBeNull();
    // Repeats that differ more than samples do leave nothing between these.
    expect(
      varianceComponents([
        [1, 0],
        [0, 1],
      ])?.between,
    ).toBe(0);
  });

  it("says how many repeats, or samples, an interval takes, and when no number of repeats does", () => {
    const components = { between: 0.04, within: 0.1 };
    const at = { samples: 40, level: 0.95 };
    expect(halfWidth(components, { ...at, repeats: 1 })).toBeCloseTo(0.11595303304540783, 7);
    expect(halfWidth(components, { ...at, repeats: 5 })).toBeCloseTo(0.0759090787128996, 7);
    expect(repeatsFor(components, 0.075, at)).toBe(6);
    expect(repeatsFor(components, 0.05, at)).toBeNull();
    expect(samplesFor(components, 0.05, { repeats: 5, level: 0.95 })).toBe(93);
    expect(repeatsFor({ between: 0, within: 0 }, 0.05, at)).toBe(1);
  });

  it("knows how many repeats of which most give the commoner answer", () => {
    expect(majorityChance(0.8, 7)).toBeCloseTo(0.966656, 9);
    expect(majorityChance(0.6, 65)).toBeCloseTo(0.9489999255010615, 9);
    expect([0.8, 0.6, 0.7, 0.97, 1, 0.5].map((share) => repeatsForMajority(share, 0.95))).toEqual([
      7,
      67,
      17,
      1,
      1,
      null,
    ]);
  });
});
