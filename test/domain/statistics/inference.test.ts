import { describe, expect, it } from "vitest";
import { holmAdjusted } from "../../../src/domain/statistics/adjusted-p-values.ts";
import { bootstrapInterval } from "../../../src/domain/statistics/bootstrap.ts";
import {
  concordance,
  concordanceStatistic,
  pearson,
  pearsonStatistic,
} from "../../../src/domain/statistics/correlation.ts";
import { estimate } from "../../../src/domain/statistics/estimate.ts";
import { mcnemarTest } from "../../../src/domain/statistics/mcnemar.ts";
import {
  mean,
  median,
  pairedEffectSize,
  quantileOfSorted,
  sampleVariance,
} from "../../../src/domain/statistics/summary.ts";
import { meanStatistic } from "../../../src/domain/statistics/weighted-statistic.ts";
import { reference } from "./reference.ts";

const { x, y, skewed } = reference.pairs;

describe("correlation", () => {
  it("agrees with SciPy and Lin's formula", () => {
    expect(pearson(x, y)).toBeCloseTo(reference.pairs.pearson, 12);
    expect(concordance(x, y)).toBeCloseTo(reference.pairs.concordance, 12);
  });

  it("is unscored, not 0, when a side does not vary", () => {
    expect(pearson([1, 2, 3], [2, 2, 2])).toBeNull();
    expect(concordance([2, 2], [2, 2])).toBeNull();
    expect(concordance([1], [1])).toBeNull();
    expect(concordance([1], [2])).toBeNull();
    expect(pearson([1, 3], [2, 8])).toBe(1);
  });
});

describe("BCa bootstrap", () => {
  it.each([
    ["a mean", meanStatistic(x), reference.pairs.meanXBca, 40, 0.01],
    ["a correlation", pearsonStatistic(x, y), reference.pairs.pearsonBca, 40, 0.02],
    // The upper end of a mean of squared exponentials wobbles by about 1 % of its width between seeds.
    ["a skewed mean", meanStatistic(skewed), reference.pairs.skewedMeanBca, 30, 0.12],
  ] as const)("finds SciPy's interval of %s", (_name, statistic, [low, high], n, tolerance) => {
    const interval = bootstrapInterval(statistic, n, { seed: 1, resamples: 20_000 });
    expect(interval?.method).toBe("bca");
    expect(Math.abs((interval?.low as number) - (low as number))).toBeLessThan(tolerance);
    expect(Math.abs((interval?.high as number) - (high as number))).toBeLessThan(tolerance);
  });

  it("is the same for the same seed and another for another", () => {
    const once = (seed: number) => bootstrapInterval(meanStatistic(x), x.length, { seed, resamples: 500 });
    expect(once(4)).toEqual(once(4));
    expect(once(4)).not.toEqual(once(5));
  });

  it("resamples whole subjects: repeating every sample does not narrow the interval", () => {
    const alone = bootstrapInterval(meanStatistic(x), x.length, { seed: 2 });
    const tenTimes = x.flatMap((value) => new Array<number>(10).fill(value));
    const clusters = x.flatMap((_, subject) => new Array<string>(10).fill(`subject ${subject}`));
    const clustered = bootstrapInterval(meanStatistic(tenTimes), tenTimes.length, { seed: 2, clusters });
    expect(clustered?.low).toBeCloseTo(alone?.low as number, 10);
    expect(clustered?.high).toBeCloseTo(alone?.high as number, 10);
  });

  it("gives no interval from one subject, of an undefined statistic, or when resamples often lose their meaning", () => {
    const one = { seed: 1, clusters: ["s1", "s1", "s1"] };
    expect(bootstrapInterval(meanStatistic([1, 2, 3]), 3, one)).toBeNull();
    expect(bootstrapInterval(pearsonStatistic([1, 1], [1, 2]), 2, { seed: 1 })).toBeNull();
    // With one sample that differs among four, a third of the resamples do not vary.
    const rare = pearsonStatistic([0, 0, 0, 1], [1, 2, 3, 5]);
    expect(bootstrapInterval(rare, 4, { seed: 1 })).toBeNull();
    const fewNames = () => bootstrapInterval(meanStatistic([1, 2]), 2, { seed: 1, clusters: ["a"] });
    expect(fewNames).toThrow("2 units need 2 cluster names, not 1");
  });

  /** The mean of ones, which is undefined in so many resamples. */
  const undefinedIn = (count: number) => {
    let call = 0;
    return () => {
      call += 1;
      return call > 1 && call <= 1 + count ? null : 1;
    };
  };

  it("bears 5 % of undefined resamples and no more, and takes infinite ones for undefined", () => {
    const interval = (count: number) => bootstrapInterval(undefinedIn(count), 2, { seed: 1, resamples: 100 });
    expect([interval(5), interval(6)]).toEqual([{ low: 1, high: 1, method: "percentile" }, null]);
    const infinite = bootstrapInterval((weights) => (weights[0] === 1 && weights[1] === 1 ? 1 : Number.NaN), 2, {
      seed: 1,
      resamples: 100,
    });
    expect(infinite).toBeNull();
  });

  it("draws as many units as there are each time, and leaves out 500 groups of clusters at the most", () => {
    const sums: number[] = [];
    const statistic = (weights: Float64Array) => {
      sums.push(weights.reduce((sum, weight) => sum + weight, 0));
      return weights[0] as number;
    };
    bootstrapInterval(statistic, 600, { seed: 1, resamples: 20 });
    expect(sums.slice(0, 21)).toEqual(new Array(21).fill(600));
    // 100 groups of two and 400 of one.
    expect(sums.slice(21).map((sum) => 600 - sum)).toEqual([...new Array(100).fill(2), ...new Array(400).fill(1)]);
  });

  it.each([
    ["undefined", null],
    ["infinite", Number.POSITIVE_INFINITY],
  ])("gives percentiles when the statistic is %s with somebody left out", (_case, without) => {
    const plain = meanStatistic(x);
    const needsAll = (weights: Float64Array) =>
      weights.every((weight) => weight <= 1) && weights[3] === 0 ? without : plain(weights);
    const options = { seed: 1, resamples: 200 };
    expect(bootstrapInterval(plain, x.length, options)?.method).toBe("bca");
    expect(bootstrapInterval(needsAll, x.length, options)?.method).toBe("percentile");
  });

  it("closes on the value when nothing varies", () => {
    const interval = bootstrapInterval(meanStatistic([1, 1, 1]), 3, { seed: 1, resamples: 100 });
    expect(interval).toEqual({ low: 1, high: 1, method: "percentile" });
  });

  it("says how many units an estimate rests on and how many have no value", () => {
    const found = estimate(concordanceStatistic(x, y), x.length, { seed: 1, unscored: 3, resamples: 200 });
    expect(found).toMatchObject({ n: 40, unscored: 3, level: 0.95, value: concordance(x, y) });
    const interval = bootstrapInterval(concordanceStatistic(x, y), x.length, { seed: 1, resamples: 200 });
    expect([found.low, found.high]).toEqual([interval?.low, interval?.high]);
    const one = estimate(meanStatistic([1, 3]), 2, { seed: 1, unscored: 0, clusters: ["a", "a"], level: 0.9 });
    expect(one).toEqual({ value: 2, low: null, high: null, level: 0.9, n: 2, unscored: 0 });
    expect(estimate(meanStatistic([]), 0, { seed: 1, unscored: 5 })).toEqual({
      value: null,
      low: null,
      high: null,
      level: 0.95,
      n: 0,
      unscored: 5,
    });
  });
});

describe("tests of a difference", () => {
  it.each(reference.mcnemar)("McNemar agrees with statsmodels for $b against $c", ({ b, c, pValue }) => {
    expect(mcnemarTest(b, c).pValue).toBeCloseTo(pValue, 12);
  });

  it("McNemar has nothing to test without discordant pairs", () => {
    expect(mcnemarTest(0, 0)).toEqual({ onlyFirst: 0, onlySecond: 0, pValue: null, method: "exact" });
  });

  it("McNemar is exact under 25 discordant pairs", () => {
    expect([mcnemarTest(19, 5).method, mcnemarTest(19, 6).method]).toEqual(["exact", "chi-square"]);
  });

  it("Holm agrees with statsmodels and leaves out tests that could not be made", () => {
    const { p, adjusted } = reference.holm;
    holmAdjusted(p).forEach((value, i) => {
      expect(value).toBeCloseTo(adjusted[i] as number, 12);
    });
    expect(holmAdjusted([0.01, null, 0.04])).toEqual([0.02, null, 0.04]);
  });
});

describe("summaries", () => {
  it("interpolate quantiles as R's type 7", () => {
    expect(quantileOfSorted([1, 2, 3, 10], 0.9)).toBeCloseTo(7.9, 12);
    expect(median([3, 1, 2, 10])).toBe(2.5);
    expect(median([])).toBeNull();
  });

  it("have no effect size when differences do not vary", () => {
    expect(pairedEffectSize([1, 2, 3])).toBe(2);
    expect(pairedEffectSize([2, 6])).toBeCloseTo(Math.SQRT2, 12);
    for (const differences of [[1, 1], [5], []]) expect(pairedEffectSize(differences)).toBeNull();
  });

  it("need one value for a mean and two for a variance", () => {
    expect([mean([]), mean([3])]).toEqual([null, 3]);
    expect([sampleVariance([]), sampleVariance([3]), sampleVariance([1, 3])]).toEqual([null, null, 2]);
  });
});
