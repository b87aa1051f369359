import type { ExpressionReading } from "../domain/measurement.ts";
import { poolWitnesses } from "./cue-integration.ts";

/** Source of readings that combine those of several networks. The version changes with the recipe or its networks. */
export const EXPRESSION_POOL = "expression-pool@1";

/**
 * Combines what several networks read on one face into a further reading: the geometric mean of their distributions,
 * each with the same say and none able to rule out a label alone. See models/cards/expression-pool.md for what it gains.
 * `undefined` when fewer than two networks read the face: there is nothing to combine.
 */
export function poolExpressions(readings: readonly ExpressionReading[]): ExpressionReading | undefined {
  if (readings.length < 2) return undefined;
  const distribution = poolWitnesses(readings.map((reading) => ({ distribution: reading.distribution, weight: 1 })));
  return distribution === null ? undefined : { source: EXPRESSION_POOL, distribution };
}

/** Whether a reading of that source is made of other readings, so that it is no witness beside them. */
export function isExpressionPool(source: string): boolean {
  return source.startsWith("expression-pool@");
}
