// Runs calls against a loopback server in a process of its own, so that a test can kill it. Uses the built code.
import { appendFileSync } from "node:fs";

const [, , dist, url, folder, count] = process.argv;
const at = (name) => import(`${dist}/src/evaluation/${name}.js`);
const { runCalls } = await at("runner/run-calls");
const { openJournal, readJournal } = await import(`${dist}/src/runs/journal.js`);
const { createAnswerCache } = await at("runner/answer-cache");
const { createContentStore } = await import(`${dist}/src/platform/content-store.js`);
const { callsOf } = await at("runner/plan");
const { EvalFile } = await at("file/eval-file");
const { sampleOf } = await at("dataset/dataset");

const file = EvalFile.parse({
  name: "trial",
  dataset: { format: "folder", path: "." },
  scorers: ["accuracy"],
  matrix: { models: ["loop:a"] },
  execution: { concurrency: 4 },
});
const reading = { distribution: [{ label: "happiness", probability: 1 }], valence: null, arousal: null };
const nothing = { distribution: null, valence: null, arousal: null };
const solver = {
  identify: async () => ({}),
  estimate: async () => ({ inputTokens: 1, outputTokens: 1 }),
  provider: () => "loop",
  isFree: () => false,
  async solve(call) {
    await (await fetch(`${url}/${encodeURIComponent(call.id)}`)).json();
    appendFileSync(`${folder}/arrived.txt`, `${call.id}\n`);
    const answer = {
      text: "x".repeat(2000),
      integrated: reading,
      faceOnly: nothing,
      contextOnly: nothing,
      explanation: "",
      claimedActionUnits: [],
      measuredActionUnits: [],
      verdicts: [],
      exemplars: [],
      choice: null,
      confidence: null,
      abstention: null,
    };
    return { answer, usage: { inputTokens: 1, outputTokens: 1, latencyMs: 1 }, fingerprint: null, detail: null };
  },
};
const samples = Array.from({ length: Number(count) }, (_, i) => sampleOf({ id: `s${i}`, question: `Question ${i}?` }));
const done = new Set();
for await (const line of readJournal(`${folder}/results.jsonl`)) done.add(line.call);
const calls = callsOf(samples, file.matrix).filter((call) => !done.has(call.id));
const journal = await openJournal(`${folder}/results.jsonl`);
await runCalls(calls, {
  file,
  solver,
  stimuli: { identify: async () => null, prepare: async () => null },
  identities: new Map(),
  cache: createAnswerCache(createContentStore(`${folder}/answers`)),
  reuse: true,
  journal,
  doneBefore: done.size,
  expected: { tokens: 2, usd: 0 },
});
await journal.close();
