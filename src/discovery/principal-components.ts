import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import type { Random } from "../domain/statistics/random.ts";
import type { Points } from "./spanning-tree.ts";

/** The main directions of a cloud of points. */
interface Components {
  readonly mean: Float64Array;
  /** One unit vector per component, by falling variance. float64 [components, dimensions]. */
  readonly directions: readonly Float64Array[];
  readonly variances: readonly number[];
}

/** Permuted copies that a component must beat. */
const PERMUTATIONS = 20;
const QUANTILE = 0.95;

/** All principal components of the points. */
export function principalComponents(points: Points): Components {
  const { count, dimensions } = points;
  const mean = columnMeans(points);
  const products = new Float64Array(dimensions * dimensions);
  const row = new Float64Array(dimensions);
  for (let point = 0; point < count; point += 1) {
    for (let own = 0; own < dimensions; own += 1) {
      row[own] = at(points.values, point * dimensions + own) - at(mean, own);
    }
    for (let a = 0; a < dimensions; a += 1) {
      for (let b = 0; b <= a; b += 1) {
        const place = a * dimensions + b;
        products[place] = at(products, place) + at(row, a) * at(row, b);
      }
    }
  }
  const covariance = Matrix.zeros(dimensions, dimensions);
  for (let a = 0; a < dimensions; a += 1) {
    for (let b = 0; b <= a; b += 1) {
      const value = at(products, a * dimensions + b) / Math.max(1, count - 1);
      covariance.set(a, b, value);
      covariance.set(b, a, value);
    }
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, { assumeSymmetric: true });
  const order = realEigenvalues
    .map((_, index) => index)
    .sort((a, b) => at(realEigenvalues, b) - at(realEigenvalues, a));
  return {
    mean,
    directions: order.map((column) => signed(Float64Array.from(eigenvectorMatrix.getColumn(column)))),
    variances: order.map((column) => Math.max(0, at(realEigenvalues, column))),
  };
}

/**
 * How many components hold more variance than chance, up to `most`: parallel analysis (Horn 1965) one component at a
 * time. What is left after the components found so far is compared with copies of itself whose columns were shuffled
 * independently, at their 95th percentile; so a strong component does not hide a weak one. 0: nothing varies together.
 */
export function componentsBeyondChance(
  points: Points,
  components: Components,
  { most, random }: { readonly most: number; readonly random: Random },
): number {
  const limit = Math.min(most, components.directions.length - 1);
  let residual = points;
  for (let kept = 0; kept < limit; kept += 1) {
    const chance = Array.from({ length: PERMUTATIONS }, () =>
      at(principalComponents(shuffleColumns(residual, random)).variances, 0),
    ).sort((a, b) => a - b);
    if (at(components.variances, kept) <= at(chance, Math.ceil(QUANTILE * PERMUTATIONS) - 1)) return kept;
    residual = without(residual, components.mean, components.directions[kept] as Float64Array);
  }
  return limit;
}

/** The points with everything along one direction taken away. */
function without({ count, dimensions, values }: Points, mean: Float64Array, direction: Float64Array): Points {
  const rest = Float64Array.from(values);
  for (let point = 0; point < count; point += 1) {
    const start = point * dimensions;
    let along = 0;
    for (let dimension = 0; dimension < dimensions; dimension += 1) {
      along += (at(values, start + dimension) - at(mean, dimension)) * at(direction, dimension);
    }
    for (let dimension = 0; dimension < dimensions; dimension += 1) {
      rest[start + dimension] = at(values, start + dimension) - along * at(direction, dimension);
    }
  }
  return { count, dimensions, values: rest };
}

/**
 * How far the spread along each of the first components is from a bell: the larger of skewness and excess kurtosis, in
 * standard errors. Groups show here; a component on which nothing stands out only adds distance between neighbours.
 */
export function lumpiness(points: Points, components: Components, count: number): number[] {
  const chosen = Array.from({ length: Math.min(count, components.directions.length) }, (_, index) => index);
  const flat = project(points, components, chosen);
  return chosen.map((column) => {
    const scale = Math.sqrt(at(components.variances, column));
    if (scale === 0) return 0;
    let [cubes, fourths] = [0, 0];
    for (let point = 0; point < points.count; point += 1) {
      const z = at(flat.values, point * chosen.length + column) / scale;
      cubes += z ** 3 / points.count;
      fourths += z ** 4 / points.count;
    }
    return Math.max(
      Math.abs(cubes) / Math.sqrt(6 / points.count),
      Math.abs(fourths - 3) / Math.sqrt(24 / points.count),
    );
  });
}

/** Coordinates of the points on the chosen components. */
export function project(points: Points, { mean, directions }: Components, chosen: readonly number[]): Points {
  const { count, dimensions, values } = points;
  const flat = new Float64Array(count * chosen.length);
  chosen.forEach((component, column) => {
    const direction = directions[component] as Float64Array;
    for (let point = 0; point < count; point += 1) {
      let sum = 0;
      for (let dimension = 0; dimension < dimensions; dimension += 1) {
        sum += (at(values, point * dimensions + dimension) - at(mean, dimension)) * at(direction, dimension);
      }
      flat[point * chosen.length + column] = sum;
    }
  });
  return { count, dimensions: chosen.length, values: flat };
}

function columnMeans({ count, dimensions, values }: Points): Float64Array {
  const mean = new Float64Array(dimensions);
  for (let index = 0; index < values.length; index += 1) {
    mean[index % dimensions] = at(mean, index % dimensions) + at(values, index) / count;
  }
  return mean;
}

function shuffleColumns({ count, dimensions, values }: Points, random: Random): Points {
  const copy = Float64Array.from(values);
  for (let column = 0; column < dimensions; column += 1) {
    for (let last = count - 1; last > 0; last -= 1) {
      const [a, b] = [last * dimensions + column, random.below(last + 1) * dimensions + column];
      const kept = at(copy, a);
      copy[a] = at(copy, b);
      copy[b] = kept;
    }
  }
  return { count, dimensions, values: copy };
}

/** An eigenvector's sign is arbitrary: the largest coordinate is made positive, so that maps do not flip. */
function signed(direction: Float64Array): Float64Array {
  const largest = direction.reduce((top, value) => (Math.abs(value) > Math.abs(top) ? value : top), 0);
  return largest < 0 ? direction.map((value) => -value) : direction;
}

function at(values: ArrayLike<number>, index: number): number {
  return values[index] as number;
}
