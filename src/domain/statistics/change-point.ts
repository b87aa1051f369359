import { createRandom } from "./random.ts";

/** Where scores changed from one wave to the next, if they did. */
export interface ChangePoint {
  /** Place of the first wave after the likeliest change. */
  readonly wave: number;
  /** Mean from there on, less the mean before, over the items that were scored on both sides. */
  readonly difference: number;
  /** How often waves without a change would look as changed. */
  readonly pValue: number;
}

export interface ChangePointOptions {
  readonly seed: number;
  /** A change among so many latest waves is looked for; earlier ones were looked for when they were the latest. 3 unless told. */
  readonly latest?: number;
  /** 2000 unless told. */
  readonly rounds?: number;
}

/** So many as large by chance, and it is clear that p is not small. */
const ENOUGH_HITS = 100;

/**
 * Whether the same items, scored again and again, have come to be scored otherwise in one of the latest waves: the largest
 * standardised difference between waves before and after, by permutation of each item's scores among its waves. While
 * nothing changes these can be exchanged, so that the test holds however unlike items are and however unsteady each is.
 *
 * @param scores by item and wave; `null` where an item was not scored. @returns `null` under two waves, where no item was
 *   scored on both sides of a wave, or where none was ever scored otherwise: dealt out again these are the same, so that no
 *   test is made, which among several series costs the others nothing.
 */
export function changePoint(
  scores: readonly (readonly (number | null)[])[],
  { seed, latest = 3, rounds = 2000 }: ChangePointOptions,
): ChangePoint | null {
  const waves = Math.max(0, ...scores.map(({ length }) => length));
  const starts = Array.from({ length: latest }, (_, i) => waves - latest + i).filter((start) => start > 0);
  const items = scores.map((own) => own.flatMap((score, wave) => (score === null ? [] : [{ score, wave }])));
  // Most items of a steady model are always scored the same, and are the same in every permutation.
  const unsteady = items.filter((own) => own.some(({ score }) => score !== own[0]?.score));
  if (unsteady.length === 0) return null;
  const places = starts.flatMap((start) => sidesOf(items, unsteady, start) ?? []);
  const values = unsteady.map((own) => Float64Array.from(own, ({ score }) => score));
  const found = largest(places, values);
  if (found === null) return null;
  const random = createRandom(seed);
  let [hits, round] = [0, 0];
  for (; round < rounds && hits < ENOUGH_HITS; round++) {
    for (const own of values) shuffle(own, random.below);
    if ((largest(places, values)?.z ?? 0) >= found.z - 1e-9) hits++;
  }
  const pValue = hits === ENOUGH_HITS ? hits / round : (hits + 1) / (round + 1);
  return { wave: found.start, difference: found.difference, pValue };
}

/** What is before and after one possible change. */
interface Sides {
  readonly start: number;
  /** Items on both sides, the steady ones too. */
  readonly items: number;
  /** Of each unsteady item, how many of its scores are before; 0 where it is on one side only. */
  readonly before: readonly number[];
  /** Standard deviation of the difference, were each item's scores dealt out at random. */
  readonly spread: number;
}

function sidesOf(
  items: readonly (readonly { readonly wave: number }[])[],
  unsteady: readonly (readonly { readonly wave: number; readonly score: number }[])[],
  start: number,
): readonly [Sides] | null {
  const countBefore = (own: readonly { readonly wave: number }[]) => {
    const count = own.filter(({ wave }) => wave < start).length;
    return count === own.length ? 0 : count;
  };
  const both = items.filter((own) => countBefore(own) > 0).length;
  if (both === 0) return null;
  const before = unsteady.map(countBefore);
  const variance = unsteady.reduce((sum, own, i) => {
    const [n, first] = [own.length, before[i] as number];
    if (first === 0) return sum;
    const mean = own.reduce((total, { score }) => total + score, 0) / n;
    const squares = own.reduce((total, { score }) => total + (score - mean) ** 2, 0);
    return sum + (squares / (n - 1)) * (1 / first + 1 / (n - first));
  }, 0);
  return [{ start, items: both, before, spread: Math.sqrt(variance) / both }];
}

function largest(places: readonly Sides[], values: readonly Float64Array[]) {
  let best: { readonly start: number; readonly difference: number; readonly z: number } | null = null;
  for (const { start, items, before, spread } of places) {
    let sum = 0;
    for (let i = 0; i < values.length; i++) {
      const [own, first] = [values[i] as Float64Array, before[i] as number];
      if (first === 0) continue;
      let [early, late] = [0, 0];
      for (let at = 0; at < own.length; at++) {
        if (at < first) early += own[at] as number;
        else late += own[at] as number;
      }
      sum += late / (own.length - first) - early / first;
    }
    const difference = sum / items;
    const z = spread > 0 ? Math.abs(difference) / spread : 0;
    if (best === null || z > best.z) best = { start, difference, z };
  }
  return best;
}

function shuffle(values: Float64Array, below: (bound: number) => number): void {
  for (let last = values.length - 1; last > 0; last--) {
    const pick = below(last + 1);
    const kept = values[last] as number;
    values[last] = values[pick] as number;
    values[pick] = kept;
  }
}
