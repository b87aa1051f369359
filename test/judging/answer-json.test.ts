import { expect, it } from "vitest";
import { jsonIn } from "../../src/judging/answer-json.ts";

it.each([
  ["the whole text", '{"a": 1}', { a: 1 }],
  ["a fenced block", 'Here:\n```json\n{"a": 1}\n```\nDone.', { a: 1 }],
  ["what comes after thoughts with braces", 'I weigh {happiness} and {fear}.\n{"a": 1}', { a: 1 }],
  ["the last of two objects", '{"a": 1}\nBetter:\n{"a": 2}', { a: 2 }],
  ["braces within strings", 'So {"a": "} {"} it is', { a: "} {" }],
  ["a trailing comma", '{"a": [1, 2,],}', { a: [1, 2] }],
  ["single quotes and bare names", "{a: 'x'}", { a: "x" }],
  ["a bracket that was left open inside", '{"a": [1, 2}', { a: [1, 2] }],
])("reads %s", (_case, text, value) => {
  expect(jsonIn(text)).toEqual(value);
});

// Each took a minute or more: it was searched, or mended, from each of its marks anew.
it.each([
  ["escaped quotation marks", `{"${'\\"'.repeat(300_000)}`],
  ["escaped quotation marks in braces", `{"${'\\"'.repeat(300_000)}}`],
  ["names and values without commas", `{${'"a": "b" '.repeat(100_000)}}`],
  ["quotation marks in values", `{${'"a": "b "c" d", '.repeat(60_000)}}`],
  ["objects that are none", "{a}".repeat(1_000_000)],
])("reads %s to their end", (_case, text) => {
  expect(jsonIn(text)).toBeUndefined();
});

it.each([
  ["words", "I cannot say"],
  ["a list", "[1, 2]"],
  ["an object that breaks off", '{"answer": "The fa'],
  ["an object that breaks off after a whole inner one", '{"subjects": [{"faceId": "F1"}, {"face'],
])("makes up nothing from %s", (_case, text) => {
  expect(jsonIn(text)).toBeUndefined();
});
