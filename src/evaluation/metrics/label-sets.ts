import {
  meanStatistic,
  ofAll,
  sumsStatistic,
  type WeightedStatistic,
} from "../../domain/statistics/weighted-statistic.ts";

/** True and predicted label set of one sample. */
export interface LabelSets {
  readonly truth: ReadonlySet<string>;
  readonly predicted: ReadonlySet<string>;
}

type Part = "precision" | "recall" | "f1";

/** Precision, recall or F1 over all label decisions pooled; `null` when its denominator is empty. */
export function microStatistic(samples: readonly LabelSets[], part: Part): WeightedStatistic {
  return sumsStatistic(
    [samples.map(shared), samples.map(({ truth }) => truth.size), samples.map(({ predicted }) => predicted.size)].map(
      ofAll,
    ),
    ([hit = 0, expected = 0, given = 0]) => ratioOf(part, { hit, expected, given }),
  );
}

/** Mean over labels of their precision, recall or F1; labels for which it is undefined are left out. */
export function macroStatistic(samples: readonly LabelSets[], part: Part): WeightedStatistic {
  const decisions = sparseDecisions(samples);
  return (weights) => {
    let sum = 0;
    let defined = 0;
    for (const label of decisions) {
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

/** Of one label: the samples that have it or were given it, with 1 true, 2 given, 3 both. Most have neither. */
interface LabelDecisions {
  readonly places: Uint32Array;
  readonly bits: Uint8Array;
}

function sparseDecisions(samples: readonly LabelSets[]): LabelDecisions[] {
  const labels = new Map<string, { places: number[]; bits: number[] }>();
  samples.forEach(({ truth, predicted }, place) => {
    for (const label of new Set([...truth, ...predicted])) {
      const known = labels.get(label) ?? { places: [], bits: [] };
      labels.set(label, known);
      known.places.push(place);
      known.bits.push((truth.has(label) ? 1 : 0) + (predicted.has(label) ? 2 : 0));
    }
  });
  return [...labels.values()].map(({ places, bits }) => ({
    places: Uint32Array.from(places),
    bits: Uint8Array.from(bits),
  }));
}

function labelCounts({ places, bits }: LabelDecisions, weights: Float64Array): Counts {
  const sums = new Float64Array(4);
  for (let i = 0; i < places.length; i++) {
    const bit = bits[i] as number;
    sums[bit] = (sums[bit] as number) + (weights[places[i] as number] as number);
  }
  const [, expectedOnly, givenOnly, hit] = sums as unknown as readonly [number, number, number, number];
  return { hit, expected: expectedOnly + hit, given: givenOnly + hit };
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
