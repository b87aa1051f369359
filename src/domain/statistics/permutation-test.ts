import { createRandom } from "./random.ts";

/** Up to this many pairs every sign pattern is tried; beyond, a seeded sample of them. */
const EXACT_UP_TO = 16;

/** Outcome of a paired permutation test. */
export interface PermutationResult {
  readonly meanDifference: number;
  /** Two-sided. */
  readonly pValue: number;
  readonly method: "exact" | "monte-carlo";
  readonly permutations: number;
}

/**
 * Tests whether paired differences centre on 0 by flipping their signs (Fisher 1935). Up to 16 pairs all patterns are
 * counted; beyond, `permutations` seeded ones, with (hits + 1) / (permutations + 1) so that p is never 0.
 * `null` without pairs.
 */
export function pairedPermutationTest(
  differences: ArrayLike<number>,
  options: { readonly seed: number; readonly permutations?: number },
): PermutationResult | null {
  const data = Float64Array.from(differences);
  if (data.length === 0) return null;
  const observed = data.reduce((sum, value) => sum + value, 0);
  // Sums of the same numbers in another order may differ in the last digits and still count as equally extreme.
  const bar = Math.abs(observed) - 1e-9 * data.reduce((sum, value) => sum + Math.abs(value), 0);
  const exact = data.length <= EXACT_UP_TO;
  const permutations = exact ? 2 ** data.length : (options.permutations ?? 10_000);
  const random = createRandom(options.seed);
  let hits = 0;
  for (let round = 0; round < permutations; round++) {
    if (Math.abs(signedSum(data, exact ? () => round : random.uint32)) >= bar) hits++;
  }
  return {
    meanDifference: observed / data.length,
    pValue: exact ? hits / permutations : (hits + 1) / (permutations + 1),
    method: exact ? "exact" : "monte-carlo",
    permutations,
  };
}

/** Sum with the sign of each value taken from one bit; a new word of bits is asked for every 32 values. */
function signedSum(data: Float64Array, nextBits: () => number): number {
  let sum = 0;
  let bits = 0;
  for (let i = 0; i < data.length; i++) {
    if (i % 32 === 0) bits = nextBits();
    sum += bits & 1 ? -(data[i] as number) : (data[i] as number);
    bits >>>= 1;
  }
  return sum;
}
