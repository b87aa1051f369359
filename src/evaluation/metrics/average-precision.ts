import type { WeightedStatistic } from "../../domain/statistics/weighted-statistic.ts";

/**
 * Average precision of one category: the sum over distinct scores, highest first, of (rise in recall) x precision,
 * without interpolation, as a statistic of the samples. `null` when no sample has the category.
 */
export function averagePrecisionStatistic(scores: ArrayLike<number>, positive: readonly boolean[]): WeightedStatistic {
  const order = Uint32Array.from(scores, (_, i) => i).sort((a, b) => (scores[b] as number) - (scores[a] as number));
  const truth = Float64Array.from(order, (i) => (positive[i] === true ? 1 : 0));
  const ends = tieEnds(order, scores);
  return (weights) => {
    let [hits, seen, area, start] = [0, 0, 0, 0];
    for (let group = 0; group < ends.length; group++) {
      const end = ends[group] as number;
      let tiedHits = 0;
      // No branches: this loop runs for every category of every resample.
      for (let i = start; i < end; i++) {
        const weight = weights[order[i] as number] as number;
        seen += weight;
        tiedHits += weight * (truth[i] as number);
      }
      hits += tiedHits;
      if (tiedHits > 0) area += (tiedHits * hits) / seen;
      start = end;
    }
    return hits > 0 ? area / hits : null;
  };
}

/** Where each run of equal scores ends. */
function tieEnds(order: Uint32Array, scores: ArrayLike<number>): Uint32Array {
  const ends: number[] = [];
  for (let i = 1; i <= order.length; i++) {
    if (i === order.length || scores[order[i] as number] !== scores[order[i - 1] as number]) ends.push(i);
  }
  return Uint32Array.from(ends);
}

/** What mean average precision needs of one sample. */
export interface RankedSample {
  /** Score per category, in the order of the category list. */
  readonly scores: readonly number[];
  /** True categories. */
  readonly truth: ReadonlySet<string>;
}

/**
 * Mean of the average precisions of all categories that some sample has (EMOTIC's mAP over its 26). All categories are
 * gone through at once, sample by sample, so that a sample that a resample leaves out costs nothing.
 */
export function meanAveragePrecisionStatistic(
  samples: readonly RankedSample[],
  categories: readonly string[],
): WeightedStatistic {
  const { cells, starts } = rankCells(samples, categories);
  const hitCells = samples.map(({ truth }, i) =>
    Uint32Array.from(
      categories.flatMap((name, k) => (truth.has(name) ? [cells[i * categories.length + k] as number] : [])),
    ),
  );
  const size = starts[categories.length] as number;
  const [seen, hits] = [new Float64Array(size), new Float64Array(size)];
  return (weights) => {
    seen.fill(0);
    hits.fill(0);
    for (let i = 0; i < hitCells.length; i++) {
      const weight = weights[i] as number;
      if (weight === 0) continue;
      for (let k = i * categories.length; k < (i + 1) * categories.length; k++) {
        const cell = cells[k] as number;
        seen[cell] = (seen[cell] as number) + weight;
      }
      for (const cell of hitCells[i] as Uint32Array) hits[cell] = (hits[cell] as number) + weight;
    }
    return meanOverCategories(starts, seen, hits);
  };
}

/** Every distinct score of a category, highest first, has a cell of its own; cells of one category stand together. */
function rankCells(samples: readonly RankedSample[], categories: readonly string[]) {
  const cells = new Uint32Array(samples.length * categories.length);
  const starts = [0];
  categories.forEach((_, k) => {
    const start = starts[k] as number;
    const distinct = [...new Set(samples.map(({ scores }) => scores[k] as number))].sort((a, b) => b - a);
    const place = new Map(distinct.map((score, rank) => [score, start + rank]));
    samples.forEach(({ scores }, i) => {
      cells[i * categories.length + k] = place.get(scores[k] as number) as number;
    });
    starts.push(start + distinct.length);
  });
  // Half the bytes go through the cache twice as fast, and there are seldom more distinct scores than that.
  const isSmall = (starts[categories.length] as number) <= 0xffff;
  return { cells: isSmall ? Uint16Array.from(cells) : cells, starts: Uint32Array.from(starts) };
}

function meanOverCategories(starts: Uint32Array, seen: Float64Array, hits: Float64Array): number | null {
  let [sum, defined] = [0, 0];
  for (let k = 0; k + 1 < starts.length; k++) {
    let [above, right, area] = [0, 0, 0];
    for (let cell = starts[k] as number; cell < (starts[k + 1] as number); cell++) {
      above += seen[cell] as number;
      right += hits[cell] as number;
      if ((hits[cell] as number) > 0) area += ((hits[cell] as number) * right) / above;
    }
    if (right === 0) continue;
    sum += area / right;
    defined++;
  }
  return defined > 0 ? sum / defined : null;
}
