// Plants the mutants of Stryker's instrumenter in a copy of the sources and tries each with the quick tests of its room, in
// processes that keep their modules from mutant to mutant: Stryker's own runner starts one for each, which takes hours.
//   npm run mutate [-- path ...]       mutants of files whose path begins so
// Lists what survived or what no test reaches, then a table; reports/mutants.json has all of it. Ends with 1 below 85 %.
import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Instrumenter } from "@stryker-mutator/instrumenter";
import { globSync } from "tinyglobby";

const LOWEST = 85;
const PROCESSES = Number(process.env.MUTATION_PROCESSES ?? 2);
/** A process that says nothing for so long, or so many times as long as its test takes, is in an endless loop. */
const SILENT_MS = 20_000;
const SILENT_TIMES = 10;
/** How long all tests together may take, once, before the first mutant. */
const FIRST_MS = 600_000;

const root = fileURLToPath(new URL("../..", import.meta.url));
/** The rooms, and the quick tests that reach them: without networks, servers, processes and snapshots. */
const { rooms: ROOMS, tests: TESTS } = JSON.parse(await readFile(new URL("rooms.json", import.meta.url), "utf8"));
const wanted = process.argv.slice(2);
const copy = await mkdtemp(join(tmpdir(), "kuleshov-mutants-"));

const roomOf = new Map(
  Object.entries(ROOMS).flatMap(([room, pattern]) => globSync(pattern, { cwd: root }).map((name) => [name, room])),
);

/** Copies the sources, with every mutant of them in place and switched off. @returns the mutants. */
async function plant() {
  const left = ["node_modules", ".git", "reports", "docs", "bench", "dist"].map((name) => join(root, name));
  await cp(root, copy, { recursive: true, filter: (path) => !left.includes(path) });
  await symlink(join(root, "node_modules"), join(copy, "node_modules"));
  const names = [...roomOf.keys()].filter(
    (name) => wanted.length === 0 || wanted.some((word) => name.startsWith(word)),
  );
  const files = await Promise.all(
    names.map(async (name) => ({ name, mutate: true, content: await readFile(join(root, name), "utf8") })),
  );
  const log = { debug() {}, info() {}, isDebugEnabled: () => false, warn: console.error, error: console.error };
  const planted = await new Instrumenter(log).instrument(files, { plugins: null, excludedMutations: [], ignorers: [] });
  for (const { name, content } of planted.files) await writeFile(join(copy, name), content);
  return planted.mutants.filter(({ status }) => status !== "Ignored");
}

const jsonLines = async (path) =>
  (await readFile(path, "utf8").catch(() => ""))
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

/** Tries mutants in one process after another, each beginning where the last one ended. */
async function trials(mutants, number, found) {
  const [outcomes, jobFile] = [join(copy, `outcomes-${number}.jsonl`), join(copy, `job-${number}.json`)];
  for (;;) {
    const left = mutants.filter(({ id }) => !found.has(id)).map(({ id }) => id);
    if (left.length === 0) return;
    await writeFile(
      jobFile,
      JSON.stringify({ tests, sources, mutants: left, outcomes, coverage: join(copy, "coverage.json") }),
    );
    await rm(outcomes, { force: true });
    const said = await oneProcess(jobFile, outcomes);
    const lines = await jsonLines(outcomes);
    processes += 1;
    for (const { mutant, status, by } of lines) if (mutant !== undefined) found.set(mutant, { status, by });
    const last = lines.findLast(({ begins }) => begins !== undefined)?.begins;
    if (last === undefined) throw new Error(`No mutant was tried:\n${said}`);
    if (!found.has(last)) found.set(last, { status: "endless" });
  }
}

/** @returns what it printed. It ends when it is through, or is killed when it falls silent. */
async function oneProcess(jobFile, outcomes) {
  const vitest = join("node_modules", "vitest", "vitest.mjs");
  const child = spawn(process.execPath, [vitest, "run", "--config", "vitest.mutation.config.ts"], {
    cwd: copy,
    detached: true,
    env: { ...process.env, MUTATION_JOB: jobFile, NODE_OPTIONS: "--max-old-space-size=2000" },
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (said += text));
  const ended = new Promise((resolve) => child.on("close", resolve));
  let [length, since, patienceMs] = [0, performance.now(), FIRST_MS];
  for (;;) {
    const state = await Promise.race([ended, setTimeout(1000, "at work")]);
    if (state !== "at work") return said;
    const lines = await jsonLines(outcomes).catch(() => []); // half a line
    if (lines.length !== length) {
      [length, since] = [lines.length, performance.now()];
      patienceMs = Math.max(SILENT_MS, SILENT_TIMES * (lines.at(-1)?.takesMs ?? 0));
    }
    if (performance.now() - since > patienceMs) process.kill(-child.pid, "SIGKILL");
  }
}

const CAUGHT = ["caught", "endless"];
const shareOf = (outcomes) => {
  const tried = outcomes.filter(({ status }) => status !== "left out");
  const caught = tried.filter(({ status }) => CAUGHT.includes(status));
  const endless = caught.filter(({ status }) => status === "endless");
  const percent = (100 * caught.length) / tried.length;
  return { tried: tried.length, caught: caught.length, endless: endless.length, percent };
};
const row = (name, { tried, caught, endless, percent }) =>
  `| ${name} | ${tried} | ${caught} | ${endless} | ${percent.toFixed(1)} % |`;

const mutants = await plant();
const sources = [...new Set(mutants.map(({ fileName }) => join(copy, fileName)))];
const tests = globSync(TESTS, { cwd: copy, absolute: true });
console.error(`${mutants.length} mutants`);
const found = new Map();
let processes = 0;
const ticker = setInterval(
  () => console.error(`${found.size} of ${mutants.length} tried, in ${processes} processes`),
  60_000,
);
// The first process runs every test once and notes what it reaches, which the others read.
try {
  await trials(mutants.slice(0, 1), 0, found);
  const shares = Array.from({ length: PROCESSES }, (_, part) =>
    mutants.filter((_mutant, index) => index % PROCESSES === part),
  );
  await Promise.all(shares.map((share, number) => trials(share, number, found)));
} finally {
  clearInterval(ticker);
  // A process that was just killed may still be writing.
  await rm(copy, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}

const all = mutants.map((mutant) => ({ ...mutant, ...found.get(mutant.id), room: roomOf.get(mutant.fileName) }));
for (const { status, fileName, location, mutatorName, replacement } of all) {
  if (status !== "survived" && status !== "not reached") continue;
  const text = replacement.replaceAll(/\s+/g, " ").slice(0, 100);
  console.log(
    `${fileName}:${location.start.line + 1}:${location.start.column + 1} ${status}: ${mutatorName} -> ${text}`,
  );
}
console.log("\n| room | mutants | caught | of these endless | score |\n|---|---|---|---|---|");
let low = false;
for (const room of Object.keys(ROOMS)) {
  const outcomes = all.filter((mutant) => mutant.room === room);
  if (outcomes.length === 0) continue;
  const share = shareOf(outcomes);
  low ||= share.percent < LOWEST;
  console.log(row(room, share));
}
console.log(row("all", shareOf(all)));
await mkdir(join(root, "reports"), { recursive: true });
await writeFile(
  join(root, "reports", "mutants.json"),
  JSON.stringify(
    all.map(({ fileName, location, mutatorName, replacement, status, by }) => ({
      fileName,
      location,
      mutatorName,
      replacement,
      status,
      by: by && relative(copy, by),
    })),
    null,
    1,
  ),
);
process.exitCode = low ? 1 : 0;
