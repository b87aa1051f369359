import { type BootstrapOptions, bootstrapInterval } from "./bootstrap.ts";
import { pearsonStatistic } from "./correlation.ts";
import { krippendorffStatistic, type MeasurementLevel } from "./krippendorff-alpha.ts";
import { plainValue, type WeightedStatistic } from "./weighted-statistic.ts";

/** What two one-sided tests say of a difference: model less people, where more is better. */
export interface Equivalence {
  readonly difference: number | null;
  /** The interval that lies within the margins just when both tests reject: 90 % for tests at .05 (Schuirmann 1987). */
  readonly low: number | null;
  readonly high: number | null;
  /** `better` and `worse`: beyond the margin for certain. `not worse`: only the lower test rejects. */
  readonly verdict: "equivalent" | "better" | "not worse" | "worse" | "undecided";
}

/**
 * Two one-sided tests of whether a difference lies within a margin of 0, by its bootstrap interval.
 *
 * @param alpha of each test; .05 unless told.
 */
export function equivalenceTest(
  difference: WeightedStatistic,
  n: number,
  { margin, alpha = 0.05, ...options }: BootstrapOptions & { readonly margin: number; readonly alpha?: number },
): Equivalence {
  const interval = bootstrapInterval(difference, n, { ...options, level: 1 - 2 * alpha });
  const { low, high } = interval ?? { low: null, high: null };
  const verdict = low === null || high === null ? "undecided" : verdictOf(low, high, margin);
  return { difference: plainValue(difference, n), low, high, verdict };
}

function verdictOf(low: number, high: number, margin: number): Equivalence["verdict"] {
  if (low > margin) return "better";
  if (high < -margin) return "worse";
  if (low <= -margin) return "undecided";
  return high < margin ? "equivalent" : "not worse";
}

/**
 * Krippendorff's alpha of the raters with the model in the place of one of them, averaged over whose place it takes, less
 * alpha of the raters alone.
 *
 * @param answers of the model by item. @param ratings by item and rater.
 */
export function alphaDifferenceStatistic(
  answers: readonly number[],
  ratings: readonly (readonly (number | null)[])[],
  level: MeasurementLevel,
): WeightedStatistic {
  const people = krippendorffStatistic(ratings, level);
  const raters = Math.max(0, ...ratings.map(({ length }) => length));
  const replaced = Array.from({ length: raters }, (_, rater) =>
    krippendorffStatistic(
      ratings.map((own, item) =>
        own.map((rating, at) => (at === rater && rating !== null ? (answers[item] as number) : rating)),
      ),
      level,
    ),
  );
  return (weights) => meanDifference(replaced.map((statistic) => [statistic(weights), people(weights)]));
}

/**
 * How much better the model correlates with the mean of raters than one of them does with the mean of the others, averaged
 * over whom: both are held against the same others, on the items that this rater rated too.
 */
export function correlationDifferenceStatistic(
  answers: readonly number[],
  ratings: readonly (readonly (number | null)[])[],
): WeightedStatistic {
  const raters = Math.max(0, ...ratings.map(({ length }) => length));
  const pairs = Array.from({ length: raters }, (_, rater) => {
    const rows = ratings.flatMap((own, item) => {
      const others = own.filter((rating, at): rating is number => at !== rater && rating !== null);
      const rating = own[rater] ?? null;
      if (rating === null || others.length === 0) return [];
      return [
        {
          item,
          rating,
          answer: answers[item] as number,
          rest: others.reduce((sum, one) => sum + one, 0) / others.length,
        },
      ];
    });
    const rest = rows.map((row) => row.rest);
    const model = pearsonStatistic(
      rows.map(({ answer }) => answer),
      rest,
    );
    const person = pearsonStatistic(
      rows.map(({ rating }) => rating),
      rest,
    );
    return (weights: Float64Array) => {
      const own = Float64Array.from(rows, ({ item }) => weights[item] as number);
      return [model(own), person(own)] as const;
    };
  });
  return (weights) => meanDifference(pairs.map((pair) => pair(weights)));
}

function meanDifference(pairs: readonly (readonly [number | null, number | null])[]): number | null {
  let sum = 0;
  for (const [model, people] of pairs) {
    if (model === null || people === null) return null;
    sum += model - people;
  }
  return pairs.length === 0 ? null : sum / pairs.length;
}
