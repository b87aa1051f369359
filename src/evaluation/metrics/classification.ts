import { type Addends, sumsStatistic, type WeightedStatistic } from "../../domain/statistics/weighted-statistic.ts";

/** Counts per label of one labelling task under given sample weights. */
interface LabelCounts {
  readonly truth: Float64Array;
  readonly predicted: Float64Array;
  readonly hits: Float64Array;
}

/**
 * Mean over the labels that occur in the truth of F1 = 2 hits / (true + predicted). A predicted label that is no true
 * label of any sample lowers the precision of nothing but is a miss of its sample. `null` without samples.
 */
export function macroF1Statistic(truth: readonly string[], predicted: readonly string[]): WeightedStatistic {
  return meanOverLabels(truth, predicted, ({ truth: t, predicted: p, hits }, label) => {
    return (2 * (hits[label] as number)) / ((t[label] as number) + (p[label] as number));
  });
}

/** Unweighted average recall (balanced accuracy): the mean over the labels that occur in the truth of their recall. */
export function averageRecallStatistic(truth: readonly string[], predicted: readonly string[]): WeightedStatistic {
  return meanOverLabels(
    truth,
    predicted,
    ({ truth: t, hits }, label) => (hits[label] as number) / (t[label] as number),
  );
}

function meanOverLabels(
  truth: readonly string[],
  predicted: readonly string[],
  ofLabel: (counts: LabelCounts, label: number) => number,
): WeightedStatistic {
  const place = new Map([...new Set([...truth, ...predicted])].map((label, index) => [label, index]));
  const pairs = distinctPairs(truth, predicted, place);
  return sumsStatistic(pairs.samples.map(once), (perPair) => {
    const counts = countsOf(pairs, perPair, place.size);
    let sum = 0;
    let labels = 0;
    for (let label = 0; label < place.size; label++) {
      if (counts.truth[label] === 0) continue;
      sum += ofLabel(counts, label);
      labels++;
    }
    return labels > 0 ? sum / labels : null;
  });
}

/** The different (true, predicted) pairs, and which samples are of each: there are far fewer pairs than samples. */
interface LabelPairs {
  readonly truth: readonly number[];
  readonly predicted: readonly number[];
  readonly samples: readonly (readonly number[])[];
}

function distinctPairs(
  truth: readonly string[],
  predicted: readonly string[],
  place: ReadonlyMap<string, number>,
): LabelPairs {
  const pairs = { truth: [] as number[], predicted: [] as number[], samples: [] as number[][] };
  const known = new Map<number, number>();
  truth.forEach((label, i) => {
    const [t, p] = [place.get(label) as number, place.get(predicted[i] as string) as number];
    const code = t * place.size + p;
    const pair = known.get(code) ?? known.size;
    if (pair === known.size) {
      known.set(code, pair);
      pairs.truth.push(t);
      pairs.predicted.push(p);
      pairs.samples.push([]);
    }
    pairs.samples[pair]?.push(i);
  });
  return pairs;
}

function once(units: readonly number[]): Addends {
  return { units, values: units.map(() => 1) };
}

function countsOf({ truth, predicted }: LabelPairs, perPair: Float64Array, labels: number): LabelCounts {
  const counts = {
    truth: new Float64Array(labels),
    predicted: new Float64Array(labels),
    hits: new Float64Array(labels),
  };
  perPair.forEach((weight, pair) => {
    const [t, p] = [truth[pair] as number, predicted[pair] as number];
    counts.truth[t] = (counts.truth[t] as number) + weight;
    counts.predicted[p] = (counts.predicted[p] as number) + weight;
    if (t === p) counts.hits[t] = (counts.hits[t] as number) + weight;
  });
  return counts;
}

/** How often each true label (row) was called each label (column). Labels are sorted. */
interface ConfusionMatrix {
  readonly labels: readonly string[];
  /** [true label][predicted label], counts. */
  readonly counts: readonly (readonly number[])[];
}

/** Cross-tabulates truth and prediction over the labels of both. */
export function confusionMatrix(truth: readonly string[], predicted: readonly string[]): ConfusionMatrix {
  const labels = [...new Set([...truth, ...predicted])].sort();
  const place = new Map(labels.map((label, index) => [label, index]));
  const counts = labels.map(() => labels.map(() => 0));
  truth.forEach((label, i) => {
    const row = counts[place.get(label) as number] as number[];
    const column = place.get(predicted[i] as string) as number;
    row[column] = (row[column] as number) + 1;
  });
  return { labels, counts };
}
