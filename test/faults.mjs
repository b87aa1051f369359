// Plants every fault of faults.json, one at a time, in a copy of the sources, runs the tests that should notice, and prints
// a table of which test did. Ends with 1 when a fault goes unnoticed, or cannot be planted as its code has changed.
//   npm run faults [word of a kind or file ...]
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const wanted = process.argv.slice(2);
const faults = JSON.parse(await readFile(join(root, "test", "faults.json"), "utf8")).filter(
  ({ kind, file }) => wanted.length === 0 || wanted.some((word) => `${kind} ${file}`.includes(word)),
);
const copy = await mkdtemp(join(tmpdir(), "kuleshov-faults-"));

async function prepare() {
  const left = ["node_modules", ".git", "reports", "docs", "bench"].map((name) => join(root, name));
  await cp(root, copy, { recursive: true, filter: (path) => !left.includes(path) });
  await symlink(join(root, "node_modules"), join(copy, "node_modules"));
}

/** The name of the test that noticed; `undefined` when none did. */
async function noticedBy({ file, from, to, test }) {
  const path = join(copy, file);
  const text = await readFile(path, "utf8");
  if (text.split(from).length !== 2) throw new Error(`\`${from}\` does not stand once in ${file}`);
  await writeFile(
    path,
    text.replace(from, () => to),
  );
  try {
    return await firstFailure(test);
  } finally {
    await writeFile(path, text);
  }
}

async function firstFailure(test) {
  const out = join(copy, "outcome.json");
  await rm(out, { force: true });
  const words = ["run", ...test.split(" "), "--bail=1", "--maxWorkers=1", "--reporter=json", `--outputFile=${out}`];
  await promisify(execFile)(process.execPath, [join("node_modules", "vitest", "vitest.mjs"), ...words], {
    cwd: copy,
    timeout: 300_000,
  }).catch(() => undefined);
  const { testResults } = JSON.parse(await readFile(out, "utf8"));
  for (const { name, status, assertionResults, message } of testResults) {
    const failed = assertionResults.find((result) => result.status === "failed");
    if (failed !== undefined) return `${relative(join(copy, "test"), name)}: ${failed.fullName}`;
    if (status === "failed" && /parse|transform|not defined/i.test(message)) throw new Error(message.split("\n")[0]);
    if (status === "failed") return `${relative(join(copy, "test"), name)}, which it stops`;
  }
  return undefined;
}

const cell = (text) => text.replaceAll("|", "\\|");

await prepare();
console.log("| kind of fault | where | noticed by |\n|---|---|---|");
let unnoticed = 0;
for (const fault of faults) {
  const by = await noticedBy(fault).catch((error) => `**not planted**: ${error.message}`);
  if (by === undefined || by.startsWith("**")) unnoticed += 1;
  console.log(`| ${cell(fault.kind)} | \`${fault.file}\` | ${cell(by ?? "**nothing**")} |`);
}
console.error(`${faults.length - unnoticed} of ${faults.length} faults were noticed`);
await rm(copy, { recursive: true });
process.exitCode = unnoticed > 0 ? 1 : 0;
