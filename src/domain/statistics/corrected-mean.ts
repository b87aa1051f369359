import { normalCdf, normalQuantile } from "./normal-distribution.ts";
import type { WeightedStatistic } from "./weighted-statistic.ts";

/** One unit as a model predicts it, with its true value where people gave one. */
export interface PredictedUnit {
  readonly predicted: number;
  readonly truth: number | null;
  /** Units of one subject or image, which are not independent of one another. */
  readonly cluster: string;
  /** The chance with which it was chosen for people to label, where that is known and not the same for all. */
  readonly probability?: number;
}

/** The mean of true values over all units, labelled or not, from predictions that a labelled part corrects. */
export interface CorrectedMean {
  readonly value: number;
  readonly standardError: number;
  readonly low: number;
  readonly high: number;
  /** Two-sided, of a mean of 0. */
  readonly pValue: number;
  /** How much is made of predictions, 0..1; `null` where known chances decide. */
  readonly lambda: number | null;
}

/**
 * Prediction-powered inference for a mean (Angelopoulos, Duchi and Zrnic 2023: PPI++), where the labelled units are a random
 * part: any bias of the predictions is taken out, and the worse they are, the less is made of them. With known chances of
 * being labelled it is design-based supervised learning (Egami, Hinck, Stewart and Wei 2023), which such a part may be drawn
 * by. Intervals are normal, with cluster-robust errors.
 *
 * @param less units whose mean is taken off: the difference of two groups, a subject in both included.
 * @returns `null` under two labelled units of a group.
 */
export function correctedMean(
  units: readonly PredictedUnit[],
  { level = 0.95, less }: { readonly level?: number; readonly less?: readonly PredictedUnit[] } = {},
): CorrectedMean | null {
  const [own, other] = [partsOf(units), less === undefined ? null : partsOf(less)];
  const found = own(new Float64Array(units.length).fill(1));
  const taken = other === null ? null : other(new Float64Array(less?.length ?? 0).fill(1));
  if (found === null || (other !== null && taken === null)) return null;
  const sums = new Map<string, number>();
  const add = (some: readonly PredictedUnit[], influence: Float64Array, sign: number) => {
    some.forEach(({ cluster }, i) => {
      sums.set(cluster, (sums.get(cluster) ?? 0) + sign * (influence[i] as number));
    });
  };
  add(units, found.influence, 1);
  if (taken !== null && less !== undefined) add(less, taken.influence, -1);
  const standardError = Math.sqrt([...sums.values()].reduce((sum, one) => sum + one * one, 0));
  const value = found.value - (taken?.value ?? 0);
  const reach = normalQuantile((1 + level) / 2) * standardError;
  const pValue = standardError > 0 ? 2 * normalCdf(-Math.abs(value) / standardError) : value === 0 ? 1 : 0;
  return { value, standardError, low: value - reach, high: value + reach, pValue, lambda: found.lambda };
}

/** The value of {@link correctedMean} as a statistic of the units. */
export function correctedMeanStatistic(units: readonly PredictedUnit[]): WeightedStatistic {
  const parts = partsOf(units);
  return (weights) => parts(weights)?.value ?? null;
}

interface Parts {
  readonly value: number;
  readonly lambda: number | null;
  /** What each unit adds to the error of the value. */
  readonly influence: Float64Array;
}

function partsOf(units: readonly PredictedUnit[]): (weights: Float64Array) => Parts | null {
  const predicted = Float64Array.from(units, (unit) => unit.predicted);
  const truth = Float64Array.from(units, (unit) => unit.truth ?? Number.NaN);
  const isLabelled = (i: number) => !Number.isNaN(truth[i] as number);
  if (units.every(({ probability }) => probability !== undefined)) {
    // Horvitz and Thompson's weights make each labelled unit stand for those that were not chosen.
    const adjusted = Float64Array.from(units, (unit, i) =>
      isLabelled(i)
        ? unit.predicted + ((truth[i] as number) - unit.predicted) / (unit.probability ?? 1)
        : unit.predicted,
    );
    return (weights) => {
      const all = momentsOf(adjusted, weights, () => true);
      const labelled = momentsOf(adjusted, weights, isLabelled);
      if (labelled.n < 2) return null;
      return { value: all.mean, lambda: null, influence: adjusted.map((one) => (one - all.mean) / all.n) };
    };
  }
  return (weights) => {
    const [hand, model] = [momentsOf(truth, weights, isLabelled), momentsOf(predicted, weights, isLabelled)];
    const rest = momentsOf(predicted, weights, (i) => !isLabelled(i));
    if (hand.n < 2) return null;
    const lambda = rest.n === 0 ? 0 : lambdaOf({ predicted, truth, weights, isLabelled }, { hand, model, rest });
    const corrected = hand.mean - lambda * model.mean;
    return {
      value: corrected + (rest.n === 0 ? 0 : lambda * rest.mean),
      lambda,
      influence: predicted.map((one, i) =>
        isLabelled(i)
          ? ((truth[i] as number) - lambda * one - corrected) / hand.n
          : (lambda * (one - rest.mean)) / rest.n,
      ),
    };
  };
}

interface Moments {
  readonly n: number;
  readonly mean: number;
}

function momentsOf(values: Float64Array, weights: Float64Array, counts: (i: number) => boolean): Moments {
  let [n, sum] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    if (!counts(i)) continue;
    n += weights[i] as number;
    sum += (weights[i] as number) * (values[i] as number);
  }
  return { n, mean: sum / n };
}

/** What makes the variance smallest, as the authors' package estimates it; 0 where all predictions are the same. */
function lambdaOf(
  {
    predicted,
    truth,
    weights,
    isLabelled,
  }: {
    readonly predicted: Float64Array;
    readonly truth: Float64Array;
    readonly weights: Float64Array;
    readonly isLabelled: (i: number) => boolean;
  },
  { hand, model, rest }: { readonly hand: Moments; readonly model: Moments; readonly rest: Moments },
): number {
  const n = hand.n + rest.n;
  const mean = (hand.n * model.mean + rest.n * rest.mean) / n;
  let [together, spread] = [0, 0];
  for (let i = 0; i < predicted.length; i++) {
    const [weight, own] = [weights[i] as number, predicted[i] as number];
    spread += weight * (own - mean) ** 2;
    if (isLabelled(i)) together += weight * ((truth[i] as number) - hand.mean) * (own - model.mean);
  }
  if (!(spread > 0)) return 0;
  return Math.max(0, Math.min(1, together / hand.n / ((1 + hand.n / rest.n) * (spread / (n - 1)))));
}
