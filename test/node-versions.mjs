// Tries Kuleshov as a user gets it on several versions of Node: each comes from npm's own `node` package, the packed tarball
// is installed into an empty folder with an empty cache and no other environment than the path, and what the README shows
// first is run. Prints a table; ends with 1 when anything failed. Takes some minutes for each version.
//   node test/node-versions.mjs [version ...]
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const VERSIONS = process.argv.length > 2 ? process.argv.slice(2) : ["20.19", "22", "24"];
const PHOTO = join("node_modules", "@vladmandic", "face-api", "demo", "sample1.jpg");
const LIBRARY = `
  import { measureImages, openDependencies } from "kuleshov";
  const { dependencies, close } = await openDependencies({ model: "rules", toolboxes: ["mesh"] });
  for await (const outcome of measureImages([${JSON.stringify(PHOTO)}], dependencies)) {
    if (outcome.measured.faces.length !== 3) process.exitCode = 1;
  }
  await close();
`;
const KULESHOV = join("node_modules", "kuleshov", "bin", "kuleshov.js");
const STEPS = {
  demo: [KULESHOV, "demo"],
  measure: [KULESHOV, "measure", PHOTO, "--out", "measured"],
  "ask --pack": [KULESHOV, "ask", PHOTO, "--pack", "posed-faces"],
  "eval run smoke": [KULESHOV, "eval", "run", "smoke", "--out", "evaluated"],
  import: ["--input-type=module", "--eval", LIBRARY],
};
const WINDOWS = process.platform === "win32";
const NPM = WINDOWS ? "npm.cmd" : "npm";
const run = promisify(execFile);
const registry = (await run(NPM, ["config", "get", "registry"], { shell: WINDOWS })).stdout.trim();

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

/** An environment in which `node` is the one in a folder, and nothing of this machine's is set. */
function environment(home, nodeFolder = dirname(process.execPath)) {
  const PATH = [nodeFolder, process.env.PATH].join(delimiter);
  return { PATH, HOME: home, npm_config_cache: join(home, "cache"), npm_config_registry: registry };
}

async function tryVersion(version, tarball) {
  const home = await mkdtemp(join(tmpdir(), "kuleshov-node-"));
  try {
    const [nodes, empty] = [join(home, "node"), join(home, "empty")];
    for (const folder of [nodes, empty]) {
      await mkdir(folder);
      await writeFile(join(folder, "package.json"), '{ "private": true }');
    }
    const fetched = { cwd: nodes, env: environment(home), shell: WINDOWS };
    const missing = await failureOf(NPM, ["install", "--no-audit", "--no-fund", `node@${version}`], fetched);
    if (missing !== null) return { version, npm: "", failures: { node: missing } };
    const folder = join(nodes, "node_modules", "node", "bin");
    const node = join(folder, WINDOWS ? "node.exe" : "node");
    const options = { cwd: empty, env: environment(home, folder) };
    const is = (await run(node, ["--version"])).stdout.trim();
    const npm = (await run(NPM, ["--version"], { ...options, shell: WINDOWS })).stdout.trim();
    const failures = {
      install: await failureOf(NPM, ["install", "--no-audit", "--no-fund", tarball], { ...options, shell: WINDOWS }),
    };
    for (const [name, words] of Object.entries(STEPS)) {
      failures[name] = failures.install === null ? await failureOf(node, words, options) : "not installed";
    }
    return { version: is, npm, failures };
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
for (const version of VERSIONS) {
  const { version: is, npm, failures } = await tryVersion(version, tarball);
  console.log(
    `| ${is} | ${npm} | ${names.map((name) => failures[name] ?? (failures.node ? "not run" : "passes")).join(" | ")} |`,
  );
  for (const failure of Object.values(failures)) if (failure !== null) process.exitCode = 1;
  if (failures.node) console.error(`Node ${version} cannot be had: ${failures.node}`);
}
await rm(place, { recursive: true, force: true });
