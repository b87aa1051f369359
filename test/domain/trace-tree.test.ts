import { expect, it } from "vitest";
import type { TraceStep } from "../../src/domain/report.ts";
import { timedSteps, turnsOf } from "../../src/domain/trace-tree.ts";

const step = (type: TraceStep["type"], name: string, times: Partial<TraceStep> = {}): TraceStep =>
  ({ type, name, durationMs: null, ...times }) as TraceStep;
const names = (steps: readonly (TraceStep | null)[]) => steps.map((one) => (one as { name?: string } | null)?.name);

it("a turn is an answer with the tools that it called and the complaint that it answers", () => {
  const [first, look, measure, complaint, second] = [
    step("model", "first"),
    step("tool", "look"),
    step("tool", "measure"),
    step("complaint", "an empty answer"),
    step("model", "second"),
  ];
  const third = step("model", "third");
  // A tool before any answer is nobody's.
  const turns = turnsOf([step("tool", "stray"), first, look, measure, complaint, second, third]);
  expect(turns.map(({ answer, tools }) => names([answer, ...tools]))).toEqual([
    ["first", "look", "measure"],
    ["second"],
    ["third"],
  ]);
  expect(names(turns.map(({ complaint }) => complaint))).toEqual([undefined, "an empty answer", undefined]);
});

it("a step begins when it was noted to, or where those before it ended", () => {
  const trace = [
    step("model", "a", { startedMs: 5, durationMs: 100 }),
    step("tool", "beside", { startedMs: 20, durationMs: 10 }),
    step("tool", "after", { durationMs: 30 }),
    step("complaint", "at once"),
    step("model", "last", { durationMs: 1 }),
  ];
  expect(timedSteps({ trace }).map(({ beganMs }) => beganMs)).toEqual([5, 20, 105, 135, 135]);
  expect(timedSteps({ trace: [step("model", "only")] })[0]).toMatchObject({ type: "model", beganMs: 0 });
});
