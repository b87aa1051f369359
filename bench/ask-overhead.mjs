// What `ask` adds to the bare provider calls, with a model behind loopback that answers at once (a process of its own) and
// evidence that was measured before: single pass, loop with tools for each of its calls, answers that were kept, and what 64
// questions at once do to the event loop. Then how many tokens the first request has, as Kuleshov reckons them. Each time is
// the lowest median of several rounds: a busy machine only adds to it.
// node bench/ask-overhead.mjs [asks in a round] [rounds]     (npm run build first)
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { createOpenAiJudge } from "../dist/src/adapters/openai/openai-judge.js";
import { promptTokens } from "../dist/src/agent/fit-context.js";
import { ask } from "../dist/src/ask.js";
import { toolsOf } from "../dist/src/compose/ask.js";
import { createObservers } from "../dist/src/compose/scene.js";
import { createToolboxes } from "../dist/src/compose/toolboxes.js";
import { loadPromptLibrary } from "../dist/src/judging/prompt-library.js";
import { decodeImage } from "../dist/src/measuring/decode-image.js";
import { createContentStore } from "../dist/src/platform/content-store.js";
import { ownPath } from "../dist/src/platform/package-paths.js";
import { figure } from "./support/figures.mjs";

const TARGETS = { single: 30, turn: 60, loop: 50, kept: 20, singleTokens: 4500, agentTokens: 2800 };
const asks = Number(process.argv[2] ?? 15);
const rounds = Number(process.argv[3] ?? 4);
const AT_ONCE = 64;
const photo = join(
  dirname(createRequire(import.meta.url).resolve("@vladmandic/face-api/package.json")),
  "demo/sample1.jpg",
);
const folder = mkdtempSync(join(tmpdir(), "kuleshov-bench-"));
const servers = [];

async function serverOf(delayMs) {
  const path = fileURLToPath(new URL("support/judging-server.mjs", import.meta.url));
  const child = spawn(process.execPath, [path, String(delayMs)], { stdio: ["ignore", "pipe", "inherit"] });
  servers.push(child);
  const port = await new Promise((resolve) => child.stdout.once("data", (text) => resolve(String(text).trim())));
  return `http://127.0.0.1:${port}/v1`;
}

/** Evidence as it comes from the measurement store: made once. */
async function partsWith(baseUrl) {
  const prompts = await loadPromptLibrary(ownPath("prompts"));
  const [mesh] = await createToolboxes(["mesh"]);
  const observers = await createObservers({});
  const image = await decodeImage(photo);
  const measured = await mesh.measure(image);
  const seen = new Map();
  const remembering = observers.map((observer) => ({
    ...observer,
    observe: async (...given) => {
      if (!seen.has(observer)) seen.set(observer, await observer.observe(...given));
      return seen.get(observer);
    },
  }));
  const close = () => Promise.all([mesh, ...observers].map((each) => each.close()));
  return {
    close,
    image,
    parts: {
      toolboxes: [{ ...mesh, measure: async () => measured }],
      observers: remembering,
      exemplars: null,
      model: await createOpenAiJudge("m", { baseUrl }),
      prompts,
      tools: toolsOf(prompts, {}, { toolboxes: [mesh], exemplars: null }),
      mode: null,
      version: "bench",
    },
  };
}

/** The same requests again, as a bare client would send them. */
async function bareCalls(baseUrl, requests) {
  for (const body of requests) {
    const headers = { "content-type": "application/json", "x-bare": "1" };
    const response = await fetch(`${baseUrl}/chat/completions`, { method: "POST", headers, body });
    await response.json();
  }
}

async function timed(work) {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

const quantile = (values, share) => [...values].sort((a, b) => a - b)[Math.floor(share * (values.length - 1))];

/** The lowest median of the rounds; the first asks compile code and open connections. */
async function lowest(once) {
  for (let run = 0; run < 3; run++) await once();
  const medians = [];
  for (let round = 0; round < rounds; round++) {
    const values = [];
    for (let run = 0; run < asks; run++) values.push(await once());
    medians.push(quantile(values, 0.5));
  }
  return Math.min(...medians);
}

const baseUrl = await serverOf(0);
const asked = async () => (await fetch(baseUrl.replace("/v1", "/asked"))).json();
const { image, parts, close } = await partsWith(baseUrl);

/** Milliseconds beyond the bare calls, and how many those were. */
async function overhead(mode) {
  let calls = 0;
  const added = await lowest(async () => {
    await asked();
    const whole = await timed(() => ask({ image }, { ...parts, mode }));
    const requests = await asked();
    calls = requests.length;
    return whole - (await timed(() => bareCalls(baseUrl, requests)));
  });
  return { added, calls };
}

async function keptAnswers() {
  const answers = createContentStore(folder);
  const keeping = { ...parts, answers };
  await ask({ image }, keeping);
  return lowest(() => timed(() => ask({ image }, keeping)));
}

/** 99th percentile of how late the event loop is, while so many questions are under way. */
async function loopDelay(mode) {
  const slow = await serverOf(200);
  const model = await createOpenAiJudge("m", { baseUrl: slow });
  const all = () =>
    Promise.all(Array.from({ length: AT_ONCE }, () => ask({ image: photo }, { ...parts, model, mode })));
  await ask({ image: photo }, { ...parts, model, mode });
  const delays = [];
  for (let round = 0; round < rounds; round++) {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    await all();
    delay.disable();
    delays.push(delay.percentile(99) / 1e6 - 1);
  }
  return Math.min(...delays);
}

/** Of the first request, images apart: what an image takes is the model's affair. */
async function firstTokens(mode) {
  await asked();
  await ask({ image }, { ...parts, mode });
  const [first] = await asked();
  const { messages, tools } = JSON.parse(first);
  const text = messages.flatMap(({ content }) =>
    Array.isArray(content) ? content : [{ type: "text", text: content }],
  );
  const user = text.filter(({ type }) => type === "text");
  return promptTokens({ system: "", user }, tools);
}

try {
  console.log(`ask about 3 faces; lowest median of ${rounds} rounds of ${asks}`);
  const single = await overhead("single-pass");
  figure("single pass, beyond the bare call", single.added, { unit: "ms", atMost: TARGETS.single });
  const loop = await overhead("agent");
  const turnMs = loop.added / loop.calls;
  figure("loop with tools, beyond the bare calls, each call", turnMs, { unit: "ms", atMost: TARGETS.turn });
  figure("an answer that was kept", await keptAnswers(), { unit: "ms", atMost: TARGETS.kept });
  for (const mode of ["single-pass", "agent"]) {
    const late = `${AT_ONCE} at once, ${mode}: event loop late, 99th percentile`;
    figure(late, await loopDelay(mode), { unit: "ms", atMost: TARGETS.loop });
  }
  const tokens = { single: await firstTokens("single-pass"), agent: await firstTokens("agent") };
  figure("first request, single pass", tokens.single, { unit: "tokens", atMost: TARGETS.singleTokens });
  figure("first request, loop with tools", tokens.agent, { unit: "tokens", atMost: TARGETS.agentTokens });
} finally {
  await close();
  for (const child of servers) child.kill();
  rmSync(folder, { recursive: true });
}
