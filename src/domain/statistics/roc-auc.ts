import { plainValue, type WeightedStatistic } from "./weighted-statistic.ts";

/**
 * Area under the ROC curve as a statistic of the samples: the chance that a positive one scores higher than a negative
 * one, ties counting half. `null` when either kind is missing. Scores are sorted once.
 */
export function rocAucStatistic(scores: ArrayLike<number>, positive: readonly boolean[]): WeightedStatistic {
  const order = Uint32Array.from(scores, (_, i) => i).sort((a, b) => (scores[a] as number) - (scores[b] as number));
  const ranked = Float64Array.from(order, (i) => scores[i] as number);
  const truth = Uint8Array.from(order, (i) => (positive[i] === true ? 1 : 0));
  return (weights) => {
    let negativesBelow = 0;
    let positives = 0;
    let area = 0;
    for (let start = 0; start < order.length; ) {
      let tiedPositives = 0;
      let tiedNegatives = 0;
      let end = start;
      for (; end < order.length && ranked[end] === ranked[start]; end++) {
        const weight = weights[order[end] as number] as number;
        if (truth[end] === 1) tiedPositives += weight;
        else tiedNegatives += weight;
      }
      area += tiedPositives * (negativesBelow + tiedNegatives / 2);
      negativesBelow += tiedNegatives;
      positives += tiedPositives;
      start = end;
    }
    return positives > 0 && negativesBelow > 0 ? area / (positives * negativesBelow) : null;
  };
}

/** Area under the ROC curve; `null` without both positive and negative samples. */
export function rocAuc(scores: ArrayLike<number>, positive: readonly boolean[]): number | null {
  return plainValue(rocAucStatistic(scores, positive), scores.length);
}
