import { ofAll, sumsStatistic, type WeightedStatistic } from "../../domain/statistics/weighted-statistic.ts";

/** A stated confidence (0..1) and whether the answer was right. */
export interface ConfidentAnswer {
  readonly confidence: number;
  readonly correct: boolean;
}

/** One bin of a reliability diagram; means are null when it is empty. */
interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly n: number;
  readonly meanConfidence: number | null;
  readonly accuracy: number | null;
}

const BINS = 15;

/** Bin of a confidence among `bins` equal ones that are open below and closed above, as in Guo et al. 2017. */
function binOf(confidence: number, bins: number): number {
  return Math.max(0, Math.min(bins - 1, Math.ceil(confidence * bins) - 1));
}

/** Expected calibration error over 15 equal bins: sum of (n_b / N) |accuracy_b - confidence_b|. */
export function calibrationErrorStatistic(answers: readonly ConfidentAnswer[], bins: number = BINS): WeightedStatistic {
  // The two means of a bin share their denominator, so the gap needs only the sum of (correct - confidence).
  const gaps = Array.from({ length: bins }, () => ({ units: [] as number[], values: [] as number[] }));
  answers.forEach(({ confidence, correct }, i) => {
    const bin = gaps[binOf(confidence, bins)];
    bin?.units.push(i);
    bin?.values.push((correct ? 1 : 0) - confidence);
  });
  return sumsStatistic([...gaps, ofAll(answers.map(() => 1))], (sums) => {
    const total = sums[bins] as number;
    return total > 0 ? sums.subarray(0, bins).reduce((sum, gap) => sum + Math.abs(gap), 0) / total : null;
  });
}

/** What a reliability diagram draws. */
export function reliabilityBins(answers: readonly ConfidentAnswer[], bins: number = BINS): ReliabilityBin[] {
  return Array.from({ length: bins }, (_, bin) => {
    const inside = answers.filter(({ confidence }) => binOf(confidence, bins) === bin);
    const n = inside.length;
    return {
      from: bin / bins,
      to: (bin + 1) / bins,
      n,
      meanConfidence: n === 0 ? null : inside.reduce((sum, { confidence }) => sum + confidence, 0) / n,
      accuracy: n === 0 ? null : inside.filter(({ correct }) => correct).length / n,
    };
  });
}

/**
 * Brier score of one answer over several labels, 0 (certain and right) to 2 (certain and wrong): the sum of squared
 * differences between the stated probabilities and 1 for the true label, 0 for all others.
 */
export function brierScore(probabilities: ReadonlyMap<string, number>, truth: string): number {
  let sum = probabilities.has(truth) ? 0 : 1;
  for (const [label, probability] of probabilities) sum += (probability - (label === truth ? 1 : 0)) ** 2;
  return sum;
}
