/** Arithmetic mean; `null` of nothing. */
export function mean(values: ArrayLike<number>): number | null {
  if (values.length === 0) return null;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum / values.length;
}

/** Unbiased variance (n - 1); `null` under two values. */
export function sampleVariance(values: ArrayLike<number>): number | null {
  const centre = mean(values);
  if (centre === null || values.length < 2) return null;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += ((values[i] as number) - centre) ** 2;
  return squares / (values.length - 1);
}

/** Standard deviation with n - 1; `null` under two values. */
function standardDeviation(values: ArrayLike<number>): number | null {
  const variance = sampleVariance(values);
  return variance === null ? null : Math.sqrt(variance);
}

/** Quantile of ascending values by linear interpolation (type 7: the default of R and NumPy); `null` of nothing. */
export function quantileOfSorted(ascending: ArrayLike<number>, probability: number): number | null {
  if (ascending.length === 0) return null;
  const position = probability * (ascending.length - 1);
  const below = Math.floor(position);
  const low = ascending[below] as number;
  const high = ascending[Math.min(below + 1, ascending.length - 1)] as number;
  return low + (position - below) * (high - low);
}

/** Median; `null` of nothing. */
export function median(values: ArrayLike<number>): number | null {
  return quantileOfSorted(Float64Array.from(values).sort(), 0.5);
}

/** Cohen's d of paired differences: their mean over their standard deviation; `null` when that is 0 or unknown. */
export function pairedEffectSize(differences: ArrayLike<number>): number | null {
  const centre = mean(differences);
  const spread = standardDeviation(differences);
  return centre === null || spread === null || spread === 0 ? null : centre / spread;
}
