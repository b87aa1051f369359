// What `ask` adds to the bare provider calls, with a loopback model that answers at once. The faces are measured once,
// and timed apart, as is encoding the image, which `ask` does while faces are measured.
// node bench/ask-overhead.mjs [runs]     (npm run build first)
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createOpenAiJudge } from "../dist/src/adapters/openai/openai-judge.js";
import { createTools } from "../dist/src/agent/tool-list.js";
import { ask } from "../dist/src/ask.js";
import { createToolboxes } from "../dist/src/compose/toolboxes.js";
import { loadPromptLibrary } from "../dist/src/judging/prompt-library.js";
import { decodeImage } from "../dist/src/measuring/decode-image.js";
import { ownPath } from "../dist/src/platform/package-paths.js";

const TARGET_MS = 50;
const runs = Number(process.argv[2] ?? 15);
const photo = join(
  dirname(createRequire(import.meta.url).resolve("@vladmandic/face-api/package.json")),
  "demo/sample1.jpg",
);

const abstained = { distribution: [], valence: null, arousal: null, abstention: "not given" };
const happy = { distribution: [{ label: "happiness", probability: 1, novel: false }], valence: null, arousal: null };
const subjectFor = (faceId) => ({
  faceId,
  faceOnly: { ...happy, abstention: null },
  contextOnly: abstained,
  integrated: { ...happy, abstention: null },
  cues: [],
  congruence: { verdict: "not assessable", kind: null, statement: "There is no context", evidenceIds: [] },
  appraisals: [],
  alternatives: [],
});

/** Finds the faces, measures each, and judges: five calls of the model for three faces. */
function replyTo({ messages }) {
  const told = JSON.stringify(messages);
  const faceIds = [...new Set(told.match(/\bF[1-9]\b(?= is a face)/g))].sort();
  const step = messages.filter(({ role }) => role === "assistant").length;
  if (step === 0) return { tool_calls: [call("find_faces", {}, step)] };
  const faceId = faceIds[step - 1];
  if (faceId !== undefined) return { tool_calls: [call("measure_face", { faceId }, step)] };
  return { content: JSON.stringify({ answer: "They are perceived as happy.", subjects: faceIds.map(subjectFor) }) };
}

const call = (name, args, step) => ({
  id: `call_${step}`,
  type: "function",
  function: { name, arguments: JSON.stringify(args) },
});

const bodies = [];
const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString("utf8");
  response.setHeader("content-type", "application/json");
  if (!request.url.endsWith("/chat/completions")) return response.end('{"data":[]}');
  bodies.push(text);
  const message = { role: "assistant", content: null, ...replyTo(JSON.parse(text)) };
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
  const choices = [{ index: 0, finish_reason: message.tool_calls ? "tool_calls" : "stop", message }];
  response.end(JSON.stringify({ id: "c", object: "chat.completion", created: 1, model: "m", choices, usage }));
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const baseUrl = `http://127.0.0.1:${server.address().port}/v1`;

const prompts = await loadPromptLibrary(ownPath("prompts"));
const [mesh] = await createToolboxes(["mesh"]);
const started = performance.now();
const image = await decodeImage(photo);
const measured = await mesh.measure(image);
const firstMs = performance.now() - started;
await mesh.close();
const parts = {
  toolboxes: [{ ...mesh, measure: async () => measured }],
  observers: [],
  exemplars: null,
  model: await createOpenAiJudge("m", { baseUrl }),
  prompts,
  tools: createTools(prompts),
  mode: null,
  version: "bench",
};

/** The same requests again, as a bare client would send them. */
async function bareCalls(requests) {
  for (const body of requests) {
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${baseUrl}/chat/completions`, { method: "POST", headers, body });
    await response.json();
  }
}

/** Wall and CPU milliseconds of all threads. */
async function timed(work) {
  const [wall, cpu] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(cpu);
  return { result, wall: performance.now() - wall, cpu: (user + system) / 1000 };
}

const samples = [];
for (let run = 0; run < runs + 3; run++) {
  bodies.length = 0;
  const whole = await timed(() => ask({ image }, parts));
  const requests = [...bodies];
  const bare = await timed(() => bareCalls(requests));
  // The first runs compile code and open connections.
  if (run < 3) continue;
  samples.push({
    calls: requests.length,
    bare: bare.wall,
    encoding: whole.result.provenance.timingsMs.measure,
    overhead: whole.wall - whole.result.provenance.timingsMs.measure - bare.wall,
    cpu: whole.cpu - bare.cpu,
  });
}
server.close();

const quantile = (values, share) => [...values].sort((a, b) => a - b)[Math.floor(share * (values.length - 1))];
const told = (key) => {
  const values = samples.map((sample) => sample[key]);
  return `${quantile(values, 0.5).toFixed(1)} ms (${quantile(values, 0.1).toFixed(1)} to ${quantile(values, 0.9).toFixed(1)})`;
};
console.log(
  `ask, ${samples[0].calls} calls of a model without delay, ${measured.length} faces; median of ${runs} (10th to 90th percentile)`,
);
console.log(`  evidence, once and cold      ${firstMs.toFixed(1)} ms`);
console.log(`  encoding, beside measuring   ${told("encoding")}`);
console.log(`  the bare calls               ${told("bare")}`);
console.log(`  what ask adds                ${told("overhead")}   target under ${TARGET_MS} ms`);
console.log(`  CPU of both, all threads     ${told("cpu")}`);
process.exitCode =
  quantile(
    samples.map(({ overhead }) => overhead),
    0.5,
  ) < TARGET_MS
    ? 0
    : 1;
