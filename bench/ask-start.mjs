// How long `ask` takes until its first request is at a model's server (loopback), as a process of its own: cold (an empty
// cache, so that networks are compiled), with its networks compiled, and with the image measured before. `--version` is
// what starting the command takes by itself. Then how long all networks that come with the install take to be compiled. The
// lowest of several runs: a busy machine only adds to it.
// node bench/ask-start.mjs [runs]     (npm run build first)
import { spawn } from "node:child_process";
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

/** Milliseconds until the first request, whose answer nobody waits for, or until the command ends. */
async function untilAsked(words, cache) {
  const started = performance.now();
  const env = { ...process.env, KULESHOV_CACHE: cache, OPENAI_API_KEY: "none", OPENAI_BASE_URL: url };
  const child = spawn(process.execPath, [bin, ...words], { env, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (text) => {
    said += text;
  });
  const ended = new Promise((resolve) => child.on("close", resolve));
  const wasAsked = await Promise.race([
    new Promise((resolve) => {
      asked = () => resolve(true);
    }),
    ended.then(() => false),
  ]);
  const ms = performance.now() - started;
  child.kill();
  await ended;
  if (!wasAsked && words[0] === "ask") throw new Error(`ask ended without a request: ${said}`);
  return ms;
}

const lowest = (all) => Math.min(...all);
const ask = (photo, question) => ["ask", photo, question, "--model", "openai:bench", "--base-url", url];
const times = { start: [], cold: [], compiled: [], warm: [], networks: [] };
const networks = (await loadManifests()).filter(
  ({ manifest: { source, format } }) => source.kind === "npm" && format !== "onnx",
);
const caches = [];
for (let run = 0; run < RUNS; run += 1) {
  const cache = await mkdtemp(join(tmpdir(), "kuleshov-bench-"));
  caches.push(cache);
  times.start.push(await untilAsked(["--version"], cache));
  times.cold.push(await untilAsked(ask(photos[0], "What does she feel?"), cache));
  times.compiled.push(await untilAsked(ask(photos[1], "What does she feel?"), cache));
  times.warm.push(await untilAsked(ask(photos[1], "Is anybody happy?"), cache));
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
figure("networks compiled, beyond the command alone", compiled - start, { unit: "ms", atMost: TARGETS_MS.compiled });
figure(`${networks.length} networks to compile`, lowest(times.networks), { unit: "ms", atMost: TARGETS_MS.networks });
