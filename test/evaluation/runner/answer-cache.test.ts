import { expect, it } from "vitest";
import { sampleOf } from "../../../src/evaluation/dataset/dataset.ts";
import { callKey } from "../../../src/evaluation/runner/answer-cache.ts";
import type { Call, Condition } from "../../../src/evaluation/solver.ts";

const condition: Condition = {
  prompt: "judge",
  model: "loop:a",
  shots: 0,
  evidence: ["mesh"],
  arm: "full",
  variant: "as chosen",
};
const box = { leftPx: 1, topPx: 2, widthPx: 3, heightPx: 4 };
const asked = {
  question: "What does she feel?",
  options: ["grief", "joy"],
  statement: "AU12 is present",
  region: box,
};

const shown = { source: "image a", context: "at a funeral" };

function keyOf(sample: object = {}, call: Partial<Call> = {}, identity = "judge@1", stimulus: object = shown): string {
  const whole = { id: "c", condition, sample: sampleOf({ id: "s", ...asked, ...sample }), seed: 0, repeat: 1, ...call };
  return callKey(whole, { identity }, stimulus);
}

it.each([
  ["question", keyOf({ question: "What does he feel?" })],
  ["context", keyOf({}, {}, "judge@1", { ...shown, context: "at a wedding" })],
  ["absence of a context", keyOf({}, {}, "judge@1", { ...shown, context: null })],
  ["options", keyOf({ options: ["grief", "pride"] })],
  ["order of the options", keyOf({ options: ["joy", "grief"] })],
  ["statement", keyOf({ statement: "AU12 is absent" })],
  ["person who is asked about", keyOf({ region: { ...box, leftPx: 100 } })],
  ["arm", keyOf({}, { condition: { ...condition, arm: "face-only" } })],
  ["order of the exemplars", keyOf({}, { condition: { ...condition, variant: "order 2" } })],
  ["seed", keyOf({}, { seed: 1 })],
  ["repeat", keyOf({}, { repeat: 2 })],
  ["prompt, model or toolbox", keyOf({}, {}, "judge@2")],
  ["image shown", keyOf({}, {}, "judge@1", { ...shown, source: "image b" })],
])("an answer is not taken for one to another %s", (_part, key) => {
  expect(key).toMatch(/^[0-9a-f]{64}$/);
  expect(key).not.toBe(keyOf());
});

it("an answer is taken for the same question about the same image, whatever the sample is called and its truth is", () => {
  expect(keyOf({ id: "another", truth: { label: "grief" }, columns: { site: "A" } }, { id: "d" })).toBe(keyOf());
});
