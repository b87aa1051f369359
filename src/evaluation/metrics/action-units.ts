import type { WeightedStatistic } from "../../domain/statistics/weighted-statistic.ts";

interface Decisions {
  readonly hits: number;
  readonly misses: number;
  readonly falseAlarms: number;
  readonly rejections: number;
}

/** F1 of present against absent; `null` when the action unit is neither shown nor claimed. */
export function presenceF1Statistic(truth: readonly boolean[], predicted: readonly boolean[]): WeightedStatistic {
  return decisionStatistic(truth, predicted, ({ hits, misses, falseAlarms }) => {
    const below = 2 * hits + misses + falseAlarms;
    return below > 0 ? (2 * hits) / below : null;
  });
}

/**
 * Skew-normalised F1 (Jeni, Cohn and De la Torre 2013): F1 as it would be if present and absent were equally frequent,
 * 2 TPR / (1 + TPR + FPR). `null` unless both occur.
 */
export function skewNormalisedF1Statistic(truth: readonly boolean[], predicted: readonly boolean[]): WeightedStatistic {
  return decisionStatistic(truth, predicted, ({ hits, misses, falseAlarms, rejections }) => {
    if (hits + misses === 0 || falseAlarms + rejections === 0) return null;
    const hitRate = hits / (hits + misses);
    return (2 * hitRate) / (1 + hitRate + falseAlarms / (falseAlarms + rejections));
  });
}

function decisionStatistic(
  truth: readonly boolean[],
  predicted: readonly boolean[],
  summarise: (decisions: Decisions) => number | null,
): WeightedStatistic {
  const codes = Uint8Array.from(truth, (shown, i) => (shown ? 2 : 0) + (predicted[i] === true ? 1 : 0));
  return (weights) => {
    const sums = new Float64Array(4);
    for (let i = 0; i < codes.length; i++) {
      const code = codes[i] as number;
      sums[code] = (sums[code] as number) + (weights[i] as number);
    }
    const [rejections, falseAlarms, misses, hits] = sums as unknown as readonly [number, number, number, number];
    return summarise({ hits, misses, falseAlarms, rejections });
  };
}

/**
 * Area under the ROC curve: the chance that a face that shows the action unit has a higher value than one that does not,
 * ties counted half. `null` unless both occur.
 */
export function areaUnderCurveStatistic(truth: readonly boolean[], values: ArrayLike<number>): WeightedStatistic {
  const order = Int32Array.from(truth, (_, i) => i).sort((a, b) => (values[a] as number) - (values[b] as number));
  return (weights) => {
    let [shown, absent, below] = [0, 0, 0];
    for (let start = 0; start < order.length; ) {
      const value = values[order[start] as number];
      let [tiedShown, tiedAbsent] = [0, 0];
      let end = start;
      for (; end < order.length && values[order[end] as number] === value; end++) {
        const face = order[end] as number;
        if (truth[face] === true) tiedShown += weights[face] as number;
        else tiedAbsent += weights[face] as number;
      }
      below += tiedShown * (absent + tiedAbsent / 2);
      shown += tiedShown;
      absent += tiedAbsent;
      start = end;
    }
    return shown > 0 && absent > 0 ? below / (shown * absent) : null;
  };
}

/**
 * Agreement index of FACS coders, of one face: twice the action units that both name, over all that either names (Ekman,
 * Friesen and Hager 2002). `null` where neither names one.
 */
export function facsAgreementIndex(coded: ReadonlySet<string>, called: ReadonlySet<string>): number | null {
  const named = coded.size + called.size;
  return named === 0 ? null : (2 * [...coded].filter((au) => called.has(au)).length) / named;
}
