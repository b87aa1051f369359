// How long `ask` takes until its first request is at a model's server (loopback), as a process of its own: cold (an empty
// cache, so that networks are compiled), with its networks compiled, and with the image measured before. `--version` is
// what starting the command takes by itself. On Linux also the processor time of the main thread, which a busy machine changes
// less. Then how long all networks that come with the install take to be compiled. The lowest of several runs: others only add.
// node bench/ask-start.mjs [runs]     (npm run build first)
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildStored } from "../dist/src/networks/build.js";
import { loadManifests } from "../dist/src/networks/manifest-store.js";
import { figure } from "./support/figures.mjs";

const RUNS = Number(process.argv[2] ?? 3);
const TARGETS_MS = { warm: 150, compiled: 1500, networks: 5000 };
const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const bin = path("../bin/kuleshov.js");
const photos = ["sample1.jpg", "sample2.jpg", "sample3.jpg", "sample4.jpg", "sample5.jpg", "sample6.jpg"].map((name) =>
  path(`../node_modules/@vladmandic/face-api/demo/${name}`),
);
let asked = () => undefined;
const server = createServer(async (request, response) => {
  let body = "";
  for await (const piece of request) body += piece;
  // What a server can do may be looked up before; the question is what names the faces that were measured.
  if (request.method === "POST" && /\bF1\b/.test(body)) return asked();
  response.statusCode = 404;
  response.end("{}");
}).listen(0, "127.0.0.1");
await new Promise((resolve) => server.once("listening", resolve));
const url = `http://127.0.0.1:${server.address().port}/v1`;

/** Milliseconds that a process's main thread was on a processor; `NaN` where the system does not say. */
function mainThreadMs(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, "utf8").split(" ")[0]) / 1e6;
  } catch {
    return Number.NaN;
  }
}

/** Until the first request, whose answer nobody waits for, or until the command ends: milliseconds, and those of the main thread. */
async function untilAsked(words, cache) {
  const started = performance.now();
  const env = { ...process.env, KULESHOV_CACHE: cache, OPENAI_API_KEY: "none", OPENAI_BASE_URL: url };
  const child = spawn(process.execPath, [bin, ...words], { env, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (text) => {
    said += text;
  });
  let threadMs = Number.NaN;
  const ended = new Promise((resolve) => child.on("close", resolve));
  const wasAsked = await Promise.race([
    new Promise((resolve) => {
      asked = () => {
        threadMs = mainThreadMs(child.pid);
        resolve(true);
      };
    }),
    ended.then(() => false),
  ]);
  const ms = performance.now() - started;
  child.kill();
  await ended;
  if (!wasAsked && words[0] === "ask") throw new Error(`ask ended without a request: ${said}`);
  return { ms, threadMs };
}

const lowest = (all) => Math.min(...all);
const ask = (photo, question) => ["ask", photo, question, "--model", "openai:bench", "--base-url", url];
const times = { start: [], cold: [], compiled: [], warm: [], thread: [], networks: [] };
const networks = (await loadManifests()).filter(
  ({ manifest: { source, format } }) => source.kind === "npm" && format !== "onnx",
);
const caches = [];
for (let run = 0; run < RUNS; run += 1) {
  const cache = await mkdtemp(join(tmpdir(), "kuleshov-bench-"));
  caches.push(cache);
  await untilAsked(["--version"], cache); // keeps what was compiled of it
  times.start.push((await untilAsked(["--version"], cache)).ms);
  times.cold.push((await untilAsked(ask(photos[0], "What does she feel?"), cache)).ms);
  times.compiled.push((await untilAsked(ask(photos[1], "What does she feel?"), cache)).ms);
  const warm = await untilAsked(ask(photos[1], "Is anybody happy?"), cache);
  times.warm.push(warm.ms);
  times.thread.push(warm.threadMs);
  const started = performance.now();
  for (const network of networks) await buildStored(network, { cacheDir: cache, force: true });
  times.networks.push(performance.now() - started);
}
server.closeAllConnections();
server.close();
for (const cache of caches) await rm(cache, { recursive: true, force: true });
const [start, cold, compiled, warm] = [times.start, times.cold, times.compiled, times.warm].map(lowest);
const of = (ms) => `${Math.round(ms)} ms`;
console.log(
  `until the first request: cold ${of(cold)}, networks compiled ${of(compiled)}, image measured before ${of(warm)}; the command alone ${of(start)}`,
);
figure("image measured before, beyond the command alone", warm - start, { unit: "ms", atMost: TARGETS_MS.warm });
if (times.thread.every(Number.isFinite)) {
  figure("image measured before, processor time of the main thread", lowest(times.thread), { unit: "ms" });
}
figure("networks compiled, beyond the command alone", compiled - start, { unit: "ms", atMost: TARGETS_MS.compiled });
figure(`${networks.length} networks to compile`, lowest(times.networks), { unit: "ms", atMost: TARGETS_MS.networks });
