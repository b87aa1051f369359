import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createClipTokenizer } from "../../../src/adapters/clip/clip-tokenizer.ts";

interface Golden {
  readonly merges: Readonly<Record<string, string>>;
  readonly cases: readonly { readonly text: string; readonly ids: readonly number[] }[];
}
const golden = JSON.parse(readFileSync("test/fixtures/clip/tokens.json", "utf8")) as Golden;

/** The published list is not ours to keep: the merges that these texts take stand at their places, nothing at the others. */
const PUBLISHED_MERGES = 48_894;
const lines = Array.from({ length: PUBLISHED_MERGES }, (_, rank) => golden.merges[rank] ?? `nowhere ${rank}`);
const tokensOf = createClipTokenizer(["#version: 0.2", ...lines, ""].join("\n"));
const [START, END] = [49_406, 49_407];

describe("createClipTokenizer", () => {
  it.each(golden.cases)("gives the tokens that OpenAI's own gives: $text", ({ text, ids }) => {
    const padded = [START, ...ids, ...Array.from({ length: 75 - ids.length }, () => END), END];
    expect([...tokensOf(text, 77)].map(Number)).toEqual(padded);
  });

  it("cuts off what is too long, and ends with the end all the same", () => {
    const tokens = [...tokensOf("the ".repeat(100), 77)].map(Number);
    expect([tokens.length, tokens[0], tokens[1], tokens[75], tokens[76]]).toEqual([77, START, 518, 518, END]);
  });

  it("refuses what is no list of merges", () => {
    expect(() => createClipTokenizer("#version: 0.2\ni n\n{\n")).toThrow("Line 3 of the merges is no pair");
  });
});
