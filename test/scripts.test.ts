import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { globSync } from "tinyglobby";
import { expect, it } from "vitest";

const IMPORT = /import\s+\{([^}]*)\}\s+from\s+"([^"]*\/dist\/src\/[^"]+)\.js"/g;
const scripts = globSync(["bench/**/*.mjs", "test/**/*.mjs", "models/training/**/*.mjs"]);

it.each(scripts)("%s imports what the code has", async (script) => {
  const missing: string[] = [];
  for (const [, names = "", built = ""] of readFileSync(script, "utf8").matchAll(IMPORT)) {
    const file = path.resolve(`${built.replace(/^.*\/dist\/src\//, "src/")}.ts`);
    const exported = existsSync(file) ? Object.keys(await import(file)) : [];
    const wanted = names
      .split(",")
      .map((name) => name.trim().replace(/ as .*/, ""))
      .filter((name) => name !== "");
    missing.push(...wanted.filter((name) => !exported.includes(name)).map((name) => `${name} of ${built}`));
  }
  expect(missing).toEqual([]);
});
