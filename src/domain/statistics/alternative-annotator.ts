import { benjaminiYekutieliAdjusted } from "./adjusted-p-values.ts";
import { studentTCdf } from "./student-t.ts";
import type { WeightedStatistic } from "./weighted-statistic.ts";

/** One item as a model and people labelled it, or rated it by a number; `null` where one of these people did not. */
export interface RatedItem {
  readonly answer: string | number;
  readonly raters: readonly (string | number | null)[];
  /** Items of one subject or image, which are not independent of one another. */
  readonly cluster: string;
}

export interface AlternativeAnnotatorOptions {
  /** What a rater costs more than the model, as a lead that raters must have: .2 for experts, .15 for trained people, .1 for crowds. */
  readonly epsilon: number;
  /** False discovery rate; .05 unless told. */
  readonly rate?: number;
  /** Raters of fewer items are left out, as a t test of few holds no more; 30 unless told. */
  readonly fewestItems?: number;
}

/** The model against one rater: who of the two is nearer to the other raters. */
export interface AgainstRater {
  /** Place among the raters. */
  readonly rater: number;
  readonly items: number;
  /** Share of items on which the model is at least as near to the others as this rater. */
  readonly advantage: number;
  /** One-sided, of "this rater leads by epsilon or more"; small where the model may stand in. */
  readonly pValue: number;
  /** By Benjamini and Yekutieli. */
  readonly adjusted: number;
}

/** Outcome of the test. */
export interface AlternativeAnnotator {
  readonly against: readonly AgainstRater[];
  /** Share of raters against whom the model wins; from .5 on it may stand in for one. `null` without raters to compare with. */
  readonly winningRate: number | null;
  /** Mean over raters of {@link AgainstRater.advantage}. */
  readonly advantage: number | null;
}

/**
 * The alternative annotator test (Calderon, Reichart and Dror 2025): each rater in turn is left out, and the model and that
 * rater are held against the rest, by agreement of labels or by the negative root mean squared error of numbers. Where items
 * hang together in clusters the t test takes cluster-robust standard errors; of single items these are the authors' own.
 */
export function alternativeAnnotatorTest(
  items: readonly RatedItem[],
  options: AlternativeAnnotatorOptions,
): AlternativeAnnotator {
  return weightedTest(items, options)(new Float64Array(items.length).fill(1));
}

/** {@link AlternativeAnnotator.advantage} as a statistic of the items. */
export function advantageStatistic(
  items: readonly RatedItem[],
  options: AlternativeAnnotatorOptions,
): WeightedStatistic {
  const test = weightedTest(items, options);
  return (weights) => test(weights).advantage;
}

/** {@link AlternativeAnnotator.winningRate} as a statistic of the items. */
export function winningRateStatistic(
  items: readonly RatedItem[],
  options: AlternativeAnnotatorOptions,
): WeightedStatistic {
  const test = weightedTest(items, options);
  return (weights) => test(weights).winningRate;
}

/** Of one item and rater: whether the model does at least as well as the rater, and the rater as the model. */
interface Duel {
  readonly item: number;
  readonly cluster: number;
  readonly model: 0 | 1;
  readonly person: 0 | 1;
}

function weightedTest(
  items: readonly RatedItem[],
  { epsilon, rate = 0.05, fewestItems = 30 }: AlternativeAnnotatorOptions,
): (weights: Float64Array) => AlternativeAnnotator {
  const duels = duelsOf(items).filter((own) => own.length >= fewestItems);
  const raters = duelsOf(items).flatMap((own, rater) => (own.length >= fewestItems ? [rater] : []));
  return (weights) => {
    const found = duels.flatMap((own, i) => {
      const duel = leadOf(own, weights, epsilon);
      return duel === null ? [] : [{ rater: raters[i] as number, ...duel }];
    });
    const adjusted = benjaminiYekutieliAdjusted(found.map(({ pValue }) => pValue));
    const against = found.map((one, i) => ({ ...one, adjusted: adjusted[i] as number }));
    if (against.length === 0) return { against, winningRate: null, advantage: null };
    return {
      against,
      winningRate: against.filter((one) => one.adjusted <= rate).length / against.length,
      advantage: against.reduce((sum, one) => sum + one.advantage, 0) / against.length,
    };
  };
}

/** By rater, every item that this rater and at least one other rated. */
function duelsOf(items: readonly RatedItem[]): Duel[][] {
  const clusters = new Map<string, number>();
  const byRater: Duel[][] = Array.from({ length: Math.max(0, ...items.map(({ raters }) => raters.length)) }, () => []);
  items.forEach(({ answer, raters, cluster: name }, item) => {
    const cluster = clusters.get(name) ?? clusters.size;
    clusters.set(name, cluster);
    raters.forEach((own, rater) => {
      const others = raters.filter((rating, place) => place !== rater && rating !== null);
      if (own === null || others.length === 0) return;
      const [model, person] = [nearness(answer, others), nearness(own, others)];
      byRater[rater]?.push({ item, cluster, model: model >= person ? 1 : 0, person: person >= model ? 1 : 0 });
    });
  });
  return byRater;
}

function nearness(own: string | number, others: readonly (string | number | null)[]): number {
  if (typeof own === "string") return others.filter((other) => other === own).length / others.length;
  return -Math.sqrt(others.reduce<number>((sum, other) => sum + (own - Number(other)) ** 2, 0) / others.length);
}

/** `null` where fewer than two clusters have weight. */
function leadOf(duels: readonly Duel[], weights: Float64Array, epsilon: number) {
  let [total, wins, lead] = [0, 0, 0];
  for (const { item, model, person } of duels) {
    const weight = weights[item] as number;
    total += weight;
    wins += weight * model;
    lead += weight * (person - model);
  }
  const mean = lead / total;
  const sums = new Map<number, { sum: number; weight: number }>();
  for (const { item, cluster, model, person } of duels) {
    const weight = weights[item] as number;
    if (weight === 0) continue;
    const known = sums.get(cluster);
    if (known === undefined) sums.set(cluster, { sum: person - model - mean, weight });
    else known.sum += person - model - mean;
  }
  let [clusters, squares] = [0, 0];
  // A cluster that is drawn twice is two clusters.
  for (const { sum, weight } of sums.values()) {
    clusters += weight;
    squares += weight * sum * sum;
  }
  if (clusters < 2) return null;
  const error = Math.sqrt((squares * clusters) / (clusters - 1)) / total;
  const t = error > 0 ? (mean - epsilon) / error : mean < epsilon ? -Infinity : Infinity;
  return { items: total, advantage: wins / total, pValue: studentTCdf(t, clusters - 1) };
}
