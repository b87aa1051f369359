import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ownPath } from "../src/platform/package-paths.ts";

const text = readFileSync(ownPath("CONTRIBUTING.md"), "utf8");
const mapOfSrc = text.slice(text.indexOf("\nsrc/\n"), text.indexOf("\ntest/ "));

describe("CONTRIBUTING.md", () => {
  it("names no file or folder that is not there", () => {
    const named = [...text.matchAll(/`((?:src|test|models|prompts|evals|fewshot|shims|docs|bench)\/[\w./-]+)`/g)];
    const paths = [...new Set(named.map(([, path]) => path as string))];

    expect(paths.length).toBeGreaterThan(30);
    expect(paths.filter((path) => !existsSync(ownPath(path)))).toEqual([]);
  });

  it("has every room of src, and every story, on its map", () => {
    const rooms = readdirSync(ownPath("src")).filter((name) => !name.endsWith("-dependencies.ts"));
    const missing = rooms.filter((name) => !mapOfSrc.includes(name.endsWith(".ts") ? name : `${name}/`));

    expect(missing).toEqual([]);
  });
});
