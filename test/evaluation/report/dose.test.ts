import { expect, it } from "vitest";
import { sampleOf } from "../../../src/evaluation/dataset/dataset.ts";
import { createLabelReader } from "../../../src/evaluation/label-reader.ts";
import { dosesOf } from "../../../src/evaluation/report/dose.ts";
import { summarise } from "../../../src/evaluation/results/summarise.ts";
import { answeredRecord } from "../../../src/evaluation/runner/call-record.ts";
import { callsOf } from "../../../src/evaluation/runner/plan.ts";
import { createAccuracyScorer } from "../../../src/evaluation/scorers/accuracy.ts";
import { answerOf, evalFile } from "../../support/answering-server.ts";

const scorers = [createAccuracyScorer(createLabelReader(["happiness", "fear"], new Map()), "integrated")];
const samples = Array.from({ length: 40 }, (_, i) => sampleOf({ id: `s${i}`, truth: { label: "fear" } }));

/** Of 40 answers so many are right with each number of examples, by model. */
function dosesWith(
  right: Readonly<Record<string, Readonly<Record<number, number>>>>,
  shots: readonly number[],
  matrix: object = {},
) {
  const file = evalFile({ matrix: { models: Object.keys(right), shots, ...matrix }, analysis: { resamples: 500 } });
  const records = callsOf(samples, file.matrix).map((call) => {
    const { model, shots: dose } = call.condition;
    const isRight = Number(call.sample.id.slice(1)) < (right[model]?.[dose] ?? 0);
    const usage = { inputTokens: 1, outputTokens: 1, latencyMs: 1 };
    const solution = { answer: answerOf(isRight ? "fear" : "happiness"), usage, fingerprint: null, detail: null };
    return answeredRecord(call, "k", { solution, cached: false, attempts: 1, costUsd: 0 });
  });
  return dosesOf({ summary: summarise(records, samples, { file, scorers }), scorers, file });
}

it("holds each number of examples against the next smaller, in whatever order the file names them", () => {
  const [dose, ...others] = dosesWith({ "loop:a": { 0: 10, 4: 30, 8: 32 } }, [8, 0, 4]);
  expect(others).toEqual([]);
  expect(dose?.points.map(({ shots, value }) => [shots, value])).toEqual([
    [0, 0.25],
    [4, 0.75],
    [8, 0.8],
  ]);
  const steps = dose?.steps.map(({ from, to, difference, holds }) => [from, to, Number(difference?.toFixed(3)), holds]);
  expect(steps).toEqual([
    [0, 4, 0.5, true],
    [4, 8, 0.05, false],
  ]);
  expect(dose).toMatchObject({ condition: null, metric: "accuracy" });
});

it("keeps models apart, corrects over the steps of all, and needs three doses", () => {
  const all = dosesWith({ "loop:a": { 0: 10, 4: 16, 8: 17 }, "loop:b": { 0: 20, 4: 21, 8: 22 } }, [0, 4, 8]);
  expect(all.map(({ condition }) => condition)).toEqual(["loop:a", "loop:b"]);
  // Six pairs differ, all one way: .031 by itself, times the four steps that were tested.
  const [step] = all[0]?.steps ?? [];
  expect([step?.pValue, step?.adjustedPValue].map((p) => Number(p?.toFixed(3)))).toEqual([0.031, 0.125]);
  expect(dosesWith({ "loop:a": { 0: 10, 4: 16 } }, [0, 4])).toEqual([]);
});

it("begins each way of showing examples where none is shown, and says which way it is", () => {
  const ways = { examples: ["images", "definitions"] };
  const all = dosesWith({ "loop:a": { 0: 10, 4: 16, 8: 17 } }, [0, 4, 8], ways);
  expect(all.map(({ condition }) => condition)).toEqual(["images", "definitions"]);
  for (const { points } of all)
    expect(points.map(({ shots, value }) => [shots, value])).toEqual([
      [0, 0.25],
      [4, 0.4],
      [8, 0.425],
    ]);
  const two = dosesWith({ "loop:a": { 0: 10, 4: 16, 8: 17 }, "loop:b": { 0: 1, 4: 2, 8: 3 } }, [0, 4, 8], ways);
  expect(two.map(({ condition }) => condition)).toEqual([
    ...["loop:a | images", "loop:a | definitions", "loop:b | images", "loop:b | definitions"],
  ]);
});
