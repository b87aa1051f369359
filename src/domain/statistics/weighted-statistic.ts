/**
 * A statistic of n units that are already known to it, where unit i counts `weights[i]` times (0 leaves it out).
 * Resampling a data set is then only a change of weights: the bootstrap, the jackknife and the plain value use one
 * function and nothing is sorted or copied twice. `null` means undefined for these weights, never 0.
 */
export type WeightedStatistic = (weights: Float64Array) => number | null;

/** The statistic of the data as they are. */
export function plainValue(statistic: WeightedStatistic, n: number): number | null {
  return n === 0 ? null : statistic(new Float64Array(n).fill(1));
}

/** Arithmetic mean of the values. */
export function meanStatistic(values: ArrayLike<number>): WeightedStatistic {
  const data = Float64Array.from(values);
  return (weights) => {
    let sum = 0;
    let total = 0;
    for (let i = 0; i < data.length; i++) {
      const weight = weights[i] as number;
      sum += weight * (data[i] as number);
      total += weight;
    }
    return total > 0 ? sum / total : null;
  };
}
