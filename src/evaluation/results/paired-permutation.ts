import { createRandom } from "../../domain/statistics/random.ts";
import { ofGroups, plainValue } from "../../domain/statistics/weighted-statistic.ts";
import type { Metric, ScoredRow } from "../score.ts";

/** Rows of two sides in the same order: row i of both is of one sample, seed and repeat. */
export interface PairedRows {
  readonly first: readonly ScoredRow[];
  readonly second: readonly ScoredRow[];
  readonly clusters: readonly string[];
}

/** Permutations of a metric that is recomputed on both sides each time; fewer of large and of grouped data. */
const PERMUTATIONS = 5000;
const FEWEST_PERMUTATIONS = 1000;
const MOST_PERMUTED_ROWS = 10_000_000;

/**
 * Swaps the two sides' answers cluster by cluster and counts how often each metric differs at least as much as it does. What
 * is drawn for one metric is drawn for all.
 *
 * @param compared metrics with their differences, second - first.
 * @returns a p value for each; `null` where no permutation has a value.
 */
export function permutationPs(
  compared: readonly { readonly metric: Metric; readonly difference: number }[],
  paired: PairedRows,
  seed: number,
): readonly (number | null)[] {
  const places = new Map([...new Set(paired.clusters)].map((name, index) => [name, index]));
  const of = Uint32Array.from(paired.clusters, (name) => places.get(name) as number);
  const counts = compared.map(({ metric, difference }) => ({
    swapped: (metric.grouped === true ? bySortingRows : byWeighing)(metric, paired, { of, clusters: places.size }),
    rounds: roundsFor(metric, paired.first.length),
    reached: Math.abs(difference) - 1e-12,
    ...{ hits: 0, defined: 0 },
  }));
  const swap = createSwap(places.size, seed);
  const most = Math.max(0, ...counts.map(({ rounds }) => rounds));
  for (let round = 0; round < most; round++) {
    swap.draw();
    for (const count of counts) {
      const value = round < count.rounds ? count.swapped(swap) : null;
      if (value === null) continue;
      count.defined++;
      if (Math.abs(value) >= count.reached) count.hits++;
    }
  }
  return counts.map(({ hits, defined }) => (defined === 0 ? null : (hits + 1) / (defined + 1)));
}

function roundsFor({ grouped }: Metric, rows: number): number {
  if (grouped === true) return FEWEST_PERMUTATIONS;
  return Math.min(PERMUTATIONS, Math.max(FEWEST_PERMUTATIONS, Math.floor(MOST_PERMUTED_ROWS / rows)));
}

/** Which clusters change sides, and the same as weights of both sides' clusters, those of the first before those of the second. */
interface Swap {
  /** 1 for each cluster whose sides change places, else 0. */
  readonly isSwapped: Uint8Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
}

function createSwap(clusters: number, seed: number): Swap & { draw(): void } {
  const random = createRandom(seed);
  const isSwapped = new Uint8Array(clusters);
  const [first, second] = [new Float64Array(2 * clusters), new Float64Array(2 * clusters)];
  return {
    isSwapped,
    first,
    second,
    draw() {
      for (let i = 0; i < clusters; i++) {
        const swapped = random.uint32() >>> 31; // as below(2), for less
        isSwapped[i] = swapped;
        first[i] = 1 - swapped;
        first[clusters + i] = swapped;
        second[i] = swapped;
        second[clusters + i] = 1 - swapped;
      }
    },
  };
}

type SwappedDifference = (swap: Swap) => number | null;

interface Grouping {
  /** Each row's cluster. */
  readonly of: Uint32Array;
  readonly clusters: number;
}

/** Both sides' clusters stand in one statistic, and a swap only moves weight from one to the other. */
function byWeighing(metric: Metric, { first, second }: PairedRows, { of, clusters }: Grouping): SwappedDifference {
  const sides = Uint32Array.from({ length: 2 * of.length }, (_, i) =>
    i < of.length ? (of[i] as number) : clusters + (of[i - of.length] as number),
  );
  const statistic = ofGroups(metric.statistic([...first, ...second]), sides, 2 * clusters);
  return (swap) => differenceOf(statistic(swap.first), statistic(swap.second));
}

/** For metrics that put rows together: each side is built anew. */
function bySortingRows(metric: Metric, { first, second }: PairedRows, { of }: Grouping): SwappedDifference {
  return ({ isSwapped }) => {
    const pick = (own: readonly ScoredRow[], other: readonly ScoredRow[]) =>
      own.map((row, i) => (isSwapped[of[i] as number] === 1 ? (other[i] as ScoredRow) : row));
    const value = (rows: readonly ScoredRow[]) => plainValue(metric.statistic(rows), rows.length);
    return differenceOf(value(pick(first, second)), value(pick(second, first)));
  };
}

/** second - first, where both have a value. */
export function differenceOf(first: number | null, second: number | null): number | null {
  return first === null || second === null ? null : second - first;
}
