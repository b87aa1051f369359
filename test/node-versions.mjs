// Tries Kuleshov as a user gets it on several versions of Node: each comes from npm's own `node` package with the npm that
// it ships with, the packed tarball is installed into an empty folder with an empty cache and no other environment than the
// path, the registry and its certificates, and what the README shows first is run. Prints a table; ends with 1 when anything
// failed. Takes some minutes for each version.
//   node test/node-versions.mjs [node@version+npm@version ...]
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const PAIRS =
  process.argv.length > 2 ? process.argv.slice(2) : ["node@20.19+npm@10", "node@22+npm@10", "node@24+npm@11"];
const PHOTO = join("node_modules", "@vladmandic", "face-api", "demo", "sample1.jpg");
const LIBRARY = `
  import { measureImages, openDependencies } from "kuleshov";
  const { dependencies, close } = await openDependencies({ model: "rules", toolboxes: ["mesh"] });
  for await (const outcome of measureImages([${JSON.stringify(PHOTO)}], dependencies)) {
    if (outcome.measured.faces.length !== 3) process.exitCode = 1;
  }
  await close();
`;
/** Starts the studio, reads its page, script and folder, and ends it. */
const STUDIO = `
  import { spawn } from "node:child_process";
  import { createInterface } from "node:readline";
  const words = ["node_modules/kuleshov/bin/kuleshov.js", "studio", "--no-open", "--port", "0"];
  const studio = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
  const { value: address } = await createInterface(studio.stdout)[Symbol.asyncIterator]().next();
  for (const inside of ["", "assets/studio.js", "assets/studio.css", "api/home"]) {
    const { ok, status } = await fetch(address + inside);
    if (!ok) throw new Error("the studio answered " + status + " for /" + inside);
  }
  studio.kill("SIGINT");
`;
const KULESHOV = join("node_modules", "kuleshov", "bin", "kuleshov.js");
const STEPS = {
  demo: [KULESHOV, "demo"],
  measure: [KULESHOV, "measure", PHOTO, "--out", "measured"],
  "ask --pack": [KULESHOV, "ask", PHOTO, "--pack", "posed-faces"],
  "eval run smoke": [KULESHOV, "eval", "run", "smoke", "--out", "evaluated"],
  studio: ["--input-type=module", "--eval", STUDIO],
  import: ["--input-type=module", "--eval", LIBRARY],
};
const WINDOWS = process.platform === "win32";
const NPM = WINDOWS ? "npm.cmd" : "npm";
const run = promisify(execFile);
const config = async (name) => (await run(NPM, ["config", "get", name], { shell: WINDOWS })).stdout.trim();
const [registry, cafile] = [await config("registry"), await config("cafile")];

/** @returns why it failed, `null` when it did not. */
async function failureOf(program, words, options) {
  try {
    await run(program, words, { maxBuffer: 1 << 26, timeout: 1_200_000, ...options });
    return null;
  } catch (error) {
    return String(error.stderr || error.message)
      .trim()
      .split("\n")
      .at(-1);
  }
}

/**
 * An environment in which `node` is the one in a folder. Of this machine's there is only what reaching its registry takes:
 * the file of certificates stands in npm's own settings beside the other Node, and without it npm tries for ten minutes.
 */
function environment(home, nodeFolder = dirname(process.execPath)) {
  const PATH = [nodeFolder, process.env.PATH].join(delimiter);
  const certificates = cafile === "null" ? {} : { npm_config_cafile: cafile };
  const tries = { npm_config_fetch_retries: "1", npm_config_update_notifier: "false" };
  return {
    PATH,
    HOME: home,
    npm_config_cache: join(home, "cache"),
    npm_config_registry: registry,
    ...certificates,
    ...tries,
  };
}

async function tryPair(pair, tarball) {
  const home = await mkdtemp(join(tmpdir(), "kuleshov-node-"));
  try {
    const [tools, empty] = [join(home, "tools"), join(home, "empty")];
    for (const folder of [tools, empty]) {
      await mkdir(folder);
      await writeFile(join(folder, "package.json"), '{ "private": true }');
    }
    const fetched = { cwd: tools, env: environment(home), shell: WINDOWS };
    const missing = await failureOf(NPM, ["install", "--no-audit", "--no-fund", ...pair.split("+")], fetched);
    if (missing !== null) return { versions: pair.replace("+", " | "), failures: { node: missing } };
    const folder = join(tools, "node_modules", "node", "bin");
    const node = join(folder, WINDOWS ? "node.exe" : "node");
    const npm = join(tools, "node_modules", "npm", "bin", "npm-cli.js");
    const options = { cwd: empty, env: environment(join(home, "user"), folder) };
    const versionOf = async (words) => (await run(node, [...words, "--version"], options)).stdout.trim();
    const versions = `${await versionOf([])} | ${await versionOf([npm])}`;
    const failures = {
      install: await failureOf(node, [npm, "install", "--no-audit", "--no-fund", tarball], options),
    };
    for (const [name, words] of Object.entries(STEPS)) {
      failures[name] = failures.install === null ? await failureOf(node, words, options) : "not installed";
    }
    return { versions, failures };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

const place = await mkdtemp(join(tmpdir(), "kuleshov-pack-"));
const packed = await run(NPM, ["pack", "--ignore-scripts", "--json", "--pack-destination", place], {
  cwd: fileURLToPath(new URL("..", import.meta.url)),
  shell: WINDOWS,
  maxBuffer: 1 << 26,
});
const tarball = join(place, JSON.parse(packed.stdout)[0].filename);
const names = ["install", ...Object.keys(STEPS)];
console.log(
  `| Node | npm | ${names.map((name) => `\`${name}\``).join(" | ")} |\n|---|---|${"---|".repeat(names.length)}`,
);
for (const asked of PAIRS) {
  const { versions, failures } = await tryPair(asked, tarball);
  const outcomes = names.map((name) => failures[name] ?? (failures.node ? "not run" : "passes"));
  console.log(`| ${versions} | ${outcomes.join(" | ")} |`);
  for (const failure of Object.values(failures)) if (failure !== null) process.exitCode = 1;
  if (failures.node) console.error(`${asked} cannot be had: ${failures.node}`);
}
await rm(place, { recursive: true, force: true });
