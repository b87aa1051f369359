import { describe, expect, it } from "vitest";
import { createRandom } from "../../../src/domain/statistics/random.ts";
import { sampleOf } from "../../../src/evaluation/dataset/dataset.ts";
import type { CallRecord } from "../../../src/evaluation/runner/call-record.ts";
import { createStopRule } from "../../../src/evaluation/runner/stop-rule.ts";
import { defineScorer, scored } from "../../../src/evaluation/score.ts";
import { evalFile } from "../../support/answering-server.ts";

/** Right where the answer says so. */
const scorer = defineScorer({
  ...{ name: "accuracy", description: "", requires: [] },
  score: ({ text }) => scored(Number(text), null, ""),
  metrics: () => [],
});
const MANY = 800;
const samples = Array.from({ length: MANY }, (_, i) => sampleOf({ id: `s${i}` }));
const answer = (sample: number, right: boolean, cell = "a") =>
  ({ cell, sample: `s${sample}`, answer: { text: right ? "1" : "0" } }) as unknown as CallRecord;
const ruleFor = (halfWidth: number, cells: readonly string[] = ["a"]) => {
  const file = { ...evalFile({}), stopWhen: { scorer: "accuracy" as const, halfWidth, atLeast: 30 } };
  return createStopRule(file, { scorer, samples, cells });
};

describe("a run that stops once enough is known", () => {
  it("has the true share in 95 % of its intervals, however often it looked", () => {
    const random = createRandom(7);
    let [covered, asked] = [0, 0];
    const runs = 400;
    for (let run = 0; run < runs; run++) {
      const rule = ruleFor(0.1);
      let [right, n] = [0, 0];
      for (; n < MANY; ) {
        const is = random.real() < 0.7;
        right += is ? 1 : 0;
        n += 1;
        if (rule?.note(answer(n - 1, is)) != null) break;
      }
      asked += n / runs;
      covered += Math.abs(right / n - 0.7) <= 0.1 ? 1 / runs : 0;
    }
    expect(covered).toBeGreaterThan(0.925);
    // As many as the share's variance takes, (1.96 / 0.1)^2 * 0.21, and no more than that.
    expect(asked).toBeGreaterThan(76);
    expect(asked).toBeLessThan(88);
  });

  it("waits for the fewest wanted, for every condition, and is not fooled by equal answers", () => {
    const rule = ruleFor(0.05, ["a", "b"]);
    const told = Array.from({ length: 45 }, (_, i) => [rule?.note(answer(i, true)), rule?.note(answer(i, true, "b"))]);
    // 1.96 / n is under .05 from the fortieth on.
    expect(told.flat().findIndex((words) => words !== null)).toBe(2 * 39 + 1);
    expect(told[39]?.[1]).toBe('"accuracy" is known to ±0.05 (95 %) after 40 subjects or images');
  });

  it("takes repeats of a sample for one, and asks on where none is wanted", () => {
    const rule = ruleFor(0.3);
    const told = Array.from({ length: 100 }, (_, i) => rule?.note(answer(i % 20, true)));
    expect(told.every((words) => words === null)).toBe(true);
    expect(createStopRule(evalFile({}), { scorer, samples, cells: ["a"] })).toBeNull();
  });
});
