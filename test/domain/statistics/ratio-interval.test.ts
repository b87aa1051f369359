import { describe, expect, it } from "vitest";
import { ratioInterval } from "../../../src/domain/statistics/ratio-interval.ts";
import { studentTCdf, studentTQuantile } from "../../../src/domain/statistics/student-t.ts";
import { mean, sampleVariance } from "../../../src/domain/statistics/summary.ts";

it.each([
  [0.975, 4, 2.776445105],
  [0.975, 11, 2.20098516],
  [0.95, 30, 1.697260887],
  [0.995, 1, 63.65674116],
  [0.5, 3, 0],
])("Student's t has %f below the tabled quantile at %d degrees of freedom", (share, degrees, expected) => {
  expect(studentTQuantile(share, degrees)).toBeCloseTo(expected, 6);
});

describe("the interval of a ratio of sums", () => {
  const numerators = [0.21, 0.05, 0.4, 0.33, 0.1, 0.27, 0.18];
  const denominators = [0.5, 0.3, 0.9, 0.7, 0.1, 0.8, 0.4];
  const parts = numerators.map((numerator, i) => ({ numerator, denominator: denominators[i] as number }));
  const pAt = (w: number) => {
    const rest = parts.map(({ numerator, denominator }) => numerator - w * denominator);
    const t = (mean(rest) as number) / Math.sqrt((sampleVariance(rest) as number) / rest.length);
    return 2 * studentTCdf(-Math.abs(t), rest.length - 1);
  };

  it.each([0.95, 0.8])("ends where a one-sample t test just rejects, at a level of %f", (level) => {
    const { low, high } = ratioInterval(parts, level) ?? { low: Number.NaN, high: Number.NaN };
    expect(pAt(low)).toBeCloseTo(1 - level, 9);
    expect(pAt(high)).toBeCloseTo(1 - level, 9);
    expect(low).toBeLessThan(1.54 / 3.7);
    expect(high).toBeGreaterThan(1.54 / 3.7);
  });

  it("is of no width where every unit has the same ratio", () => {
    const same = denominators.map((denominator) => ({ numerator: denominator / 4, denominator }));
    expect(ratioInterval(same, 0.95)?.low).toBeCloseTo(0.25, 6);
    expect(ratioInterval(same, 0.95)?.high).toBeCloseTo(0.25, 6);
  });

  it("has no ends where the denominators may as well sum to 0, and of a single unit", () => {
    const weak = parts.map(({ numerator }, i) => ({ numerator, denominator: i % 2 === 0 ? 0.5 : -0.4 }));
    expect(ratioInterval(weak, 0.95)).toBeNull();
    expect(ratioInterval(parts.slice(0, 1), 0.95)).toBeNull();
  });
});
