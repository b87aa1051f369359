import { CholeskyDecomposition, Matrix } from "ml-matrix";
import type { Random } from "../domain/statistics/random.ts";
import type { Points } from "./spanning-tree.ts";

/** Added to the diagonal, so that coordinates that hang together exactly leave the matrix invertible. */
const RIDGE = 1e-6;

/**
 * Faces without categories that look like these in everything else: each coordinate has the same mean, variance and
 * range and is skewed alike, but has one peak (a beta distribution fitted by moments, or a normal one outside 0..1),
 * and every pair of coordinates is rank-correlated as it is here (a Gaussian copula). What clustering finds in them is
 * what it finds by chance.
 */
export function createNullModel(points: Points): (random: Random) => Points {
  const { count, dimensions } = points;
  const columns = Array.from({ length: dimensions }, (_, column) =>
    Float64Array.from({ length: count }, (__, point) => points.values[point * dimensions + column] as number),
  );
  const factor = correlationFactor(columns);
  const marginals = columns.map(marginalOf);
  return (random) => {
    const values = new Float64Array(count * dimensions);
    const normals = correlatedNormals(factor, count, random);
    for (let column = 0; column < dimensions; column += 1) {
      const drawn = (marginals[column] as Marginal)(count, random).sort();
      const scores = Float64Array.from({ length: count }, (_, point) => normals[point * dimensions + column] as number);
      ranksOf(scores).forEach((rank, point) => {
        values[point * dimensions + column] = drawn[rank] as number;
      });
    }
    return { count, dimensions, values };
  };
}

type Marginal = (count: number, random: Random) => Float64Array;

/** Lower triangle whose product with independent normals has the columns' correlations of normal scores. */
function correlationFactor(columns: readonly Float64Array[]): Matrix {
  const scores = columns.map((column) => standardised(midranksOf(column)));
  const correlation = Matrix.eye(columns.length);
  for (let a = 0; a < columns.length; a += 1) {
    for (let b = 0; b < a; b += 1) {
      const value = dot(scores[a] as Float64Array, scores[b] as Float64Array);
      correlation.set(a, b, value);
      correlation.set(b, a, value);
    }
    correlation.set(a, a, 1 + RIDGE);
  }
  return new CholeskyDecomposition(correlation).lowerTriangularMatrix;
}

function correlatedNormals(factor: Matrix, count: number, random: Random): Float64Array {
  const dimensions = factor.rows;
  const values = new Float64Array(count * dimensions);
  const independent = new Float64Array(dimensions);
  for (let point = 0; point < count; point += 1) {
    for (let column = 0; column < dimensions; column += 1) independent[column] = random.normal();
    for (let row = 0; row < dimensions; row += 1) {
      let sum = 0;
      for (let column = 0; column <= row; column += 1) sum += factor.get(row, column) * (independent[column] as number);
      values[point * dimensions + row] = sum;
    }
  }
  return values;
}

function marginalOf(column: Float64Array): Marginal {
  const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
  const variance = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, column.length - 1);
  const inUnitRange = column.every((value) => value >= 0 && value <= 1);
  const evidence = (mean * (1 - mean)) / variance - 1;
  if (variance === 0) return (count) => new Float64Array(count).fill(mean);
  if (!inUnitRange || !(evidence > 0)) {
    return (count, random) => Float64Array.from({ length: count }, () => mean + Math.sqrt(variance) * random.normal());
  }
  // With both shapes under 1 a beta distribution has two peaks; the larger one is raised to 1 to leave one.
  const [a, b] = onePeak(mean * evidence, (1 - mean) * evidence);
  return (count, random) =>
    Float64Array.from({ length: count }, () => {
      const x = gammaDeviate(a, random);
      const total = x + gammaDeviate(b, random);
      return total === 0 ? mean : x / total;
    });
}

function onePeak(a: number, b: number): [number, number] {
  if (a >= 1 || b >= 1) return [a, b];
  return a > b ? [1, b / a] : [a / b, 1];
}

/** Marsaglia and Tsang 2000; shapes under 1 by their boost. */
function gammaDeviate(shape: number, random: Random): number {
  if (shape < 1) return gammaDeviate(shape + 1, random) * (1 - random.real()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v <= 0) continue;
    const u = 1 - random.real();
    if (Math.log(u) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

function ranksOf(values: Float64Array): Int32Array {
  const order = Int32Array.from(values, (_, index) => index).sort(
    (a, b) => (values[a] as number) - (values[b] as number) || a - b,
  );
  const ranks = new Int32Array(values.length);
  order.forEach((index, rank) => {
    ranks[index] = rank;
  });
  return ranks;
}

/** Ranks in which equal values share their mean rank: otherwise ties would follow the order of the faces. */
function midranksOf(values: Float64Array): Float64Array {
  const order = Int32Array.from(values, (_, index) => index).sort(
    (a, b) => (values[a] as number) - (values[b] as number),
  );
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end] as number] === values[order[start] as number]) end += 1;
    for (let at = start; at < end; at += 1) ranks[order[at] as number] = (start + end - 1) / 2;
    start = end;
  }
  return ranks;
}

/** Ranks with mean 0 and sum of squares 1. */
function standardised(ranks: Float64Array): Float64Array {
  const centre = (ranks.length - 1) / 2;
  const length = Math.sqrt(ranks.reduce((sum, rank) => sum + (rank - centre) ** 2, 0));
  return ranks.map((rank) => (length === 0 ? 0 : (rank - centre) / length));
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] as number), 0);
}
