import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { adjustedRandIndex } from "../../../src/domain/statistics/adjusted-rand-index.ts";
import { fleissKappa } from "../../../src/domain/statistics/fleiss-kappa.ts";
import { icc21, icc31 } from "../../../src/domain/statistics/intraclass-correlation.ts";
import { krippendorffAlpha, krippendorffStatistic } from "../../../src/domain/statistics/krippendorff-alpha.ts";
import { reference } from "./reference.ts";

function unitsFirst(ratersByUnits: readonly (readonly (number | null)[])[]): (number | null)[][] {
  return (ratersByUnits[0] ?? []).map((_, unit) => ratersByUnits.map((rater) => rater[unit] ?? null));
}

describe("Krippendorff's alpha", () => {
  for (const { name, ratersByUnits, nominal, ordinal, interval } of reference.krippendorff) {
    it.each([
      ["nominal", nominal],
      ["ordinal", ordinal],
      ["interval", interval],
    ] as const)(`agrees with the krippendorff package on ${name} data, %s`, (level, alpha) => {
      expect(krippendorffAlpha(unitsFirst(ratersByUnits), level)).toBeCloseTo(alpha, 10);
    });
  }

  it("is unscored when all ratings are the same or none can be paired", () => {
    expect(
      krippendorffAlpha(
        [
          [1, 1],
          [1, 1],
        ],
        "nominal",
      ),
    ).toBeNull();
    expect(
      krippendorffAlpha(
        [
          [1, null],
          [null, 2],
        ],
        "interval",
      ),
    ).toBeNull();
  });

  it("counts a unit twice exactly as if it stood in the data twice", () => {
    const rating = fc.option(fc.integer({ min: 1, max: 4 }), { nil: null });
    const units = fc.array(fc.array(rating, { minLength: 3, maxLength: 3 }), { minLength: 3, maxLength: 8 });
    fc.assert(
      fc.property(units, fc.constantFrom("nominal", "ordinal", "interval"), (data, level) => {
        const doubled = krippendorffAlpha([...data, data[0] as (number | null)[]], level);
        const weights = new Float64Array(data.length).fill(1);
        weights[0] = 2;
        const weighted = krippendorffStatistic(data, level)(weights);
        if (doubled === null || weighted === null) expect(weighted).toBe(doubled);
        else expect(weighted).toBeCloseTo(doubled, 9);
      }),
    );
  });
});

describe("Fleiss' kappa", () => {
  it("agrees with statsmodels", () => {
    expect(fleissKappa(reference.fleiss.table)).toBeCloseTo(reference.fleiss.kappa, 12);
  });

  it("leaves out units with a single rater and is unscored when one category was always chosen", () => {
    expect(fleissKappa([...reference.fleiss.table, [1, 0, 0, 0]])).toBeCloseTo(reference.fleiss.kappa, 12);
    expect(
      fleissKappa([
        [3, 0],
        [2, 0],
      ]),
    ).toBeNull();
  });
});

describe("intraclass correlation", () => {
  it.each(reference.icc)("agrees with pingouin: $name", ({ ratings, icc21: two, icc31: three }) => {
    expect(icc21(ratings)).toBeCloseTo(two, 9);
    expect(icc31(ratings)).toBeCloseTo(three, 9);
  });

  it("is unscored when nothing varies and refuses incomplete rows", () => {
    expect(
      icc31([
        [0.1, 0.1],
        [0.1, 0.1],
        [0.1, 0.1],
      ]),
    ).toBeNull();
    expect(icc21([[1, 2]])).toBeNull();
    expect(() => icc21([[1, 2], [1]])).toThrow(/leave out the incomplete/);
  });
});

describe("adjusted Rand index", () => {
  it("agrees with scikit-learn", () => {
    const { a, b, value } = reference.adjustedRand;
    expect(adjustedRandIndex(a, b)).toBeCloseTo(value, 12);
  });

  it("is 1 for the same partition under other names and unscored for one item", () => {
    expect(adjustedRandIndex([1, 1, 2, 3], ["x", "x", "y", "z"])).toBe(1);
    expect(adjustedRandIndex([1, 2, 3], [4, 5, 6])).toBe(1);
    expect(adjustedRandIndex([1], [1])).toBeNull();
    expect(() => adjustedRandIndex([1, 2], [1])).toThrow(RangeError);
  });
});
