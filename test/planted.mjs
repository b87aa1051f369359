// Plants every fault of planted.json, one at a time, in a copy of the sources, runs the tests that should notice, and prints
// a table of which test did. Ends with 1 when a fault goes unnoticed, or cannot be planted as its code has changed.
//   npm run planted [word of a kind ...]
import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const wanted = process.argv.slice(2);
const faults = JSON.parse(await readFile(join(root, "test", "planted.json"), "utf8")).filter(
  ({ kind }) => wanted.length === 0 || wanted.some((word) => kind.includes(word)),
);
const copy = await mkdtemp(join(tmpdir(), "kuleshov-faults-"));

async function prepare() {
  const left = ["node_modules", ".git", "reports", "docs", "bench"].map((name) => join(root, name));
  await cp(root, copy, { recursive: true, filter: (path) => !left.includes(path) });
  await symlink(join(root, "node_modules"), join(copy, "node_modules"));
}

/** The source that a text stands in, once; files may move without a fault being lost. */
async function placeOf(text) {
  const found = [];
  for (const name of await readdir(join(copy, "src"), { recursive: true })) {
    if (!name.endsWith(".ts")) continue;
    const source = await readFile(join(copy, "src", name), "utf8");
    for (let times = source.split(text).length - 1; times > 0; times -= 1) found.push({ name, source });
  }
  if (found.length !== 1) throw new Error(`what it replaces stands ${found.length} times in src: \`${text.trim()}\``);
  return found[0];
}

/** The name of the test that noticed; `undefined` when none did. */
async function noticedBy({ name, source }, { from, to, test }) {
  const path = join(copy, "src", name);
  await writeFile(
    path,
    source.replace(from, () => to),
  );
  try {
    return await firstFailure(test);
  } finally {
    await writeFile(path, source);
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
  if (testResults.length === 0) throw new Error(`there is no such test: ${test}`);
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
console.log("| kind of fault | planted in | noticed by |\n|---|---|---|");
let unnoticed = 0;
for (const fault of faults) {
  try {
    const place = await placeOf(fault.from);
    const by = await noticedBy(place, fault);
    if (by === undefined) unnoticed += 1;
    console.log(`| ${cell(fault.kind)} | \`${place.name}\` | ${cell(by ?? "**nothing**")} |`);
  } catch (error) {
    unnoticed += 1;
    console.log(`| ${cell(fault.kind)} | **not planted** | ${cell(error.message)} |`);
  }
}
console.error(`${faults.length - unnoticed} of ${faults.length} faults were noticed`);
await rm(copy, { recursive: true });
process.exitCode = unnoticed > 0 ? 1 : 0;
