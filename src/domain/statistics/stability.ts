import { normalQuantile } from "./normal-distribution.ts";
import { mean } from "./summary.ts";

/**
 * The chance that k answers in a row are all right, from c right ones of n: C(c, k) / C(n, k), without bias (Yao et al. 2024,
 * tau-bench). `null` where there are fewer than k answers.
 */
export function passHat(right: number, answers: number, k: number): number | null {
  if (k < 1 || k > answers) return null;
  let chance = 1;
  for (let i = 0; i < k; i++) chance *= (right - i) / (answers - i);
  return Math.max(0, chance);
}

/** Shannon entropy of answers in bits, as they were given: 0 where all are the same. `null` without any. */
export function answerEntropyBits(answers: readonly string[]): number | null {
  if (answers.length === 0) return null;
  const counts = new Map<string, number>();
  for (const answer of answers) counts.set(answer, 1 + (counts.get(answer) ?? 0));
  return [...counts.values()].reduce((sum, count) => {
    const share = count / answers.length;
    return share === 1 ? sum : sum - share * Math.log2(share);
  }, 0);
}

/** What of the variance of answers lies between samples, and what within them, from repeat to repeat. */
export interface VarianceComponents {
  readonly between: number;
  readonly within: number;
}

/**
 * By analysis of variance of a one-way random model, samples with unequal numbers of repeats included (Searle, Casella and
 * McCulloch 1992); a negative component is 0. `null` for fewer than two samples, or without a sample that has two repeats.
 */
export function varianceComponents(bySample: readonly (readonly number[])[]): VarianceComponents | null {
  const groups = bySample.filter(({ length }) => length > 0);
  const n = groups.reduce((sum, { length }) => sum + length, 0);
  const all = mean(groups.flat());
  if (groups.length < 2 || n === groups.length || all === null) return null;
  const means = groups.map((group) => mean(group) as number);
  const within =
    groups.reduce((sum, group, i) => sum + group.reduce((own, x) => own + (x - (means[i] as number)) ** 2, 0), 0) /
    (n - groups.length);
  const between =
    groups.reduce((sum, { length }, i) => sum + length * ((means[i] as number) - all) ** 2, 0) / (groups.length - 1);
  const size = (n - groups.reduce((sum, { length }) => sum + length ** 2, 0) / n) / (groups.length - 1);
  return { within, between: Math.max(0, (between - within) / size) };
}

/** How a mean over samples is to be known. */
interface Precision {
  readonly samples: number;
  readonly level: number;
}

/** Half the width of the normal interval of a mean over samples that each were asked `repeats` times. */
export function halfWidth(
  { between, within }: VarianceComponents,
  { samples, level, repeats }: Precision & { readonly repeats: number },
): number {
  return normalQuantile((1 + level) / 2) * Math.sqrt(between / samples + within / (samples * repeats));
}

/** Fewest repeats with which the interval is no wider; `null` where samples differ too much for any number of them. */
export function repeatsFor(
  components: VarianceComponents,
  width: number,
  { samples, level }: Precision,
): number | null {
  const { between, within } = components;
  const room = (width / normalQuantile((1 + level) / 2)) ** 2 * samples - between;
  if (room > 0) return Math.max(1, Math.ceil(within / room - 1e-9));
  return within === 0 && room === 0 ? 1 : null;
}

/** Fewest samples with which it is, each asked so often. */
export function samplesFor(
  { between, within }: VarianceComponents,
  width: number,
  { repeats, level }: { readonly repeats: number; readonly level: number },
): number {
  const z = normalQuantile((1 + level) / 2);
  return Math.max(2, Math.ceil((z / width) ** 2 * (between + within / repeats) - 1e-9));
}

/** Nobody asks more often. */
const MOST_REPEATS = 999;

/**
 * Fewest repeats, an odd number, of which most give the commoner of two answers with a given probability; `null` where it is
 * given no more often than the other, or it would take more than 999.
 */
export function repeatsForMajority(share: number, probability: number): number | null {
  if (share <= 0.5) return null;
  for (let n = 1; n <= MOST_REPEATS; n += 2) if (majorityChance(share, n) >= probability) return n;
  return null;
}

/** The chance that more than half of n answers are the one given with probability p. */
export function majorityChance(p: number, n: number): number {
  if (p >= 1) return 1;
  let term = n * Math.log(1 - p);
  let below = 0;
  for (let k = 0; k <= n / 2; k++) {
    below += Math.exp(term);
    term += Math.log((n - k) / (k + 1)) + Math.log(p / (1 - p));
  }
  return 1 - below;
}
