import { mean } from "../../domain/statistics/summary.ts";
import type { WeightedStatistic } from "../../domain/statistics/weighted-statistic.ts";

/**
 * Average precision of one category: the sum over distinct scores, highest first, of (rise in recall) x precision,
 * without interpolation, as a statistic of the samples. `null` when no sample has the category.
 */
export function averagePrecisionStatistic(scores: ArrayLike<number>, positive: readonly boolean[]): WeightedStatistic {
  const order = Uint32Array.from(scores, (_, i) => i).sort((a, b) => (scores[b] as number) - (scores[a] as number));
  const hitOrder = order.filter((i) => positive[i] === true);
  const { ends, hitEnds } = tieEnds(order, scores, positive);
  return (weights) => {
    let hits = 0;
    let seen = 0;
    let area = 0;
    for (let group = 0, from = 0, hitsFrom = 0; group < ends.length; group++) {
      const [end, hitsEnd] = [ends[group] as number, hitEnds[group] as number];
      const tiedHits = weightOf(hitOrder, weights, hitsFrom, hitsEnd);
      seen += weightOf(order, weights, from, end);
      hits += tiedHits;
      if (tiedHits > 0) area += (tiedHits * hits) / seen;
      from = end;
      hitsFrom = hitsEnd;
    }
    return hits > 0 ? area / hits : null;
  };
}

/** Where each run of equal scores ends, among all samples and among those that have the category. */
function tieEnds(order: Uint32Array, scores: ArrayLike<number>, positive: readonly boolean[]) {
  const [ends, hitEnds]: [number[], number[]] = [[], []];
  let hits = 0;
  order.forEach((sample, i) => {
    if (positive[sample] === true) hits++;
    if (i + 1 < order.length && scores[order[i + 1] as number] === scores[sample]) return;
    ends.push(i + 1);
    hitEnds.push(hits);
  });
  return { ends: Uint32Array.from(ends), hitEnds: Uint32Array.from(hitEnds) };
}

/** Four sums at once, as one addition would wait for the other: this runs for every category of every resample. */
function weightOf(order: Uint32Array, weights: Float64Array, from: number, end: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = from;
  for (; i + 3 < end; i += 4) {
    a += weights[order[i] as number] as number;
    b += weights[order[i + 1] as number] as number;
    c += weights[order[i + 2] as number] as number;
    d += weights[order[i + 3] as number] as number;
  }
  for (; i < end; i++) a += weights[order[i] as number] as number;
  return a + b + (c + d);
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
  const each = categories.map((name, k) =>
    averagePrecisionStatistic(
      samples.map(({ scores }) => scores[k] as number),
      samples.map(({ truth }) => truth.has(name)),
    ),
  );
  return (weights) => mean(each.flatMap((statistic) => statistic(weights) ?? []));
}
