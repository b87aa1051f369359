import { normalQuantile } from "../../domain/statistics/normal-distribution.ts";
import type { EvalFile } from "../file/eval-file.ts";
import { clusterOfSample, type Sample } from "../sample.ts";
import type { Scorer } from "../score.ts";
import type { CallRecord } from "./call-record.ts";

/** Says with every answer whether enough is known. */
export interface StopRule {
  /** @returns what is known now, once it is enough; `null` until then. */
  note(record: CallRecord): string | null;
}

/**
 * Chow and Robbins' rule (1965): enough is known of a mean when its interval, with the variance as it is estimated so far, is
 * no wider than wanted; 1/n is added to the variance, lest a few equal answers end it. Subjects, or images, are the units, as
 * in the report's intervals, and every condition has to have enough.
 */
export function createStopRule(
  { stopWhen, analysis }: Pick<EvalFile, "stopWhen" | "analysis">,
  {
    scorer,
    samples,
    cells,
  }: { readonly scorer: Scorer; readonly samples: readonly Sample[]; readonly cells: readonly string[] },
): StopRule | null {
  if (stopWhen === undefined) return null;
  const { halfWidth, atLeast } = stopWhen;
  const bySample = new Map(samples.map((sample) => [sample.id, sample]));
  const means = new Map(cells.map((cell) => [cell, createClusterMeans()]));
  const z = normalQuantile((1 + analysis.level) / 2);
  const isEnough = ({ count, variance }: ClusterMeans) =>
    count() >= atLeast && z * Math.sqrt((variance() + 1 / count()) / count()) <= halfWidth;
  return {
    note(record) {
      const sample = bySample.get(record.sample);
      const own = means.get(record.cell);
      if (sample === undefined || own === undefined || record.answer === null) return null;
      const { value } = scorer.score(record.answer, sample, null);
      if (value === null) return null;
      own.add(clusterOfSample(sample), value);
      if (![...means.values()].every(isEnough)) return null;
      const units = Math.min(...[...means.values()].map(({ count }) => count()));
      return `"${scorer.name}" is known to ±${halfWidth} (${Math.round(analysis.level * 100)} %) after ${units} subjects or images`;
    },
  };
}

interface ClusterMeans {
  add(cluster: string, value: number): void;
  count(): number;
  /** Of the clusters' means. */
  variance(): number;
}

/** Means of clusters whose own means change as answers come. */
function createClusterMeans(): ClusterMeans {
  const known = new Map<string, { sum: number; n: number }>();
  let [sum, squares] = [0, 0];
  const count = () => known.size;
  return {
    add(cluster, value) {
      const one = known.get(cluster) ?? { sum: 0, n: 0 };
      known.set(cluster, one);
      const before = one.n === 0 ? 0 : one.sum / one.n;
      one.sum += value;
      one.n += 1;
      const after = one.sum / one.n;
      sum += after - before;
      squares += after ** 2 - before ** 2;
    },
    count,
    variance: () => (count() < 2 ? 0 : Math.max(0, (squares - sum ** 2 / count()) / (count() - 1))),
  };
}
