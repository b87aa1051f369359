// Runs the benchmarks in this folder, each in a process of its own: all of them, or those whose names contain a word given
// as argument. At the end, one table of what they found beside their targets and the saved run (`bench/results.json`), of which
// `--save` replaces the figures of those that ran. Ends with 1 when a target is missed or a benchmark cannot finish.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compared, tableOf } from "./support/figures-table.mjs";

/** They count, or measure processor time: two at once disturb nothing. All others have the machine for themselves. */
const BESIDE_OTHERS = new Set([
  ...[
    "change-point",
    "clips",
    "corrected-estimates",
    "discovery",
    "discovery-known",
    "find",
    "group-fairness",
    "import",
    "parquet",
  ],
  ...[
    "rater-equivalence",
    "reliance-coverage",
    "rendering-bias",
    "returns",
    "second-look",
    "synchrony",
    "toolbox-csv",
    "true-faces",
    "voice-golden",
  ],
  "words-and-face",
]);

const folder = fileURLToPath(new URL(".", import.meta.url));
const savedPath = join(folder, "results.json");
const words = process.argv.slice(2).filter((word) => word !== "--save");
const names = readdirSync(folder)
  .filter((name) => name.endsWith(".mjs") && name !== "run.mjs")
  .map((name) => name.replace(".mjs", ""))
  .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
  .sort();

if (names.length === 0) {
  console.error(`No benchmark is called like ${words.join(" or ")}`);
  process.exit(2);
}

const place = mkdtempSync(join(tmpdir(), "kuleshov-bench-"));
const startedMs = performance.now();
const minutes = () => ((performance.now() - startedMs) / 60_000).toFixed(1);

/** What a benchmark told, each figure by itself, and how it ended. */
async function run(name) {
  const file = join(place, name);
  const child = spawn(process.execPath, ["--expose-gc", join(folder, `${name}.mjs`)], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, KULESHOV_BENCH_FIGURES: file },
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (text) => {
      said += text;
    });
  }
  const code = await new Promise((resolve) => child.on("close", resolve));
  console.log(`\n== ${name} (until ${minutes()} min)\n${said.trimEnd()}`);
  const lines = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  return { name, told: lines.map((line) => JSON.parse(line)), code };
}

const runs = [];
async function lane(queue) {
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) runs.push(await run(name));
}
const beside = names.filter((name) => BESIDE_OTHERS.has(name));
await Promise.all([lane(beside), lane(beside)]);
await lane(names.filter((name) => !BESIDE_OTHERS.has(name)));
rmSync(place, { recursive: true });

const told = runs
  .sort((a, b) => names.indexOf(a.name) - names.indexOf(b.name))
  .flatMap(({ name, told }) => told.map((one) => ({ bench: name, ...one })));
const figures = told.filter(({ notRun }) => notRun === undefined);
const failed = runs.filter(({ told, code }) => code !== 0 && told.every(({ met }) => met !== false));
const machine = `${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}`;
const none = { machine: "", at: "", load: "", figures: [] };
const saved = existsSync(savedPath) ? JSON.parse(readFileSync(savedPath, "utf8")) : none;
const rows = compared(figures, saved.figures);
const listed = (what, all) => all.length > 0 && console.log(`${what}:\n${all.map((one) => `  ${one}`).join("\n")}`);
console.log(`\n${tableOf(rows)}\n`);
console.log(`${names.length} benchmarks in ${minutes()} min on ${machine}, load ${loadavg()[1].toFixed(1)}.`);
console.log(saved === none ? "No run was saved before." : `Before: ${saved.at}, ${saved.machine}, load ${saved.load}.`);
listed(
  "Not run here",
  told.filter(({ notRun }) => notRun !== undefined).map(({ bench, notRun }) => `${bench}: ${notRun}`),
);
listed(
  "Did not finish",
  failed.map(({ name, code }) => `${name} (ended with ${code})`),
);
listed(
  "Met before and missed now",
  rows.filter(({ isLost }) => isLost).map(({ bench, name }) => `${bench}: ${name}`),
);
const missed = rows.filter(({ met }) => met === false).length;
console.log(missed + failed.length === 0 ? "All targets met." : `${missed} targets missed.`);
if (process.argv.includes("--save")) {
  const kept = saved.figures.filter(({ bench }) => !names.includes(bench));
  const all = [...kept, ...figures].sort((a, b) => a.bench.localeCompare(b.bench));
  const at = new Date().toISOString().slice(0, 10);
  writeFileSync(
    savedPath,
    `${JSON.stringify({ at, machine, load: loadavg()[1].toFixed(1), figures: all }, null, 2)}\n`,
  );
}
process.exitCode = missed + failed.length === 0 ? 0 : 1;
