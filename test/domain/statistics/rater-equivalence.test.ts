import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { benjaminiYekutieliAdjusted } from "../../../src/domain/statistics/adjusted-p-values.ts";
import {
  advantageStatistic,
  alternativeAnnotatorTest,
  type RatedItem,
  winningRateStatistic,
} from "../../../src/domain/statistics/alternative-annotator.ts";
import {
  alphaDifferenceStatistic,
  correlationDifferenceStatistic,
  equivalenceTest,
} from "../../../src/domain/statistics/equivalence.ts";
import { labelErrorSplit, numberErrorSplit } from "../../../src/domain/statistics/error-split.ts";
import { createRandom } from "../../../src/domain/statistics/random.ts";
import { studentTCdf } from "../../../src/domain/statistics/student-t.ts";
import { meanStatistic, plainValue } from "../../../src/domain/statistics/weighted-statistic.ts";

const Numbers = z.array(z.number());
const Rated = z.object({
  ratings: z.array(z.array(z.number().nullable())),
  answers: Numbers,
  alternativeAnnotator: z.array(
    z.object({
      epsilon: z.number(),
      pValues: Numbers,
      advantages: Numbers,
      raters: z.array(z.string()),
      winningRate: z.number(),
      advantage: z.number(),
    }),
  ),
  alphaDifference: z.number(),
});
const Split = { total: z.number(), ambiguity: z.number() };
/** The authors' own code, krippendorff, statsmodels and SciPy; the file names versions. */
const golden = z
  .object({
    studentT: z.array(z.tuple([z.number(), z.number(), z.number()])),
    benjaminiYekutieli: z.object({ p: Numbers, adjusted: Numbers }),
    labels: Rated,
    numbers: Rated.extend({ correlationDifference: z.number() }),
    labelErrorSplit: z.array(
      z.object({ answer: z.record(z.string(), z.number()), votes: z.record(z.string(), z.number()), ...Split }),
    ),
    numberErrorSplit: z.array(z.object({ answer: z.number(), ratings: Numbers, ...Split })),
  })
  .parse(
    JSON.parse(readFileSync(new URL("../../fixtures/statistics/rater-equivalence.json", import.meta.url), "utf8")),
  );

function itemsOf({ ratings, answers }: z.infer<typeof Rated>, write: (value: number) => string | number): RatedItem[] {
  return ratings.map((raters, i) => ({
    answer: write(answers[i] as number),
    raters: raters.map((rating) => (rating === null ? null : write(rating))),
    cluster: `image ${i}`,
  }));
}
const labelled = itemsOf(golden.labels, (label) => `label ${label}`);
const rated = itemsOf(golden.numbers, (number) => number);

it.each(golden.studentT)("Student's t at %f with %f degrees of freedom is SciPy's", (t, degrees, expected) => {
  expect(studentTCdf(t, degrees)).toBeCloseTo(expected, 12);
});

it("Benjamini and Yekutieli's correction is statsmodels', in the order given", () => {
  const { p, adjusted } = golden.benjaminiYekutieli;
  for (const [i, value] of benjaminiYekutieliAdjusted(p).entries()) expect(value).toBeCloseTo(adjusted[i] ?? -1, 12);
});

describe("the alternative annotator test", () => {
  it.each([
    ...golden.labels.alternativeAnnotator.map((one) => ({ of: "labels", items: labelled, ...one })),
    ...golden.numbers.alternativeAnnotator.map((one) => ({ of: "numbers", items: rated, ...one })),
  ])("is the authors' of $of at epsilon $epsilon, a rater of too few items left out", ({ items, ...expected }) => {
    const found = alternativeAnnotatorTest(items, { epsilon: expected.epsilon });
    expect(found.against.map(({ rater }) => String(rater))).toEqual(expected.raters);
    found.against.forEach(({ pValue, advantage }, i) => {
      expect(pValue).toBeCloseTo(expected.pValues[i] ?? -1, 10);
      expect(advantage).toBeCloseTo(expected.advantages[i] ?? -1, 12);
    });
    expect(found.winningRate).toBe(expected.winningRate);
    expect(found.advantage).toBeCloseTo(expected.advantage, 12);
  });

  it("counts a cluster twice exactly as if it stood in the data twice under another name", () => {
    const weights = new Float64Array(labelled.length).fill(1);
    weights[7] = 2;
    const twice = [...labelled, { ...(labelled[7] as RatedItem), cluster: "again" }];
    const whole = alternativeAnnotatorTest(twice, { epsilon: 0.1 });
    expect(advantageStatistic(labelled, { epsilon: 0.1 })(weights)).toBeCloseTo(whole.advantage ?? -1, 12);
    expect(winningRateStatistic(labelled, { epsilon: 0.1 })(weights)).toBe(whole.winningRate);
  });

  it("is not made surer by asking about every image ten times", () => {
    const again = labelled.flatMap((item) => new Array<RatedItem>(10).fill(item));
    const once = alternativeAnnotatorTest(labelled, { epsilon: 0.1 }).against;
    const tenTimes = alternativeAnnotatorTest(again, { epsilon: 0.1, fewestItems: 300 }).against;
    expect(tenTimes.map(({ pValue }) => pValue.toFixed(9))).toEqual(once.map(({ pValue }) => pValue.toFixed(9)));
  });

  it("says nothing without a second rater", () => {
    const alone = labelled.map((item) => ({ ...item, raters: item.raters.slice(0, 1) }));
    expect(alternativeAnnotatorTest(alone, { epsilon: 0.1 })).toEqual({
      against: [],
      winningRate: null,
      advantage: null,
    });
  });
});

describe("equivalence", () => {
  const { labels, numbers } = golden;
  it("takes differences of alpha from those that the krippendorff package finds, of r from NumPy's", () => {
    const alpha = (of: typeof labels, level: "nominal" | "interval") =>
      plainValue(alphaDifferenceStatistic(of.answers, of.ratings, level), of.answers.length);
    expect(alpha(labels, "nominal")).toBeCloseTo(labels.alphaDifference, 10);
    expect(alpha(numbers, "interval")).toBeCloseTo(numbers.alphaDifference, 10);
    const r = correlationDifferenceStatistic(numbers.answers, numbers.ratings);
    expect(plainValue(r, numbers.answers.length)).toBeCloseTo(numbers.correlationDifference, 10);
  });

  it.each([
    ["equivalent", 0, 0.3],
    ["not worse", 0.25, 0.3],
    ["better", 1, 0.3],
    ["worse", -1, 0.3],
    ["undecided", -0.25, 0.3],
  ] as const)(
    "is %s where the interval of about ±.16 lies about %f and the margin is %f",
    (verdict, centre, margin) => {
      const random = createRandom(5);
      const noise = Array.from({ length: 100 }, () => random.normal());
      const mean = noise.reduce((sum, value) => sum + value, 0) / 100;
      const statistic = meanStatistic(noise.map((value) => value - mean + centre));
      const found = equivalenceTest(statistic, 100, { margin, seed: 1, resamples: 2000 });
      expect(found.verdict).toBe(verdict);
      // The 5th and 95th percentile of a mean of 100.
      expect(found.high).toBeCloseTo(centre + 0.16, 1);
    },
  );
});

describe("the split of error", () => {
  it.each(golden.labelErrorSplit)(
    "of labels is that over all pairs of raters: $votes",
    ({ answer, votes, ...expected }) => {
      const found = labelErrorSplit(new Map(Object.entries(answer)), new Map(Object.entries(votes)));
      expect(found?.total).toBeCloseTo(expected.total, 12);
      expect(found?.ambiguity).toBeCloseTo(expected.ambiguity, 12);
      expect(found?.own).toBeCloseTo(expected.total - expected.ambiguity, 12);
    },
  );

  it.each(golden.numberErrorSplit)("of numbers too: $ratings", ({ answer, ratings, total, ambiguity }) => {
    const found = numberErrorSplit(answer, ratings);
    expect(found?.total).toBeCloseTo(total, 12);
    expect(found?.ambiguity).toBeCloseTo(ambiguity, 12);
  });

  it("needs two raters", () => {
    expect(labelErrorSplit(new Map([["a", 1]]), new Map([["a", 1]]))).toBeNull();
    expect(numberErrorSplit(0, [0.3])).toBeNull();
  });

  it("finds of an answer that gives the raters' own shares no error of its own, with however few raters", () => {
    const random = createRandom(3);
    const shares = new Map([
      ["a", 0.5],
      ["b", 0.3],
      ["c", 0.2],
    ]);
    let own = 0;
    for (let item = 0; item < 20_000; item++) {
      const votes = new Map<string, number>();
      for (let rater = 0; rater < 3; rater++) {
        const at = random.real();
        const label = at < 0.5 ? "a" : at < 0.8 ? "b" : "c";
        votes.set(label, 1 + (votes.get(label) ?? 0));
      }
      own += labelErrorSplit(shares, votes)?.own ?? Number.NaN;
    }
    // Its standard deviation is near .11 an item: of 20 000 items .0008.
    expect(Math.abs(own / 20_000)).toBeLessThan(0.003);
  });
});
