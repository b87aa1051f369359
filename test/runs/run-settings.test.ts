import { expect, it } from "vitest";
import { settingsThatDiffer } from "../../src/runs/run-settings.ts";

it.each<[string, unknown, unknown, string[]]>([
  ["a number", 5, 2, ["--x: 5 -> 2"]],
  ["a text", "composed", "pout", ["--x: composed -> pout"]],
  ["yes or no", true, false, ["--x: yes -> no"]],
  ["something and nothing", null, "calm", ["--x: none -> calm"]],
  ["nothing and something", "calm", undefined, ["--x: calm -> none"]],
  ["a list", ["a", "b"], ["a"], ["--x: a b -> a"]],
  ["a list of four", ["a", "b", "c", "d"], [], ["--x: a b c d -> "]],
  ["a long list", ["a", "b", "c", "d", "e"], ["a"], ["--x: 5 of them -> a"]],
  ["two lists of one length", [1, 2, 3, 4, 5], [1, 2, 3, 4, 6], ["--x: other contents"]],
  ["things by their ids", { id: "mesh@1", sha256: "a" }, { id: "mesh@2", sha256: "b" }, ["--x: mesh@1 -> mesh@2"]],
  ["things by their paths", { path: "a.jpg", sha256: "a" }, { path: "b.jpg", sha256: "b" }, ["--x: a.jpg -> b.jpg"]],
  ["what a thing holds", { path: "a.jpg", sha256: "a" }, { path: "a.jpg", sha256: "b" }, ["--x: other contents"]],
  ["a thing of another kind", { top: 3 }, null, ["--x: set -> none"]],
  ["a text of 60 letters", "a".repeat(60), "b", [`--x: ${"a".repeat(60)} -> b`]],
  ["a longer text", "a".repeat(61), "b", [`--x: ${"a".repeat(60)}... -> b`]],
  ["the order of keys", { a: 1, b: 2 }, { b: 2, a: 1 }, []],
  ["absence and null", undefined, null, []],
])("runs that differ in %s are told apart in words", (_case, then, now, phrases) => {
  expect(settingsThatDiffer({ "--x": then, same: 1 }, { "--x": now, same: 1 })).toEqual(phrases);
});

it("names every setting that either run has, once", () => {
  expect(settingsThatDiffer({ a: 1, b: 2 }, { b: 3, c: 4 })).toEqual(["a: 1 -> none", "b: 2 -> 3", "c: none -> 4"]);
});
