// 1 000 samples against a loopback model that takes 200 ms, 32 at once: wall time against the ideal, peak memory, and
// against a plain loop of the same concurrency that keeps nothing (promptfoo's place: it needs a native database that
// the registry alone does not bring).
// node bench/evaluation-run.mjs     (npm run build first)
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sampleOf } from "../dist/src/evaluation/dataset/dataset.js";
import { EvalFile } from "../dist/src/evaluation/file/eval-file.js";
import { createAnswerCache } from "../dist/src/evaluation/runner/answer-cache.js";
import { callsOf } from "../dist/src/evaluation/runner/plan.js";
import { runCalls } from "../dist/src/evaluation/runner/run-calls.js";
import { createContentStore } from "../dist/src/platform/content-store.js";
import { openJournal } from "../dist/src/runs/journal.js";
import { cpuSecondsSince, figure } from "./support/figures.mjs";

const [SAMPLES, DELAY_MS, CONCURRENCY] = [1000, 200, 32];
const TARGET_RATIO = 1.1;
const TARGET_MB = 500;

const child = spawn(process.execPath, [fileURLToPath(new URL("support/slow-server.mjs", import.meta.url)), DELAY_MS]);
const port = await new Promise((resolve) => child.stdout.once("data", (text) => resolve(Number(text))));
const folder = mkdtempSync(join(tmpdir(), "kuleshov-bench-"));

const file = EvalFile.parse({
  name: "bench",
  dataset: { format: "folder", path: "." },
  scorers: ["accuracy"],
  matrix: { models: ["loop:a"] },
  execution: { concurrency: CONCURRENCY },
});
const nothing = { distribution: null, valence: null, arousal: null };
async function solve(call, _stimulus, signal) {
  const response = await fetch(`http://127.0.0.1:${port}/${encodeURIComponent(call.id)}`, { signal: signal ?? null });
  const { label } = await response.json();
  const answer = {
    text: label,
    integrated: { distribution: [{ label, probability: 1 }], valence: 0, arousal: 0 },
    faceOnly: nothing,
    contextOnly: nothing,
    explanation: "x".repeat(1500),
    claimedActionUnits: [],
    measuredActionUnits: [],
    verdicts: [],
    exemplars: [],
    choice: null,
    confidence: null,
    abstention: null,
  };
  const usage = { inputTokens: 1000, outputTokens: 300, latencyMs: DELAY_MS };
  return { answer, usage, fingerprint: null, detail: { evidence: "y".repeat(30_000) } };
}
const samples = Array.from({ length: SAMPLES }, (_, i) => sampleOf({ id: `s${i}`, question: `Question ${i}` }));
const calls = callsOf(samples, file.matrix);

let peakMb = 0;
const watch = setInterval(() => {
  peakMb = Math.max(peakMb, process.memoryUsage().rss / 1e6);
}, 50);

async function ours() {
  const journal = await openJournal(join(folder, "results.jsonl"));
  const startedAt = performance.now();
  const outcome = await runCalls(calls, {
    file,
    solver: {
      solve,
      identify: async () => ({}),
      estimate: async () => ({}),
      provider: () => "loop",
      isFree: () => true,
    },
    stimuli: { identify: async () => null, prepare: async () => null },
    identities: new Map(),
    cache: createAnswerCache(createContentStore(join(folder, "answers"))),
    reuse: true,
    journal,
    doneBefore: 0,
    expected: { tokens: 1300, usd: 0 },
  });
  const ms = performance.now() - startedAt;
  await journal.close();
  if (outcome.done !== SAMPLES || outcome.failed > 0)
    throw new Error(`Only ${outcome.done} done, ${outcome.failed} failed`);
  return ms;
}

async function plainLoop() {
  const left = [...calls];
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      for (let call = left.pop(); call !== undefined; call = left.pop()) await solve(call);
    }),
  );
  return performance.now() - startedAt;
}

try {
  await plainLoop(); // warm connections
  const plainMs = await plainLoop();
  const before = process.cpuUsage();
  const oursMs = await ours();
  const cpuS = cpuSecondsSince(before);
  clearInterval(watch);
  const idealMs = Math.ceil(SAMPLES / CONCURRENCY) * DELAY_MS;
  const ratio = oursMs / idealMs;
  console.log(
    `ideal ${(idealMs / 1000).toFixed(2)} s, plain loop ${(plainMs / 1000).toFixed(2)} s, run ${(oursMs / 1000).toFixed(2)} s`,
  );
  figure(`${SAMPLES} samples, ${CONCURRENCY} at once: run / ideal`, ratio, { unit: "times", atMost: TARGET_RATIO });
  // While much else runs on the machine, wall time measures that: what of it is ours is processor time.
  figure("processor time of the run", cpuS, { unit: "s" });
  figure("run / plain loop", oursMs / plainMs, { unit: "times" });
  figure("most memory", peakMb, { unit: "MB", atMost: TARGET_MB });
} finally {
  child.kill();
  rmSync(folder, { recursive: true, force: true });
}
