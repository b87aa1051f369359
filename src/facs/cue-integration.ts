import type { LabelProbability } from "../domain/labels.ts";
import { alignDistributions, jensenShannon } from "../domain/statistics/divergence.ts";

type Distribution = readonly Pick<LabelProbability, "label" | "probability">[];

/** One reading of the same face, with its say in the pool. */
interface WeightedReading {
  readonly distribution: Distribution;
  readonly weight: number;
}

/** No classifier is so sure that it can rule a label out alone. */
const FLOOR = 0.005;

/**
 * Pools readings of one face: the weighted geometric mean of their distributions (a logarithmic opinion pool), in which
 * two agreeing readings are as sure as each of them and two that differ meet in between. `null` without readings.
 */
export function poolReadings(readings: readonly WeightedReading[]): LabelProbability[] | null {
  const aligned = alignDistributions(readings.map(({ distribution }) => distribution));
  const total = readings.reduce((sum, { weight }) => sum + weight, 0);
  if (aligned === null || !(total > 0)) return null;
  const logs = aligned.labels.map((_label, index) =>
    aligned.rows.reduce((sum, row, at) => {
      const weight = (readings[at]?.weight ?? 0) / total;
      return sum + weight * Math.log(FLOOR + (1 - FLOOR * aligned.labels.length) * (row[index] ?? 0));
    }, 0),
  );
  return normalised(aligned.labels, logs.map(Math.exp));
}

/** How far readings differ, 0 (equal) to 1 (disjoint): the largest Jensen-Shannon divergence between any two, in bits. */
export function disagreement(readings: readonly Pick<WeightedReading, "distribution">[]): number {
  if (readings.length < 2) return 0;
  const aligned = alignDistributions(readings.map(({ distribution }) => distribution));
  if (aligned === null) return 0;
  const pairs = aligned.rows.flatMap((a, at) => aligned.rows.slice(at + 1).map((b) => jensenShannon(a, b)));
  return Math.max(...pairs);
}

/** Mixes `share` (0..1) of the prior into a distribution, over the labels of both. */
export function widened(distribution: Distribution, prior: Distribution, share: number): LabelProbability[] {
  const aligned = alignDistributions([distribution, prior]);
  if (aligned === null) return [...distribution];
  const [own, background] = aligned.rows;
  const mixed = aligned.labels.map((_label, at) => (1 - share) * (own?.[at] ?? 0) + share * (background?.[at] ?? 0));
  return normalised(aligned.labels, mixed);
}

/**
 * Bayesian cue integration: p(e|face, context) is proportional to p(e|face) p(e|context) / p(e), for cues that are
 * independent given the emotion (Ong, Zaki and Goodman 2015). p(e) is what contexts lead one to expect at large, not what
 * faces show at large: otherwise a label that texts rarely speak of would count as spoken against by every text. Labels that
 * are not in it, the context has no word on. `null` when a reading is empty or they rule each other out completely.
 */
export function integrateReadings(
  face: Distribution,
  context: Distribution,
  expected: Distribution,
): LabelProbability[] | null {
  const aligned = alignDistributions([face, context]);
  if (aligned === null) return null;
  const [fromFace, fromContext] = aligned.rows;
  const products = aligned.labels.map((label, at) => {
    const atLarge = expected.find((entry) => entry.label === label)?.probability;
    const seen = fromFace?.[at] ?? 0;
    return atLarge === undefined ? seen : (seen * (fromContext?.[at] ?? 0)) / atLarge;
  });
  const sum = products.reduce((total, product) => total + product, 0);
  return sum > 0 && Number.isFinite(sum) ? normalised(aligned.labels, products) : null;
}

function normalised(labels: readonly string[], masses: readonly number[]): LabelProbability[] {
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  return labels.map((label, at) => ({ label, probability: (masses[at] ?? 0) / total }));
}
