import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { adjustedRandIndex } from "../../../src/domain/statistics/adjusted-rand-index.ts";
import { cohenKappaStatistic } from "../../../src/domain/statistics/cohen-kappa.ts";
import { fleissKappa, fleissStatistic } from "../../../src/domain/statistics/fleiss-kappa.ts";
import { icc21, icc21Statistic, icc31, icc31Statistic } from "../../../src/domain/statistics/intraclass-correlation.ts";
import { krippendorffAlpha, krippendorffStatistic } from "../../../src/domain/statistics/krippendorff-alpha.ts";
import { plainValue } from "../../../src/domain/statistics/weighted-statistic.ts";
import { reference } from "./reference.ts";

function unitsFirst(ratersByUnits: readonly (readonly (number | null)[])[]): (number | null)[][] {
  return (ratersByUnits[0] ?? []).map((_, unit) => ratersByUnits.map((rater) => rater[unit] ?? null));
}

describe("Cohen's kappa", () => {
  const [first, second] = [
    [0, 1, 2, 2, 3, 1, 0, 2, 1, 3, 2, 0],
    [0, 1, 1, 2, 3, 2, 0, 3, 1, 3, 2, 1],
  ];
  const pairs = first.map((a, i) => [a, second[i] as number] as const);
  const plain = (some: typeof pairs, squared: boolean) =>
    plainValue(cohenKappaStatistic(some, { squared }), some.length);

  it("is scikit-learn's (1.9.1), plain and with squared weights", () => {
    expect(plain(pairs, false)).toBeCloseTo(0.5555555555555556, 10);
    expect(plain(pairs, true)).toBeCloseTo(0.8471337579617835, 10);
  });

  it("counts a unit twice as if it stood in the data twice, and is unscored where both gave one value only", () => {
    const weights = new Float64Array(pairs.length).fill(1);
    weights[2] = 2;
    const doubled = [...pairs, pairs[2] as readonly [number, number]];
    expect(cohenKappaStatistic(pairs)(weights)).toBeCloseTo(plain(doubled, false) ?? Number.NaN, 12);
    expect(
      plain(
        [
          [1, 1],
          [1, 1],
        ],
        false,
      ),
    ).toBeNull();
  });
});

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

describe("Krippendorff's alpha at its edges", () => {
  const ratings = [
    [1, 2, 2],
    [3, 3, null],
    [4, 5, 4],
    [2, null, null],
  ];

  it("keeps its digits far from zero", () => {
    const far = ratings.map((unit) => unit.map((value) => (value === null ? null : value + 1e7)));
    expect(krippendorffAlpha(far, "interval")).toBeCloseTo(krippendorffAlpha(ratings, "interval") as number, 9);
  });

  it.each(["nominal", "ordinal", "interval"] as const)(
    "leaves out a unit of weight 0 or of one rating: %s",
    (level) => {
      const alpha = krippendorffAlpha(ratings.slice(0, 3), level) as number;
      expect(krippendorffStatistic(ratings, level)(Float64Array.of(1, 1, 1, 7))).toBeCloseTo(alpha, 12);
      const more = [...ratings, [9, 1, 5]];
      expect(krippendorffStatistic(more, level)(Float64Array.of(1, 1, 1, 1, 0))).toBeCloseTo(alpha, 12);
      expect(krippendorffStatistic(ratings, level)(new Float64Array(4))).toBeNull();
    },
  );
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

describe("Fleiss' kappa, weighted", () => {
  it("counts a unit twice exactly as if it stood in the data twice, whoever rated it", () => {
    const table = [
      [2, 0],
      [1, 1],
      [0, 3],
      [2, 1],
    ];
    const twice = fleissKappa([...table, ...table.slice(2, 3)]) as number;
    expect(fleissStatistic(table)(Float64Array.of(1, 1, 2, 1))).toBeCloseTo(twice, 12);
    expect(fleissStatistic(table)(new Float64Array(4))).toBeNull();
    // Two raters who agree on one unit in each category: 1.
    expect(
      fleissKappa([
        [2, 0],
        [0, 2],
      ]),
    ).toBe(1);
  });
});

describe("intraclass correlation", () => {
  it("is what the mean squares of two subjects and two raters give", () => {
    // Rows 4, columns 1, error 0: 4 / (4 + 2 (1 - 0) / 2) and 4 / 4.
    const two = [
      [1, 2],
      [3, 4],
    ];
    expect(icc21(two)).toBeCloseTo(0.8, 12);
    expect(icc31(two)).toBeCloseTo(1, 12);
    expect(icc21([[1], [2], [3]])).toBeNull();
    expect(icc31([[1, 2, 3]])).toBeNull();
    expect(icc31([])).toBeNull();
  });

  it("counts a subject twice exactly as if it stood in the data twice", () => {
    const { ratings } = reference.icc[0] as (typeof reference.icc)[number];
    const weights = new Float64Array(ratings.length).fill(1);
    [weights[0], weights[1]] = [2, 0];
    const counted = [ratings[0], ...ratings.filter((_, row) => row !== 1)] as number[][];
    expect(icc21Statistic(ratings)(weights)).toBeCloseTo(icc21(counted) as number, 12);
    expect(icc31Statistic(ratings)(weights)).toBeCloseTo(icc31(counted) as number, 12);
  });

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
    expect(adjustedRandIndex([1, 2], [1, 2])).toBe(1);
    expect(() => adjustedRandIndex([1, 2], [1])).toThrow("not of 2 and 1");
  });
});
