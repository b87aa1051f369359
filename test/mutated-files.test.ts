import { readFile } from "node:fs/promises";
import { globSync } from "tinyglobby";
import { expect, it } from "vitest";
import { ownPath } from "../src/platform/package-paths.ts";

/** `a/{b,c}.ts` as `a/b.ts` and `a/c.ts`. */
function named(pattern: string): string[] {
  const [, before, names, after] = /^(.*)\{(.*)\}(.*)$/.exec(pattern) ?? [];
  return names === undefined ? [pattern] : names.split(",").map((name) => `${before}${name}${after}`);
}

it("every file and test that `npm run mutate` names is there", async () => {
  const { rooms, tests } = JSON.parse(await readFile(ownPath("test/mutation/rooms.json"), "utf8")) as {
    rooms: Record<string, string>;
    tests: string[];
  };
  const patterns = [...Object.values(rooms), ...tests.map((test) => test.replace(/^!/, ""))];
  const missing = patterns.flatMap(named).filter((pattern) => globSync(pattern, { cwd: ownPath() }).length === 0);
  expect(missing).toEqual([]);
});

it("every planted fault changes code that is there, in one place", async () => {
  const faults: { kind: string; from: string }[] = JSON.parse(await readFile("test/planted.json", "utf8"));
  const names = globSync("src/**/*.ts");
  const sources = (await Promise.all(names.map((name) => readFile(name, "utf8")))).join("\0");
  const lost = faults.filter(({ from }) => sources.split(from).length !== 2);
  expect(lost.map(({ kind }) => kind)).toEqual([]);
});
