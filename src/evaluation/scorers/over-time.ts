import { concordanceOf, type Moments, pearsonOf } from "../../domain/statistics/correlation.ts";
import type { WeightedStatistic } from "../../domain/statistics/weighted-statistic.ts";
import type { ReadingName } from "../answer.ts";
import type { AnswerOverTime } from "../answer-over-time.ts";
import { defineScorer, type ScoredRow, scored, unscored } from "../score.ts";

/**
 * Sums over the moments of one clip, of which every metric is made: x is the truth, y the answer. With the moments
 * themselves each of ten thousand resamples would go through all of them.
 */
interface Sums {
  readonly told: number;
  /** Moments of the truth, also those at which the answer says nothing. */
  readonly moments: number;
  readonly x: number;
  readonly y: number;
  readonly xx: number;
  readonly yy: number;
  readonly xy: number;
  readonly absolute: number;
  readonly sameSign: number;
}

/**
 * Valence or arousal over time, on -1..1: at each moment of the truth, what the answer's reading says there. Moments of all
 * clips are put together, clips are drawn anew for intervals.
 */
export function createAffectOverTimeScorer(dimension: "valence" | "arousal", reading: ReadingName) {
  const metric = (name: string, better: "higher" | "lower", of: (sums: Sums) => number | null) => ({
    ...{ name: `${dimension}_over_time_${name}`, better },
    statistic: (rows: readonly ScoredRow<Sums>[]): WeightedStatistic => {
      const each = rows.map(({ metadata }) => metadata);
      return (weights) => of(total(each, weights));
    },
  });
  return defineScorer<Sums>({
    name: `${dimension}-over-time`,
    description: `Perceived ${dimension} at each moment of a clip on -1..1: concordance, r, sign agreement, mean absolute error`,
    requires: ["moments"],
    score({ overTime }, { truth }) {
      const moments = (truth.moments ?? []).flatMap(({ timeS, [dimension]: value }) =>
        value === null ? [] : [{ timeS, value }],
      );
      if (moments.length === 0) return unscored("no truth", `The sample has no ${dimension} over time`);
      if (overTime === undefined) return unscored("not measured", "The answer is about an image, not over time");
      const pairs = moments.flatMap(({ timeS, value }): [number, number][] => {
        const given = stretchAt(overTime, timeS)?.[reading][dimension] ?? null;
        return given === null ? [] : [[value, given]];
      });
      if (pairs.length === 0) return unscored("abstained", `The answer gives no ${dimension} over time`);
      const sums = sumsOf(pairs, moments.length);
      return scored(sums.absolute / sums.told, sums, `${sums.told} of ${moments.length} moments`);
    },
    metrics: () => [
      metric("ccc", "higher", ofMoments(concordanceOf)),
      metric("r", "higher", ofMoments(pearsonOf)),
      metric("sagr", "higher", ({ sameSign, told }) => sameSign / told),
      metric("mae", "lower", ({ absolute, told }) => absolute / told),
      metric("told", "higher", ({ told, moments }) => told / moments),
    ],
  });
}

/** What is read at a moment; between two stretches the nearer one, half a frame away at most. */
function stretchAt({ stretches, stepS }: AnswerOverTime, timeS: number) {
  const away = ({ fromS, toS }: AnswerOverTime["stretches"][number]) => Math.max(fromS - timeS, timeS - toS, 0);
  const [nearest] = [...stretches].sort((a, b) => away(a) - away(b));
  return nearest !== undefined && away(nearest) <= stepS / 2 + 1e-6 ? nearest : undefined;
}

function sumsOf(pairs: readonly (readonly [number, number])[], moments: number): Sums {
  const sum = (of: (x: number, y: number) => number) => pairs.reduce((all, [x, y]) => all + of(x, y), 0);
  return {
    ...{ told: pairs.length, moments, x: sum((x) => x), y: sum((_, y) => y) },
    ...{ xx: sum((x) => x * x), yy: sum((_, y) => y * y), xy: sum((x, y) => x * y) },
    absolute: sum((x, y) => Math.abs(x - y)),
    sameSign: sum((x, y) => sameSign(x, y)),
  };
}

/** 1 for the same sign, as in the sign agreement metric (SAGR: Nicolaou, Gunes & Pantic 2011); 0 is a sign of its own. */
export function sameSign(truth: number, given: number): 0 | 1 {
  return Math.sign(truth) === Math.sign(given) ? 1 : 0;
}

function total(each: readonly Sums[], weights: Float64Array): Sums {
  const sum = (name: keyof Sums) => each.reduce((all, one, i) => all + one[name] * (weights[i] as number), 0);
  return {
    ...{ told: sum("told"), moments: sum("moments"), x: sum("x"), y: sum("y"), xx: sum("xx"), yy: sum("yy") },
    ...{ xy: sum("xy"), absolute: sum("absolute"), sameSign: sum("sameSign") },
  };
}

/** Below this a variance is the error of adding up. */
const NO_SPREAD = 1e-12;

/** A number of the moments of all pairs; `null` under two of them. */
const ofMoments =
  (numberOf: (moments: Moments) => number | null) =>
  ({ told, x, y, xx, yy, xy }: Sums): number | null => {
    if (!(told >= 2)) return null;
    const [meanX, meanY] = [x / told, y / told];
    const varianceOf = (squares: number, mean: number) => {
      const variance = squares / told - mean * mean;
      return variance > NO_SPREAD ? variance : 0;
    };
    const [varianceX, varianceY] = [varianceOf(xx, meanX), varianceOf(yy, meanY)];
    const covariance = varianceX > 0 && varianceY > 0 ? xy / told - meanX * meanY : 0;
    return numberOf({ meanX, meanY, varianceX, varianceY, covariance });
  };
