import { plainValue, type WeightedStatistic } from "./weighted-statistic.ts";

/** How far apart two values are: nominal (same or not), ordinal (ranks between), interval (squared difference). */
export type MeasurementLevel = "nominal" | "ordinal" | "interval";

/** One unit's distinct values, as places in the list of all values, with how many raters gave each. */
interface Unit {
  readonly places: readonly number[];
  readonly counts: readonly number[];
  readonly ratings: number;
}

/**
 * Krippendorff's alpha, 1 - observed / expected disagreement, as a statistic of the units (Krippendorff 2011).
 * `ratings[unit][rater]` is a number, or `null` where that rater did not rate; units with fewer than two ratings do not
 * count. `null` when nothing can be paired or when all ratings are the same, where alpha is 0/0.
 */
export function krippendorffStatistic(
  ratings: readonly (readonly (number | null)[])[],
  level: MeasurementLevel,
): WeightedStatistic {
  return level === "interval" ? intervalStatistic(ratings) : categoryStatistic(ratings, level);
}

/** Nominal and ordinal: the distance of two values may depend on how often each value was used. */
function categoryStatistic(
  ratings: readonly (readonly (number | null)[])[],
  level: "nominal" | "ordinal",
): WeightedStatistic {
  const values = [...new Set(ratings.flat().filter((value) => value !== null))].sort((a, b) => a - b);
  const place = new Map(values.map((value, index) => [value, index]));
  const units = ratings.map((unit) => unitOf(unit, place)).map((unit) => (unit.ratings > 1 ? unit : NOTHING));
  const flat = flattened(units);
  // The distance of nominal values is always 1, so what a unit disagrees about is known beforehand.
  const apart = Float64Array.from(units, (unit) => disagreement(unit, () => 1) / Math.max(1, unit.ratings - 1));
  return (weights) => {
    const totals = new Float64Array(values.length);
    let pairable = 0;
    for (let i = 0; i < flat.places.length; i++) {
      const count = (weights[flat.units[i] as number] as number) * (flat.counts[i] as number);
      const at = flat.places[i] as number;
      totals[at] = (totals[at] as number) + count;
      pairable += count;
    }
    const distance = level === "nominal" ? () => 1 : midrankDistance(totals);
    const observed = level === "nominal" ? weighted(apart, weights) : observedIn(units, weights, distance);
    const all = { places: values.map((_, i) => i), counts: [...totals], ratings: pairable };
    const expected = disagreement(all, distance) / (pairable - 1);
    return expected > 0 ? 1 - observed / expected : null;
  };
}

/** A unit that nothing can be paired in. */
const NOTHING: Unit = { places: [], counts: [], ratings: 0 };

/** All units' distinct values one after the other, for a quick loop. */
function flattened(units: readonly Unit[]) {
  return {
    units: Uint32Array.from(units.flatMap(({ places }, unit) => places.map(() => unit))),
    places: Uint32Array.from(units.flatMap(({ places }) => places)),
    counts: Float64Array.from(units.flatMap(({ counts }) => counts)),
  };
}

function weighted(values: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (weights[i] as number) * (values[i] as number);
  return sum;
}

function observedIn(units: readonly Unit[], weights: Float64Array, distance: Distance): number {
  let sum = 0;
  units.forEach((unit, index) => {
    const weight = weights[index] as number;
    if (weight > 0 && unit.ratings > 1) sum += (weight * disagreement(unit, distance)) / (unit.ratings - 1);
  });
  return sum;
}

/** Squared differences, by the moments of each unit: values may then be as many as ratings. */
function intervalStatistic(ratings: readonly (readonly (number | null)[])[]): WeightedStatistic {
  const given = ratings
    .map((unit) => unit.filter((value) => value !== null))
    .map((unit) => (unit.length > 1 ? unit : []));
  const sizes = Float64Array.from(given, (unit) => unit.length);
  // Moments about the overall mean: far from it, the difference of large squares would lose digits.
  const centre = given.flat().reduce((sum, value) => sum + value, 0) / Math.max(1, given.flat().length);
  const sums = Float64Array.from(given, (unit) => unit.reduce((sum, value) => sum + (value - centre), 0));
  const squares = Float64Array.from(given, (unit) => unit.reduce((sum, value) => sum + (value - centre) ** 2, 0));
  const apart = Float64Array.from(given, (unit, i) =>
    unit.length > 1 ? (2 * (unit.length * (squares[i] as number) - (sums[i] as number) ** 2)) / (unit.length - 1) : 0,
  );
  return (weights) => {
    let [n, sum, square, observed] = [0, 0, 0, 0];
    for (let i = 0; i < sizes.length; i++) {
      const weight = weights[i] as number;
      n += weight * (sizes[i] as number);
      sum += weight * (sums[i] as number);
      square += weight * (squares[i] as number);
      observed += weight * (apart[i] as number);
    }
    const expected = (2 * (n * square - sum * sum)) / (n - 1);
    return n > 1 && expected > 1e-12 * square ? 1 - observed / expected : null;
  };
}

/** Krippendorff's alpha of units x raters; `null` when undefined. */
export function krippendorffAlpha(
  ratings: readonly (readonly (number | null)[])[],
  level: MeasurementLevel,
): number | null {
  return plainValue(krippendorffStatistic(ratings, level), ratings.length);
}

function unitOf(ratings: readonly (number | null)[], place: ReadonlyMap<number, number>): Unit {
  const counts = new Map<number, number>();
  for (const rating of ratings) {
    if (rating === null) continue;
    const at = place.get(rating) as number;
    counts.set(at, 1 + (counts.get(at) ?? 0));
  }
  return {
    places: [...counts.keys()],
    counts: [...counts.values()],
    ratings: ratings.filter((rating) => rating !== null).length,
  };
}

type Distance = (a: number, b: number) => number;

/** Ordinal: the ratings from a to b inclusive, less half of those at the two ends. */
function midrankDistance(totals: Float64Array): Distance {
  const midranks = new Float64Array(totals.length);
  let before = 0;
  totals.forEach((total, index) => {
    midranks[index] = before + total / 2;
    before += total;
  });
  return (a, b) => ((midranks[a] as number) - (midranks[b] as number)) ** 2;
}

/** Sum of distances over the ordered pairs of one unit's ratings. */
function disagreement(unit: Unit, distance: Distance): number {
  let sum = 0;
  for (let i = 0; i < unit.places.length; i++) {
    for (let j = 0; j < i; j++) {
      const pairs = 2 * (unit.counts[i] as number) * (unit.counts[j] as number);
      sum += pairs * distance(unit.places[i] as number, unit.places[j] as number);
    }
  }
  return sum;
}
