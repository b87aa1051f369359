import { z } from "zod";
import { BASIC_LABELS, type LabelProbability } from "../domain/labels.ts";
import type { ExpressionReading } from "../domain/measurement.ts";
import { basicLabelOf } from "./basic-label.ts";
import { poolReadings } from "./cue-integration.ts";
import { knowledgeFile } from "./knowledge-file.ts";

/** Source of readings that combine those of several networks. The version changes with the recipe or its networks. */
export const EXPRESSION_POOL = "expression-pool@2";

const ByLabel = z.strictObject(Object.fromEntries(BASIC_LABELS.map((label) => [label, z.number()])));

/** The pool at one end of the quality of faces. */
const PoolEnd = z.strictObject({
  /** What each network's log-probability counts, by the network's id. */
  networks: z.record(z.string(), z.number().min(0)),
  /** What the log-probability of the emotion rules over action units counts. */
  rules: z.number().min(0),
  /** Added to each label's logarithm: takes off what the networks were trained to expect. */
  offsets: ByLabel,
});

const PoolFile = z.strictObject({
  about: z.string(),
  /** The command that fitted the numbers, on which data, and what it printed. */
  fitted: z.strictObject({ by: z.string(), on: z.string(), heldOut: z.array(z.string()) }),
  /** No network is so sure that it can rule a label out alone. */
  floor: z.number().positive().max(0.1),
  /** Quality up to which a face counts as poor and from which as good; the pool lies straight between. */
  quality: z.strictObject({ poorUpTo: z.number(), goodFrom: z.number() }),
  poor: PoolEnd,
  good: PoolEnd,
  /** Mean log-probability that the rules give each label: a face whose rules are not known stands there. */
  rulesMean: ByLabel,
  /** p(e): the share of each label among the faces that the pool was fitted to. */
  prior: ByLabel,
});

/** `models/rules/expression-pool.json`: weights and offsets of the pool, fitted by `models/training/face/fit_pool.py`. */
export const expressionPool = knowledgeFile(["rules", "expression-pool.json"], PoolFile);

/** What else is known of a face whose networks are pooled. */
interface PooledFace {
  /** 0..1; `null` when no toolbox judged it, which counts as good. */
  readonly quality: number | null;
  /** What the emotion rules make of its action units, over all basic labels; `null` when they say nothing. */
  readonly rules: readonly LabelProbability[] | null;
}

/** What one network, or something else, says of a face. */
type Reading = Pick<ExpressionReading, "source"> & { readonly distribution: readonly LabelProbability[] };

/**
 * Combines what several networks read on one face into a further reading: by the fitted pool where all of its networks
 * are there, otherwise with the same say for each. `undefined` when fewer than two read it: there is nothing to combine.
 */
export function poolExpressions(
  readings: readonly ExpressionReading[],
  quality: number | null,
): ExpressionReading | undefined {
  if (readings.length < 2) return undefined;
  const distribution = fittedPool(readings, { quality, rules: null }) ?? equalPool(readings);
  return distribution === null ? undefined : { source: EXPRESSION_POOL, distribution };
}

/**
 * What observers are expected to perceive in a face, by its networks and rules: a logarithmic pool whose weights and
 * offsets were fitted to the votes of crowds and depend on the quality of the face (models/cards/expression-pool.md).
 * Networks that it was not fitted to get the mean say of the others, and all together no more than before. `undefined`
 * when one of its own networks did not read the face.
 */
export function fittedPool(readings: readonly Reading[], face: PooledFace): LabelProbability[] | undefined {
  const own = readings.map(({ source, distribution }) => ({
    id: networkOf(source),
    shares: basicShares(distribution),
  }));
  const { poor, good, quality } = expressionPool();
  const fitted = Object.keys(good.networks);
  if (!fitted.every((id) => own.some((one) => one.id === id))) return undefined;
  const goodness = share(face.quality ?? 1, quality);
  const weights = own.map(({ id }) => between(poor.networks[id], good.networks[id], goodness));
  const known = weights.flatMap((weight) => (weight === undefined ? [] : [weight]));
  const total = sum(known);
  const others = total / known.length;
  const scale = total / (total + others * (own.length - known.length));
  const extended = extendedShares(own.map(({ shares }) => shares));
  const rules = ruleTerm(face.rules, between(poor.rules, good.rules, goodness) ?? 0);
  const logs = BASIC_LABELS.map((label, at) => {
    const said = sum(
      extended.map((shares, index) => (weights[index] ?? others) * scale * Math.log(shares[at] as number)),
    );
    return said + rules(label) + (between(poor.offsets[label], good.offsets[label], goodness) ?? 0);
  });
  return normalised(logs);
}

/** Whether a reading of that source is made of other readings, so that it does not count once more beside them. */
export function isExpressionPool(source: string): boolean {
  return source.startsWith("expression-pool@");
}

/** p(e) of the faces that the pool was fitted to. */
export function poolPrior(): LabelProbability[] {
  const { prior } = expressionPool();
  return BASIC_LABELS.map((label) => ({ label, probability: prior[label] as number }));
}

function networkOf(source: string): string {
  return source.slice(0, source.lastIndexOf("@") < 0 ? undefined : source.lastIndexOf("@"));
}

/** The shares that a network gives the basic labels; `undefined` for labels that it does not know. */
function basicShares(distribution: readonly LabelProbability[]): ReadonlyMap<string, number> {
  const shares = new Map<string, number>();
  for (const { label, probability } of distribution) {
    const known = basicLabelOf(label);
    if (known !== undefined) shares.set(known, (shares.get(known) ?? 0) + probability);
  }
  return shares;
}

/**
 * Every network over all basic labels, drawn off zero. A label that a network does not know gets the mean share that the
 * networks which know it give it, and nothing speaks for or against it by that network's silence.
 */
function extendedShares(networks: readonly ReadonlyMap<string, number>[]): number[][] {
  const { floor, prior } = expressionPool();
  const drawn = networks.map((shares) => {
    const total = sum([...shares.values()]);
    return new Map([...shares].map(([label, value]) => [label, floor + (1 - shares.size * floor) * (value / total)]));
  });
  return drawn.map((shares) => {
    const silent = BASIC_LABELS.filter((label) => !shares.has(label)).map((label) => {
      const said = drawn.flatMap((other) => other.get(label) ?? []);
      return [label, said.length === 0 ? (prior[label] as number) : sum(said) / said.length] as const;
    });
    const rest = 1 - sum(silent.map(([, value]) => value));
    const all = new Map([...[...shares].map(([label, value]) => [label, value * rest] as const), ...silent]);
    return BASIC_LABELS.map((label) => all.get(label) as number); // either known or silent
  });
}

function ruleTerm(rules: PooledFace["rules"], weight: number): (label: string) => number {
  if (rules === null) return () => 0;
  const { floor, rulesMean } = expressionPool();
  const said = new Map(rules.map(({ label, probability }) => [label, probability]));
  return (label) => weight * (Math.log(Math.max(floor, said.get(label) ?? 0)) - (rulesMean[label] as number));
}

function equalPool(readings: readonly Reading[]): LabelProbability[] | null {
  return poolReadings(readings.map(({ distribution }) => ({ distribution, weight: 1 })));
}

function share(value: number, { poorUpTo, goodFrom }: { poorUpTo: number; goodFrom: number }): number {
  return Math.min(1, Math.max(0, (value - poorUpTo) / (goodFrom - poorUpTo)));
}

function between(poor: number | undefined, good: number | undefined, goodness: number): number | undefined {
  return poor === undefined || good === undefined ? undefined : poor + (good - poor) * goodness;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function normalised(logs: readonly number[]): LabelProbability[] {
  const most = Math.max(...logs);
  const masses = logs.map((value) => Math.exp(value - most));
  const total = sum(masses);
  return BASIC_LABELS.map((label, at) => ({ label, probability: (masses[at] as number) / total }));
}
