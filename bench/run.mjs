// Runs the benchmarks in this folder, each in a process of its own: all of them, or those whose names contain a word
// given as argument. Each prints its own figures and exits with 1 when it misses a target it states.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));
const words = process.argv.slice(2);
const names = readdirSync(folder)
  .filter((name) => name.endsWith(".mjs") && name !== "run.mjs")
  .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
  .sort();

if (names.length === 0) {
  console.error(`No benchmark is called like ${words.join(" or ")}`);
  process.exit(2);
}

const missed = [];
for (const name of names) {
  console.log(`\n== ${name.replace(".mjs", "")}`);
  const { status } = spawnSync(process.execPath, ["--expose-gc", `${folder}${name}`], { stdio: "inherit" });
  if (status !== 0) missed.push(name);
}
console.log(missed.length === 0 ? "\nAll targets met." : `\nTargets missed in: ${missed.join(", ")}`);
process.exitCode = missed.length === 0 ? 0 : 1;
