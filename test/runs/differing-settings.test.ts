import { expect, it } from "vitest";
import { openRunFolder } from "../../src/runs/run-folder.ts";
import { tempFolder } from "../support/temp-folder.ts";

/** What a run that began under some settings says of others; `undefined` when it goes on. */
async function differences(then: object, now: object): Promise<string | undefined> {
  const folder = await tempFolder();
  const open = (settings: object) =>
    openRunFolder(folder, { command: "find", version: "1", settings: { ...settings } });
  await (await open(then)).close("interrupted");
  try {
    await (await open(now)).close("interrupted");
    return undefined;
  } catch (error) {
    const phrases = /began with other settings \((.*)\): use the same/.exec((error as Error).message)?.[1];
    if (phrases === undefined) throw error;
    return phrases;
  }
}

it.each<[string, unknown, unknown, string | undefined]>([
  ["a number", 5, 2, "--x: 5 -> 2"],
  ["a text", "composed", "pout", "--x: composed -> pout"],
  ["yes or no", true, false, "--x: yes -> no"],
  ["something and nothing", null, "calm", "--x: none -> calm"],
  ["nothing and something", "calm", undefined, "--x: calm -> none"],
  ["a list", ["a", "b"], ["a"], "--x: a b -> a"],
  ["a list of four", ["a", "b", "c", "d"], [], "--x: a b c d -> "],
  ["a long list", ["a", "b", "c", "d", "e"], ["a"], "--x: 5 of them -> a"],
  ["two lists of one length", [1, 2, 3, 4, 5], [1, 2, 3, 4, 6], "--x: other contents"],
  ["things by their ids", { id: "mesh@1", sha256: "a" }, { id: "mesh@5", sha256: "b" }, "--x: mesh@1 -> mesh@5"],
  ["things by their paths", { path: "a.jpg", sha256: "a" }, { path: "b.jpg", sha256: "b" }, "--x: a.jpg -> b.jpg"],
  ["what a thing holds", { path: "a.jpg", sha256: "a" }, { path: "a.jpg", sha256: "b" }, "--x: other contents"],
  ["a thing of another kind", { top: 3 }, null, "--x: set -> none"],
  ["a text of 60 letters", "a".repeat(60), "b", `--x: ${"a".repeat(60)} -> b`],
  ["a longer text", "a".repeat(61), "b", `--x: ${"a".repeat(60)}... -> b`],
  ["the order of keys", { a: 1, b: 2 }, { b: 2, a: 1 }, undefined],
  ["absence and null", undefined, null, undefined],
])("runs that differ in %s are told apart in words", async (_case, then, now, phrase) => {
  expect(await differences({ "--x": then, same: 1 }, { "--x": now, same: 1 })).toBe(phrase);
});

it("names every setting that either run has, once", async () => {
  expect(await differences({ a: 1, b: 2 }, { b: 3, c: 4 })).toBe("a: 1 -> none, b: 2 -> 3, c: none -> 4");
});
