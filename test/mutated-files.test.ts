import { readFile } from "node:fs/promises";
import { globSync } from "tinyglobby";
import { expect, it } from "vitest";
import { ownPath } from "../src/platform/package-paths.ts";

/** `a/{b,c}.ts` as `a/b.ts` and `a/c.ts`. */
function named(pattern: string): string[] {
  const [, before, names, after] = /^(.*)\{(.*)\}(.*)$/.exec(pattern) ?? [];
  return names === undefined ? [pattern] : names.split(",").map((name) => `${before}${name}${after}`);
}

it("every file that `npm run mutate` names is there", async () => {
  const { mutate } = JSON.parse(await readFile(ownPath("stryker.config.json"), "utf8")) as { mutate: string[] };
  const missing = mutate.flatMap(named).filter((pattern) => globSync(pattern, { cwd: ownPath() }).length === 0);
  expect(missing).toEqual([]);
});
