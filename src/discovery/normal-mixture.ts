import { CholeskyDecomposition, Matrix } from "ml-matrix";
import type { Random } from "../domain/statistics/random.ts";
import { type Points, selectPoints, squaredBetween } from "./spanning-tree.ts";

/** Starts, short runs of each, and rounds after which the best of them is taken as it is. */
const STARTS = 10;
const SHORT_ROUNDS = 5;
const MOST_ROUNDS = 200;
/** Log-likelihood per point that a round must add for another to follow. */
const LEAST_GAIN = 1e-4;
/** Share of the points' mean square that is added to each variance: a direction without any leaves the shape invertible. */
const RIDGE = 1e-6;
/** A group must add so many times the log-likelihood that one more adds where there are more than enough. */
const TIMES_CHANCE = 2;
/** More points than this choose no other number of groups. */
const CHOOSING_POINTS = 2000;

/** Points as a mixture of normal distributions that differ in place and share, and have one common shape. */
export interface NormalMixture {
  /** Group of each point, by the larger share of its density. */
  readonly groups: Int32Array;
  /** Points and centres in the metric in which every group is a ball of variance 1. */
  readonly whitened: Points;
  readonly centres: Points;
}

/**
 * The mixture with as many groups, up to `most`, as each add more log-likelihood than chance: twice what one more group adds among
 * the larger half of these numbers, where there are more than enough (slope heuristics, Birgé and Massart 2007; Baudry, Maugis and Michel
 * 2012), and at least what BIC asks for (Schwarz 1978). Groups of faces are no bells: likelihood of points that were not looked at, and BIC, go on rising for parts of groups.
 */
export function preferredMixture(
  points: Points,
  { most, random }: { readonly most: number; readonly random: Random },
): NormalMixture {
  const all = Array.from({ length: points.count }, (_, point) => point);
  const chosen =
    points.count > CHOOSING_POINTS ? selectPoints(points, random.shuffled(all).slice(0, CHOOSING_POINTS)) : points;
  const fits = Array.from({ length: most }, (_, at) => likeliest(chosen, at + 1, random));
  const likelihoods = fits.map(({ logLikelihood }) => logLikelihood);
  const parametersPerGroup = points.dimensions + 1;
  const leastPrice = (parametersPerGroup / 2) * Math.log(chosen.count);
  const price = Math.max(leastPrice, TIMES_CHANCE * slopeOf(likelihoods, Math.floor(most / 2)));
  const worth = likelihoods.map((likelihood, at) => likelihood - price * at);
  const best = worth.indexOf(Math.max(...worth));
  return chosen === points ? asMixture(fits[best] as Round) : fitMixture(points, best + 1, random);
}

/** How much values rise from one to the next, from a place on: least squares; 0 of fewer than two. */
function slopeOf(values: readonly number[], from: number): number {
  const later = values.slice(from);
  const middle = (later.length - 1) / 2;
  const spread = later.reduce((sum, _, at) => sum + (at - middle) ** 2, 0);
  return spread === 0 ? 0 : later.reduce((sum, value, at) => sum + (at - middle) * value, 0) / spread;
}

/** A mixture with so many groups: model EEE of Fraley and Raftery 2002. */
export function fitMixture(points: Points, groups: number, random: Random): NormalMixture {
  return asMixture(likeliest(points, groups, random));
}

function asMixture({ shares, whitened, centres }: Round): NormalMixture {
  const groups = centres.count;
  const owners = Int32Array.from({ length: whitened.count }, (_, point) => {
    const own = shares.subarray(point * groups, (point + 1) * groups);
    return own.indexOf(Math.max(...own));
  });
  return { groups: owners, whitened, centres };
}

/** Expectation and maximisation: some starts for a few rounds, the likeliest to the end (Biernacki and others 2003). */
function likeliest(points: Points, groups: number, random: Random): Round {
  const starts = Array.from({ length: groups === 1 ? 1 : STARTS }, () =>
    improve(points, startingShares(points, groups, random), SHORT_ROUNDS),
  );
  const best = starts.reduce((top, one) => (one.logLikelihood > top.logLikelihood ? one : top));
  return improve(points, best.shares, MOST_ROUNDS);
}

/** Share of each group in each point. float64 [points, groups] */
type Shares = Float64Array;

interface Round {
  readonly shares: Shares;
  readonly logLikelihood: number;
  readonly whitened: Points;
  readonly centres: Points;
}

function improve(points: Points, start: Shares, rounds: number): Round {
  let round = nextRound(points, start);
  for (let done = 1; done < rounds; done += 1) {
    const next = nextRound(points, round.shares);
    const gain = next.logLikelihood - round.logLikelihood;
    round = next;
    if (gain < LEAST_GAIN * points.count) break;
  }
  return round;
}

/** Places, sizes and shape from shares, then shares from these. */
function nextRound(points: Points, shares: Shares): Round {
  return densitiesOf(points, parametersOf(points, shares));
}

interface Parameters {
  /** Share of the points in each group. */
  readonly sizes: Float64Array;
  readonly means: Float64Array;
  /** Lower triangle of the common covariance. */
  readonly lower: Matrix;
}

function parametersOf(points: Points, shares: Shares): Parameters {
  const { sizes, means } = placesOf(points, shares, shares.length / points.count);
  return { sizes: sizes.map((size) => size / points.count), means, lower: shapeOf(points, sizes, means) };
}

function densitiesOf({ count, dimensions, values }: Points, { sizes, means, lower }: Parameters): Round {
  const groups = sizes.length;
  const whitened = { count, dimensions, values: whiten(values, lower, dimensions) };
  const centres = { count: groups, dimensions, values: whiten(means, lower, dimensions) };
  const logDeterminant = lower.diagonal().reduce((sum, value) => sum + Math.log(value), 0);
  const constant = -logDeterminant - (dimensions / 2) * Math.log(2 * Math.PI);
  const logSizes = sizes.map((size) => Math.log(Math.max(size, Number.MIN_VALUE)) + constant);
  const shares = new Float64Array(count * groups);
  let logLikelihood = 0;
  const densities = new Float64Array(groups);
  for (let point = 0; point < count; point += 1) {
    let highest = Number.NEGATIVE_INFINITY;
    for (let group = 0; group < groups; group += 1) {
      const density = (logSizes[group] as number) - squaredBetween(whitened, point, centres, group) / 2;
      densities[group] = density;
      if (density > highest) highest = density;
    }
    let total = 0;
    for (const density of densities) total += Math.exp(density - highest);
    for (let group = 0; group < groups; group += 1) {
      shares[point * groups + group] = Math.exp((densities[group] as number) - highest) / total;
    }
    logLikelihood += highest + Math.log(total);
  }
  return { shares, logLikelihood, whitened, centres };
}

function placesOf({ count, dimensions, values }: Points, shares: Shares, groups: number) {
  const sizes = new Float64Array(groups);
  const means = new Float64Array(groups * dimensions);
  for (let point = 0; point < count; point += 1) {
    for (let group = 0; group < groups; group += 1) {
      const share = shares[point * groups + group] as number;
      if (share === 0) continue;
      sizes[group] = (sizes[group] as number) + share;
      for (let at = 0; at < dimensions; at += 1) {
        const place = group * dimensions + at;
        means[place] = (means[place] as number) + share * (values[point * dimensions + at] as number);
      }
    }
  }
  for (let place = 0; place < means.length; place += 1) {
    const size = sizes[Math.floor(place / dimensions)] as number;
    if (size > 0) means[place] = (means[place] as number) / size;
  }
  return { sizes, means };
}

/** Lower triangle of the common covariance: what varies in all, less what varies between the places of the groups. */
function shapeOf({ count, dimensions, values }: Points, sizes: Float64Array, means: Float64Array): Matrix {
  const within = Matrix.zeros(dimensions, dimensions);
  const square = values.reduce((sum, value) => sum + value * value, 0) / values.length;
  for (let a = 0; a < dimensions; a += 1) {
    for (let b = 0; b <= a; b += 1) {
      let sum = 0;
      for (let start = 0; start < values.length; start += dimensions) {
        sum += (values[start + a] as number) * (values[start + b] as number);
      }
      for (let group = 0; group < sizes.length; group += 1) {
        const start = group * dimensions;
        sum -= (sizes[group] as number) * (means[start + a] as number) * (means[start + b] as number);
      }
      within.set(a, b, sum / count);
      within.set(b, a, sum / count);
    }
  }
  const ridge = Math.max(RIDGE * square, Number.EPSILON);
  for (let at = 0; at < dimensions; at += 1) within.set(at, at, within.get(at, at) + ridge);
  return new CholeskyDecomposition(within).lowerTriangularMatrix;
}

/** Solves lower * whitened = row for each row. */
function whiten(values: Float64Array, lower: Matrix, dimensions: number): Float64Array {
  const triangle = lower.to1DArray();
  const white = new Float64Array(values.length);
  for (let start = 0; start < values.length; start += dimensions) {
    for (let row = 0; row < dimensions; row += 1) {
      let value = values[start + row] as number;
      for (let at = 0; at < row; at += 1) {
        value -= (triangle[row * dimensions + at] as number) * (white[start + at] as number);
      }
      white[start + row] = value / (triangle[row * dimensions + row] as number);
    }
  }
  return white;
}

/** Each point wholly in the group of the nearest of some points, drawn far from each other (Arthur and Vassilvitskii 2007). */
function startingShares(points: Points, groups: number, random: Random): Shares {
  const { count } = points;
  const nearest = new Int32Array(count);
  const distances = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  let drawn = random.below(count);
  for (let group = 0; group < groups; group += 1) {
    for (let point = 0; point < count; point += 1) {
      const distance = squaredBetween(points, point, points, drawn);
      if (distance >= (distances[point] as number)) continue;
      distances[point] = distance;
      nearest[point] = group;
    }
    drawn = drawByWeight(distances, random);
  }
  const shares = new Float64Array(count * groups);
  nearest.forEach((group, point) => {
    shares[point * groups + group] = 1;
  });
  return shares;
}

function drawByWeight(weights: Float64Array, random: Random): number {
  let left = random.real() * weights.reduce((sum, weight) => sum + weight, 0);
  const drawn = weights.findIndex((weight) => {
    left -= weight;
    return left < 0;
  });
  return drawn === -1 ? weights.length - 1 : drawn;
}
