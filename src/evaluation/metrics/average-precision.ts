import type { WeightedStatistic } from "../../domain/statistics/weighted-statistic.ts";

/**
 * Average precision of one category: the sum over distinct scores, highest first, of (rise in recall) x precision,
 * without interpolation, as a statistic of the samples. `null` when no sample has the category.
 */
export function averagePrecisionStatistic(scores: ArrayLike<number>, positive: readonly boolean[]): WeightedStatistic {
  const order = Uint32Array.from(scores, (_, i) => i).sort((a, b) => (scores[b] as number) - (scores[a] as number));
  const ranked = Float64Array.from(order, (i) => scores[i] as number);
  const truth = Uint8Array.from(order, (i) => (positive[i] === true ? 1 : 0));
  return (weights) => {
    let [hits, seen, area] = [0, 0, 0];
    for (let start = 0; start < order.length; ) {
      let tiedHits = 0;
      let end = start;
      for (; end < order.length && ranked[end] === ranked[start]; end++) {
        const weight = weights[order[end] as number] as number;
        seen += weight;
        if (truth[end] === 1) tiedHits += weight;
      }
      hits += tiedHits;
      if (tiedHits > 0) area += (tiedHits * hits) / seen;
      start = end;
    }
    return hits > 0 ? area / hits : null;
  };
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
