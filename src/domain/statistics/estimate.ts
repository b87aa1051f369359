import { z } from "zod";
import { bootstrapIntervals } from "./bootstrap.ts";
import { plainValue, type WeightedStatistic } from "./weighted-statistic.ts";

/** A number that a study can print: value, interval, and how much it rests on. `null` is "unscored", never 0. */
export const Estimate = z.strictObject({
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** Coverage of the interval, e.g. 0.95. */
  level: z.number(),
  /** Units that have a value. */
  n: z.number().int(),
  /** Units that have none: failures, abstentions, missing truth. */
  unscored: z.number().int(),
});
export type Estimate = z.infer<typeof Estimate>;

/**
 * A share that is 0 or 1 with Clopper and Pearson's exact interval (1934) over so many subjects or images: no resample of units
 * that are all alike differs from them, and the interval of a bootstrap would have no width.
 */
export function withExactLimits(share: Estimate, clusters: number): Estimate {
  const { value, level } = share;
  if (clusters < 2 || (value !== 0 && value !== 1)) return share;
  const reach = 1 - ((1 - level) / 2) ** (1 / clusters);
  return { ...share, low: value === 0 ? 0 : 1 - reach, high: value === 0 ? reach : 1 };
}

/** What an interval is made from. */
export interface EstimateOptions {
  /** Which subject or image each unit belongs to; whole clusters are resampled. Without it each unit stands alone. */
  readonly clusters?: readonly string[];
  readonly unscored: number;
  readonly seed: number;
  /** 10 000 unless told. */
  readonly resamples?: number;
  /** 0.95 unless told. */
  readonly level?: number;
}

/** Value and BCa interval of a statistic over `n` units. */
export function estimate(statistic: WeightedStatistic, n: number, options: EstimateOptions): Estimate {
  return estimates([statistic], n, options)[0] as Estimate;
}

/** The same of several statistics of the same units, for which is drawn once. */
export function estimates(
  statistics: readonly WeightedStatistic[],
  n: number,
  options: EstimateOptions,
): readonly Estimate[] {
  const intervals = bootstrapIntervals(statistics, n, options);
  return statistics.map((statistic, i) => ({
    value: plainValue(statistic, n),
    low: intervals[i]?.low ?? null,
    high: intervals[i]?.high ?? null,
    level: options.level ?? 0.95,
    n,
    unscored: options.unscored,
  }));
}
