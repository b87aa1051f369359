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

/** Mean of the average precisions of all categories that some sample has (EMOTIC's mAP over its 26). */
export function meanAveragePrecisionStatistic(
  samples: readonly RankedSample[],
  categories: readonly string[],
): WeightedStatistic {
  const each = categories.map((category, index) =>
    averagePrecisionStatistic(
      samples.map((sample) => sample.scores[index] as number),
      samples.map((sample) => sample.truth.has(category)),
    ),
  );
  return (weights) => {
    let sum = 0;
    let defined = 0;
    for (const statistic of each) {
      const value = statistic(weights);
      if (value === null) continue;
      sum += value;
      defined++;
    }
    return defined > 0 ? sum / defined : null;
  };
}
