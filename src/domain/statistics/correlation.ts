import { plainValue, type WeightedStatistic } from "./weighted-statistic.ts";

/** Means, variances and covariance of pairs, over n. */
export interface Moments {
  readonly meanX: number;
  readonly meanY: number;
  readonly varianceX: number;
  readonly varianceY: number;
  readonly covariance: number;
}

/** Population moments (divided by n) of weighted pairs. */
function momentsOf(x: Float64Array, y: Float64Array, weights: Float64Array): Moments | null {
  let total = 0;
  let meanX = 0;
  let meanY = 0;
  for (let i = 0; i < x.length; i++) {
    const weight = weights[i] as number;
    total += weight;
    meanX += weight * (x[i] as number);
    meanY += weight * (y[i] as number);
  }
  if (total < 2) return null;
  meanX /= total;
  meanY /= total;
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (let i = 0; i < x.length; i++) {
    const weight = weights[i] as number;
    const dx = (x[i] as number) - meanX;
    const dy = (y[i] as number) - meanY;
    xx += weight * dx * dx;
    yy += weight * dy * dy;
    xy += weight * dx * dy;
  }
  return { meanX, meanY, varianceX: xx / total, varianceY: yy / total, covariance: xy / total };
}

/** Pearson's r as a statistic of the pairs; `null` under two pairs or when one side does not vary. */
export function pearsonStatistic(x: ArrayLike<number>, y: ArrayLike<number>): WeightedStatistic {
  const [dataX, dataY] = [Float64Array.from(x), Float64Array.from(y)];
  return (weights) => {
    const moments = momentsOf(dataX, dataY, weights);
    return moments === null ? null : pearsonOf(moments);
  };
}

/** Pearson's r of moments; `null` when one side does not vary. */
export function pearsonOf({ varianceX, varianceY, covariance }: Moments): number | null {
  const spread = Math.sqrt(varianceX * varianceY);
  return spread > 0 ? Math.max(-1, Math.min(1, covariance / spread)) : null;
}

/**
 * Lin's concordance correlation (1989), 2 cov / (var x + var y + (mean x - mean y)^2) with variances over n, as a
 * statistic of the pairs; `null` under two pairs or when both sides are one and the same constant.
 */
export function concordanceStatistic(x: ArrayLike<number>, y: ArrayLike<number>): WeightedStatistic {
  const [dataX, dataY] = [Float64Array.from(x), Float64Array.from(y)];
  return (weights) => {
    const moments = momentsOf(dataX, dataY, weights);
    return moments === null ? null : concordanceOf(moments);
  };
}

/** The same of moments. */
export function concordanceOf({ meanX, meanY, varianceX, varianceY, covariance }: Moments): number | null {
  const below = varianceX + varianceY + (meanX - meanY) ** 2;
  return below > 0 ? (2 * covariance) / below : null;
}

/** Pearson's r; `null` when undefined. */
export function pearson(x: ArrayLike<number>, y: ArrayLike<number>): number | null {
  return plainValue(pearsonStatistic(x, y), x.length);
}

/** Lin's concordance correlation coefficient; `null` when undefined. */
export function concordance(x: ArrayLike<number>, y: ArrayLike<number>): number | null {
  return plainValue(concordanceStatistic(x, y), x.length);
}
