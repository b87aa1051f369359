import { sampleVariance } from "./summary.ts";

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
      counts.set(rounded(value), 1 + (counts.get(rounded(value)) ?? 0));
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

/** From so many answers on... */
const ENOUGH_TO_SAY = 5;
/** ...of which so large a share is the same. */
const NEARLY_ALL = 0.9;

/** Numbers that come again and again, whatever is asked about. */
export interface FixedAnswer {
  /** The probabilities, highest first; with their labels where these are always the same too. */
  readonly numbers: readonly number[];
  readonly labels: readonly string[] | null;
  /** How many answers have them, of how many that give a distribution. */
  readonly times: number;
  readonly of: number;
}

type Entries = readonly { readonly label: string; readonly probability: number }[];

/**
 * Whether nearly all of some answers about different faces give the same probabilities (to six digits), under the same
 * labels or whatever the label: a habit, such as .8 for the one and .2 for the other, and no estimate. `null` where they do
 * not, or where they are too few to say.
 */
export function fixedAnswer(distributions: readonly Entries[]): FixedAnswer | null {
  const given = distributions.filter((distribution) => distribution.length > 0);
  if (given.length < ENOUGH_TO_SAY) return null;
  const least = NEARLY_ALL * given.length;
  const numbersOf = (entries: Entries) => entries.map(({ probability }) => rounded(probability));
  const same = commonestOf(given, (entries) => numbersOf(highestFirst(entries)).join(), least).map(highestFirst);
  if (same.length < least) return null;
  const labelled = commonestOf(same, (entries) =>
    entries.map(({ label, probability }) => `${label.trim().toLowerCase()} ${rounded(probability)}`).join(),
  );
  const [first = []] = labelled;
  const sameLabels = labelled.length === same.length;
  return {
    numbers: numbersOf(first),
    labels: sameLabels ? first.map(({ label }) => label) : null,
    times: same.length,
    of: given.length,
  };
}

function highestFirst(entries: Entries): Entries {
  return [...entries].sort((a, b) => b.probability - a.probability);
}

/** The largest group of those with the same key; nothing as soon as none can have the `least` that is wanted any more. */
function commonestOf<T>(items: readonly T[], keyOf: (item: T) => string, least = 0): readonly T[] {
  const groups = new Map<string, T[]>();
  let largest: readonly T[] = [];
  for (const [at, item] of items.entries()) {
    const key = keyOf(item);
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(item);
    if (group.length > largest.length) largest = group;
    if (largest.length + (items.length - 1 - at) < least) return [];
  }
  return largest;
}

function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
