import { describe, expect, it } from "vitest";
import type { ExpressionReading } from "../../src/domain/measurement.ts";
import { EXPRESSION_POOL, isExpressionPool, poolExpressions } from "../../src/facs/expression-pool.ts";

function reading(source: string, shares: Readonly<Record<string, number>>): ExpressionReading {
  const distribution = Object.entries(shares).map(([label, probability]) => ({ label, probability }));
  return { source, distribution } as ExpressionReading;
}

function share(pooled: ExpressionReading | undefined, label: string): number {
  return Number(pooled?.distribution.find((entry) => entry.label === label)?.probability);
}

describe("poolExpressions", () => {
  it("follows the surer of two networks, and lets neither rule a label out", () => {
    const sure = reading("a@1", { anger: 0.98, fear: 0.02, sadness: 0 });
    const unsure = reading("b@1", { anger: 0.3, fear: 0.3, sadness: 0.4 });
    const pooled = poolExpressions([sure, unsure]);
    expect(pooled?.source).toBe(EXPRESSION_POOL);
    // By hand, q = 0.005 + 0.985 p: sqrt(.9703 x .3005), sqrt(.0247 x .3005), sqrt(.005 x .399), over their sum.
    expect(share(pooled, "anger")).toBeCloseTo(0.805, 3);
    expect(share(pooled, "fear")).toBeCloseTo(0.1284, 3);
    expect(share(pooled, "sadness")).toBeCloseTo(0.0666, 3);
  });

  it("gives both networks the same say", () => {
    const [a, b] = [reading("a@1", { anger: 0.9, fear: 0.1 }), reading("b@1", { anger: 0.1, fear: 0.9 })];
    expect(share(poolExpressions([a, b]), "anger")).toBeCloseTo(0.5, 12);
    expect(poolExpressions([b, a])?.distribution).toHaveLength(2);
  });

  it("has nothing to say of a face that one network read", () => {
    expect(poolExpressions([reading("a@1", { anger: 1 })])).toBeUndefined();
  });

  it("is told from the readings of networks by its source", () => {
    expect(["expression-pool@1", "expression-pool@2", "face-api-expression@1.7.15"].map(isExpressionPool)).toEqual([
      true,
      true,
      false,
    ]);
  });
});
