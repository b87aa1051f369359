// Runs the benchmarks in this folder, each in a process of its own: all of them, or those whose names contain a word given
// as argument. At the end, one table of what they found beside their targets and the saved run (`bench/results.json`), which
// `--save` replaces by this one. Ends with 1 when a target is missed or a benchmark cannot finish.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compared, tableOf } from "./support/figures-table.mjs";

const folder = fileURLToPath(new URL(".", import.meta.url));
const savedPath = join(folder, "results.json");
const words = process.argv.slice(2).filter((word) => word !== "--save");
const isSaved = process.argv.includes("--save");
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
const figures = [];
const absent = [];
const failed = [];
const startedMs = performance.now();
const minutes = () => ((performance.now() - startedMs) / 60_000).toFixed(1);
for (const name of names) {
  console.log(`\n== ${name} (after ${minutes()} min)`);
  const file = join(place, name);
  const { status } = spawnSync(process.execPath, ["--expose-gc", join(folder, `${name}.mjs`)], {
    stdio: "inherit",
    env: { ...process.env, KULESHOV_BENCH_FIGURES: file },
  });
  const told = existsSync(file)
    ? readFileSync(file, "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line))
    : [];
  for (const { notRun, ...figure } of told) {
    if (notRun === undefined) figures.push({ bench: name, ...figure });
    else absent.push(`${name}: ${notRun}`);
  }
  if (status !== 0 && told.every(({ met }) => met !== false)) failed.push(name);
}
rmSync(place, { recursive: true });

const machine = `${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}`;
const saved = existsSync(savedPath)
  ? JSON.parse(readFileSync(savedPath, "utf8"))
  : { machine: "no machine", figures: [] };
const rows = compared(figures, saved.figures);
console.log(`\n${tableOf(rows)}\n`);
console.log(
  `${names.length} benchmarks in ${minutes()} min on ${machine}; ${loadavg()[0].toFixed(1)} processes were waiting at the end.`,
);
console.log(
  `Before: ${saved.figures.length === 0 ? "no run was saved" : `${saved.at} on ${saved.machine}, load ${saved.load}`}.`,
);
const listed = (what, all) => all.length > 0 && console.log(`${what}:\n${all.map((one) => `  ${one}`).join("\n")}`);
listed("Not run here", absent);
listed("Did not finish", failed);
listed(
  "Met before and missed now",
  rows.filter(({ isLost }) => isLost).map(({ bench, name }) => `${bench}: ${name}`),
);
const missed = rows.filter(({ met }) => met === false).length;
console.log(
  missed + failed.length === 0
    ? "All targets met."
    : `${missed} targets missed, ${failed.length} benchmarks did not finish.`,
);
if (isSaved) {
  const kept = saved.figures.filter(({ bench }) => !names.includes(bench));
  const at = new Date().toISOString().slice(0, 10);
  const all = [...kept, ...figures].sort((a, b) => a.bench.localeCompare(b.bench));
  writeFileSync(
    savedPath,
    `${JSON.stringify({ at, machine, load: loadavg()[1].toFixed(1), figures: all }, null, 1)}\n`,
  );
}
process.exitCode = missed + failed.length === 0 ? 0 : 1;
