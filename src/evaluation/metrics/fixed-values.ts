import { sampleVariance } from "../../domain/statistics/summary.ts";

/** How much one number that a model gives again and again really varies. */
export interface ValueSpread {
  readonly name: string;
  readonly n: number;
  readonly distinct: number;
  /** Unbiased; null under two values. */
  readonly variance: number | null;
  /** The value given most often, with its share of all. */
  readonly commonest: number | null;
  readonly commonestShare: number | null;
  /** True when the numbers are too few to be estimates: vision models often emit one to six distinct values. */
  readonly suspect: boolean;
}

/** Up to this many distinct values... */
const FEW_VALUES = 6;
/** ...over at least this many answers look like habits rather than estimates. */
const ENOUGH_ANSWERS = 20;

/** Counts distinct values (to six digits) and their variance, per named number, e.g. the probability of one label. */
export function valueSpreads(values: ReadonlyMap<string, readonly number[]>): ValueSpread[] {
  return [...values].map(([name, given]) => {
    const counts = new Map<number, number>();
    for (const value of given) {
      const rounded = Number(value.toPrecision(6));
      counts.set(rounded, 1 + (counts.get(rounded) ?? 0));
    }
    const top = [...counts].sort(([, a], [, b]) => b - a)[0];
    return {
      name,
      n: given.length,
      distinct: counts.size,
      variance: sampleVariance(given),
      commonest: top === undefined ? null : top[0],
      commonestShare: top === undefined ? null : top[1] / given.length,
      suspect: given.length >= ENOUGH_ANSWERS && counts.size <= FEW_VALUES,
    };
  });
}
