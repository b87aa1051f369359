import { z } from "zod";
import { bootstrapInterval } from "./bootstrap.ts";
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
  const level = options.level ?? 0.95;
  const value = plainValue(statistic, n);
  const interval = value === null ? null : bootstrapInterval(statistic, n, options);
  return {
    value,
    low: interval === null ? null : interval.low,
    high: interval === null ? null : interval.high,
    level,
    n,
    unscored: options.unscored,
  };
}
