import { plainValue, type WeightedStatistic } from "./weighted-statistic.ts";

/** Mean squares of a two-way layout, subjects x raters. */
interface MeanSquares {
  readonly rows: number;
  readonly columns: number;
  readonly error: number;
  readonly n: number;
  readonly k: number;
}

/** ICC(2,1): absolute agreement of single ratings, raters random (Shrout and Fleiss 1979). `ratings[subject][rater]`, complete. */
export function icc21Statistic(ratings: readonly (readonly number[])[]): WeightedStatistic {
  return iccStatistic(
    ratings,
    ({ rows, columns, error, n, k }) => rows + (k - 1) * error + (k * (columns - error)) / n,
  );
}

/** ICC(3,1): consistency of single ratings, raters fixed (Shrout and Fleiss 1979). `ratings[subject][rater]`, complete. */
export function icc31Statistic(ratings: readonly (readonly number[])[]): WeightedStatistic {
  return iccStatistic(ratings, ({ rows, error, k }) => rows + (k - 1) * error);
}

/** ICC(2,1); `null` under two subjects or raters, or when nothing varies. */
export function icc21(ratings: readonly (readonly number[])[]): number | null {
  return plainValue(icc21Statistic(ratings), ratings.length);
}

/** ICC(3,1); `null` under two subjects or raters, or when nothing varies. */
export function icc31(ratings: readonly (readonly number[])[]): number | null {
  return plainValue(icc31Statistic(ratings), ratings.length);
}

function iccStatistic(
  ratings: readonly (readonly number[])[],
  denominator: (squares: MeanSquares) => number,
): WeightedStatistic {
  const k = ratings[0]?.length ?? 0;
  if (ratings.some((row) => row.length !== k)) {
    throw new RangeError("Every subject needs a rating by every rater: leave out the incomplete ones first");
  }
  const data = Float64Array.from(ratings.flat());
  return (weights) => {
    const squares = meanSquares(data, k, weights);
    if (squares === null) return null;
    const below = denominator(squares);
    return below > 0 ? (squares.rows - squares.error) / below : null;
  };
}

function meanSquares(data: Float64Array, k: number, weights: Float64Array): MeanSquares | null {
  const columnSums = new Float64Array(k);
  let n = 0;
  for (let row = 0; row < weights.length; row++) {
    const weight = weights[row] as number;
    n += weight;
    for (let j = 0; j < k; j++) {
      columnSums[j] = (columnSums[j] as number) + weight * (data[row * k + j] as number);
    }
  }
  if (n < 2 || k < 2) return null;
  const grand = columnSums.reduce((sum, value) => sum + value, 0) / (n * k);
  let total = 0;
  let between = 0;
  for (let row = 0; row < weights.length; row++) {
    const weight = weights[row] as number;
    if (weight === 0) continue;
    let rowSum = 0;
    for (let j = 0; j < k; j++) {
      const centred = (data[row * k + j] as number) - grand;
      total += weight * centred * centred;
      rowSum += centred;
    }
    between += (weight * rowSum * rowSum) / k;
  }
  // What rounding leaves of constant ratings is not variance.
  if (total <= 1e-24 * n * k * grand * grand) return null;
  const columns = columnSums.reduce((sum, value) => sum + n * (value / n - grand) ** 2, 0);
  const error = Math.max(0, total - between - columns);
  return { rows: between / (n - 1), columns: columns / (k - 1), error: error / ((n - 1) * (k - 1)), n, k };
}
