import { meanStatistic, type WeightedStatistic } from "../../domain/statistics/weighted-statistic.ts";

/** True and predicted label set of one sample. */
export interface LabelSets {
  readonly truth: ReadonlySet<string>;
  readonly predicted: ReadonlySet<string>;
}

type Part = "precision" | "recall" | "f1";

/** Precision, recall or F1 over all label decisions pooled; `null` when its denominator is empty. */
export function microStatistic(samples: readonly LabelSets[], part: Part): WeightedStatistic {
  const hits = Float64Array.from(samples, shared);
  const truth = Float64Array.from(samples, (sample) => sample.truth.size);
  const predicted = Float64Array.from(samples, (sample) => sample.predicted.size);
  return (weights) => {
    let [hit, expected, given] = [0, 0, 0];
    for (let i = 0; i < hits.length; i++) {
      const weight = weights[i] as number;
      hit += weight * (hits[i] as number);
      expected += weight * (truth[i] as number);
      given += weight * (predicted[i] as number);
    }
    return ratioOf(part, { hit, expected, given });
  };
}

/** Mean over labels of their precision, recall or F1; labels for which it is undefined are left out. */
export function macroStatistic(samples: readonly LabelSets[], part: Part): WeightedStatistic {
  const labels = [...new Set(samples.flatMap(({ truth, predicted }) => [...truth, ...predicted]))];
  const bits = labels.map((label) =>
    Uint8Array.from(samples, ({ truth, predicted }) => (truth.has(label) ? 1 : 0) + (predicted.has(label) ? 2 : 0)),
  );
  return (weights) => {
    let sum = 0;
    let defined = 0;
    for (const label of bits) {
      const value = ratioOf(part, labelCounts(label, weights));
      if (value === null) continue;
      sum += value;
      defined++;
    }
    return defined > 0 ? sum / defined : null;
  };
}

/** Share of wrong label decisions, over samples x the labels of the taxonomy. */
export function hammingLossStatistic(samples: readonly LabelSets[], taxonomySize: number): WeightedStatistic {
  return meanStatistic(
    samples.map((sample) => (sample.truth.size + sample.predicted.size - 2 * shared(sample)) / taxonomySize),
  );
}

/** Share of samples whose predicted set is exactly the true one. */
export function subsetAccuracyStatistic(samples: readonly LabelSets[]): WeightedStatistic {
  return meanStatistic(
    samples.map((sample) =>
      shared(sample) === sample.truth.size && sample.truth.size === sample.predicted.size ? 1 : 0,
    ),
  );
}

interface Counts {
  readonly hit: number;
  readonly expected: number;
  readonly given: number;
}

function labelCounts(label: Uint8Array, weights: Float64Array): Counts {
  let [hit, expected, given] = [0, 0, 0];
  for (let i = 0; i < label.length; i++) {
    const bits = label[i] as number;
    if (bits === 0) continue;
    const weight = weights[i] as number;
    if (bits === 3) hit += weight;
    if (bits & 1) expected += weight;
    if (bits & 2) given += weight;
  }
  return { hit, expected, given };
}

function ratioOf(part: Part, { hit, expected, given }: Counts): number | null {
  if (part === "precision") return given > 0 ? hit / given : null;
  if (part === "recall") return expected > 0 ? hit / expected : null;
  return expected + given > 0 ? (2 * hit) / (expected + given) : null;
}

function shared({ truth, predicted }: LabelSets): number {
  let count = 0;
  for (const label of predicted) if (truth.has(label)) count++;
  return count;
}
