import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { globSync } from "tinyglobby";
import { expect, it } from "vitest";

const IMPORT = /import\s+\{([^}]*)\}\s+from\s+"([^"]*\/dist\/src\/[^"]+)\.js"/g;
/** The fuzz loads what it feeds by the path below `src`. */
const LOAD = /(?:\{([^{}[\]]*)\}\s+=\s+)?await\s+load\("([^"]+)"\)/g;
const scripts = globSync(["bench/**/*.mjs", "test/**/*.mjs", "models/training/**/*.mjs"]);

it.each(scripts)("%s imports what the code has", async (script) => {
  const missing: string[] = [];
  const text = readFileSync(script, "utf8");
  for (const [, names = "", built = ""] of [...text.matchAll(IMPORT), ...text.matchAll(LOAD)]) {
    const file = path.resolve(`${built.replace(/^.*\/dist\/src\/|^/, "src/")}.ts`);
    if (!existsSync(file)) missing.push(built);
    const exported = existsSync(file) ? Object.keys(await import(file)) : [];
    const wanted = names
      .split(",")
      .map((name) => name.trim().replace(/ as .*/, ""))
      .filter((name) => name !== "");
    missing.push(...wanted.filter((name) => !exported.includes(name)).map((name) => `${name} of ${built}`));
  }
  expect(missing).toEqual([]);
});
