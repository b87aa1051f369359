import { normalCdf } from "./normal-distribution.ts";

/** Outcome of McNemar's test on paired right/wrong answers. */
export interface McNemarResult {
  /** Pairs that only the first, and only the second, got right. */
  readonly onlyFirst: number;
  readonly onlySecond: number;
  /** Two-sided; `null` when there is no discordant pair to test. */
  readonly pValue: number | null;
  readonly method: "exact" | "chi-square";
}

/**
 * Tests whether two answerers differ in how often they are right on the same samples (McNemar 1947): exact binomial
 * under 25 discordant pairs, Edwards' continuity-corrected chi-square, (|b - c| - 1)^2 / (b + c), from there.
 */
export function mcnemarTest(onlyFirst: number, onlySecond: number): McNemarResult {
  const discordant = onlyFirst + onlySecond;
  const method = discordant < 25 ? "exact" : "chi-square";
  if (discordant === 0) return { onlyFirst, onlySecond, pValue: null, method };
  const pValue =
    method === "exact"
      ? Math.min(1, 2 * fairCoinTail(Math.min(onlyFirst, onlySecond), discordant))
      : chiSquareOneTail((Math.abs(onlyFirst - onlySecond) - 1) ** 2 / discordant);
  return { onlyFirst, onlySecond, pValue, method };
}

/** P(at most `successes` of `trials`) for a fair coin. */
function fairCoinTail(successes: number, trials: number): number {
  let ways = 1;
  let sum = 1;
  for (let k = 1; k <= successes; k++) {
    ways *= (trials - k + 1) / k;
    sum += ways;
  }
  return sum / 2 ** trials;
}

/** P(chi-square with one degree of freedom > x): twice the upper tail of a normal at its root. */
function chiSquareOneTail(x: number): number {
  return Math.min(1, 2 * normalCdf(-Math.sqrt(Math.max(0, x))));
}
