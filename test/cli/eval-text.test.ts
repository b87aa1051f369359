import { expect, it } from "vitest";
import { findingsText, summaryText } from "../../src/cli/eval-text.ts";
import type { RunSummary } from "../../src/evaluation/results/summarise.ts";
import type { ContextEffect } from "../../src/lab/effects.ts";
import { readable } from "../../src/pages/evaluation-view.ts";

const effect = (value: number | null): ContextEffect => ({
  ...{
    name: "context_reliance",
    meaning: "m",
    sentence: "They rely on the scene by 0.30, n = 12.",
    effectSize: null,
    pValue: null,
  },
  estimate: { value, low: null, high: null, level: 0.95, n: 12, unscored: 0 },
});
const compared = {
  ...{ scorer: "accuracy", metric: "accuracy", better: "higher" as const, first: "a", second: "b" },
  ...{ firstValue: 0.9, secondValue: 0.5, difference: -0.4, low: -0.6, high: -0.2, pairs: 20 },
  ...{ test: "McNemar, exact" as const, pValue: 0.001, adjustedPValue: 0.001 },
};

it("ends the summary of several conditions with what the context did and how many differences hold up", () => {
  const contextEffects = [{ condition: "judge | rules", readings: new Map(), effects: [effect(0.3), effect(null)] }];
  expect(findingsText({ contextEffects, comparisons: [compared] })).toBe(
    'what the context did under "judge | rules"\n  They rely on the scene by 0.30, n = 12.\n' +
      "Of 1 comparison 1 holds up after Holm's correction over those by one scorer.\n",
  );
});

it("says nothing of one condition", () => {
  expect(
    findingsText({
      contextEffects: [{ condition: "x", readings: new Map(), effects: [effect(null)] }],
      comparisons: [],
    }),
  ).toBe("");
});

it("tells once, after all conditions, what is the same under all of them", () => {
  const cell = (id: string, values: Readonly<Record<string, number>>) => {
    const metrics = Object.entries(values).map(([metric, value]) => ({
      ...{ scorer: "s", metric, better: "higher" },
      estimate: { value, low: null, high: null, level: 0.95, n: 5, unscored: 0 },
    }));
    return { cell: { id }, scorers: [{ metrics, notes: [], calls: [] }], rates: [] };
  };
  const summary = (...cells: unknown[]) => summaryText({ cells } as unknown as RunSummary).split("\n");
  const line = (metric: string, value: string) => `  ${metric.padEnd(36)} ${value}  n = 5`;
  const a = cell("a", { accuracy: 0.5, claims_agreeing: 1 });
  expect(summary(a, cell("b", { accuracy: 0.6, claims_agreeing: 1 }))).toEqual([
    ...["a", line("accuracy", "0.500"), "b", line("accuracy", "0.600")],
    ...["the same under all 2 conditions", line("claims agreeing", "1.000")],
  ]);
  expect(summary(a)).toEqual(["a", line("accuracy", "0.500"), line("claims agreeing", "1.000")]);
});

it("writes metrics as the field does", () => {
  expect(["pass_hat_3", "tar_raw_at_5", "tar_answer_at_5", "macro_f1"].map(readable)).toEqual([
    ...["pass^3", "TARr@5", "TARa@5", "macro f1"],
  ]);
});
