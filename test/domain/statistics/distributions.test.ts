import { describe, expect, it } from "vitest";
import {
  alignDistributions,
  jensenShannon,
  klDivergence,
  labelledJensenShannon,
  smoothedKl,
} from "../../../src/domain/statistics/divergence.ts";
import { normalCdf, normalQuantile } from "../../../src/domain/statistics/normal-distribution.ts";
import { createRandom, xoshiro128 } from "../../../src/domain/statistics/random.ts";
import { reference } from "./reference.ts";

describe("normal distribution", () => {
  it.each(reference.normalCdf)("agrees with SciPy at z = %d", (z, probability) => {
    // The middle is a sum around 0.5 (rounding 1e-16); the tails keep 12 digits of their own.
    const tolerance = z < -4 ? 1e-12 * probability : 2e-16;
    expect(Math.abs(normalCdf(z) - probability)).toBeLessThanOrEqual(tolerance);
  });

  it.each(reference.normalQuantile)("finds SciPy's quantile at p = %d", (probability, z) => {
    expect(normalQuantile(probability)).toBeCloseTo(z, 9);
  });

  it("has no quantile outside 0..1", () => {
    expect(normalQuantile(1)).toBe(Number.POSITIVE_INFINITY);
    expect(normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY);
    expect(() => normalQuantile(1.2)).toThrow("A probability lies between 0 and 1, not 1.2");
    expect(() => normalQuantile(Number.NaN)).toThrow(RangeError);
  });
});

describe("seeded random numbers", () => {
  it("gives the published first words of xoshiro128** from the state 1, 2, 3, 4", () => {
    const next = xoshiro128(1, 2, 3, 4);
    // From a transcription of the published C code in Python integers.
    expect(Array.from({ length: 6 }, next)).toEqual([11520, 0, 5927040, 70819200, 2031721883, 1637235492]);
  });

  it("repeats itself for one seed and differs for another", () => {
    const draw = (seed: number | string) => Array.from({ length: 8 }, createRandom(seed).uint32);
    expect(draw(7)).toEqual(draw(7));
    expect(draw("awe")).toEqual(draw("awe"));
    expect(draw(7)).not.toEqual(draw(8));
    expect(draw("awe")).not.toEqual(draw("owe"));
  });

  it("draws every integer below a bound about equally often", () => {
    const random = createRandom(11);
    const hits = new Array<number>(7).fill(0);
    for (let i = 0; i < 70_000; i++) {
      const pick = random.below(7);
      hits[pick] = (hits[pick] as number) + 1;
    }
    // Standard deviation is 93; five of them.
    for (const count of hits) expect(Math.abs(count - 10_000)).toBeLessThan(465);
  });

  it("shuffles without losing or adding anything", () => {
    const items = Array.from({ length: 50 }, (_, i) => i);
    const shuffled = createRandom(3).shuffled(items);
    expect(shuffled).not.toEqual(items);
    expect([...shuffled].sort((a, b) => a - b)).toEqual(items);
  });

  it("shuffles two items into either order, about equally often", () => {
    const random = createRandom(9);
    const kept = Array.from({ length: 1000 }, () => random.shuffled([1, 2])[0]).filter((first) => first === 1).length;
    expect(Math.abs(kept - 500)).toBeLessThan(80); // five standard deviations
  });

  it("makes a real number of 53 bits from two words", () => {
    const [words, numbers] = [createRandom(4), createRandom(4)];
    for (let draw = 0; draw < 20; draw += 1) {
      const [high, low] = [words.uint32() >>> 5, words.uint32() >>> 6];
      expect(numbers.real() * 2 ** 53).toBe(high * 2 ** 26 + low);
    }
  });

  it("draws normal deviates with mean 0 and variance 1", () => {
    const random = createRandom(5);
    const values = Array.from({ length: 20_000 }, () => random.normal());
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.035); // five standard errors
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
  });
});

describe("divergences", () => {
  const { p, q, jensenShannonBits, klBitsQMixed } = reference.divergence;

  it("agree with SciPy", () => {
    expect(jensenShannon(p, q)).toBeCloseTo(jensenShannonBits, 12);
    expect(klDivergence(q, [0.25, 0.25, 0.25, 0.25])).toBeCloseTo(klBitsQMixed, 12);
  });

  it("are infinite (KL) and 1 (Jensen-Shannon) for disjoint distributions", () => {
    expect(klDivergence([1, 0], [0, 1])).toBe(Number.POSITIVE_INFINITY);
    expect(jensenShannon([1, 0], [0, 1])).toBe(1);
  });

  it("compare labelled distributions whatever their order, and say null of an empty one", () => {
    const joy = [
      { label: "joy", probability: 0.6 },
      { label: "fear", probability: 0.4 },
    ];
    expect(labelledJensenShannon(joy, [...joy].reverse())).toBe(0);
    expect(labelledJensenShannon(joy, [])).toBeNull();
    expect(alignDistributions([joy, [{ label: "awe", probability: 2 }]])?.rows.map((row) => [...row])).toEqual([
      [0, 0.4, 0.6],
      [1, 0, 0],
    ]);
  });

  it("stay finite against a smoothed distribution that rules a label out", () => {
    const sure = (label: string) => [{ label, probability: 1 }];
    // The other label keeps half of the floor: -log2(0.05).
    expect(smoothedKl(sure("joy"), sure("fear"), { floor: 0.1 })).toBeCloseTo(-Math.log2(0.05), 12);
    // Nine tenths of a half and half of a tenth make a half: one bit.
    const even = ["joy", "fear"].map((label) => ({ label, probability: 0.5 }));
    expect(smoothedKl(sure("joy"), even, { floor: 0.1 })).toBeCloseTo(1, 12);
    expect(smoothedKl(sure("joy"), [], { floor: 0.1 })).toBeNull();
  });
});
