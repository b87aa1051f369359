import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { ConfigurationError, JudgmentError, ProviderError } from "../../../src/domain/errors.ts";
import { sampleOf } from "../../../src/evaluation/dataset/dataset.ts";
import type { EvalFile } from "../../../src/evaluation/file/eval-file.ts";
import { createAnswerCache, withoutReuse } from "../../../src/evaluation/runner/answer-cache.ts";
import { CallRecord } from "../../../src/evaluation/runner/call-record.ts";
import { callsOf } from "../../../src/evaluation/runner/plan.ts";
import { identitiesOf, planRun } from "../../../src/evaluation/runner/plan-run.ts";
import type { RunProgress } from "../../../src/evaluation/runner/progress.ts";
import { runCalls } from "../../../src/evaluation/runner/run-calls.ts";
import type { RunSetting } from "../../../src/evaluation/runner/run-state.ts";
import { type Solver, StimulusUnavailable } from "../../../src/evaluation/solver.ts";
import { createContentStore } from "../../../src/platform/content-store.ts";
import { type Journal, openJournal, readJournal } from "../../../src/runs/journal.ts";
import { evalFile, httpSolver, plainStimuli, startAnsweringServer } from "../../support/answering-server.ts";
import { fullDisk } from "../../support/full-disk.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const samples = (n: number) =>
  Array.from({ length: n }, (_, i) => sampleOf({ id: `s${i}`, question: `Question ${i}?` }));

async function records(folder: string): Promise<CallRecord[]> {
  const found: CallRecord[] = [];
  for await (const line of readJournal(join(folder, "results.jsonl"))) found.push(CallRecord.parse(line));
  return found;
}

async function run(
  folder: string,
  file: EvalFile,
  solver: Solver,
  more: Partial<RunSetting> & { readonly n?: number } = {},
) {
  const calls = callsOf(samples(more.n ?? 12), file.matrix);
  const journal = await openJournal(join(folder, "results.jsonl"));
  try {
    return await runCalls(calls, {
      file,
      solver,
      stimuli: plainStimuli,
      identities: await identitiesOf(calls, solver),
      cache: createAnswerCache(createContentStore(join(folder, "cache"))),
      journal,
      doneBefore: 0,
      expected: { tokens: 1100, usd: 0.001 },
      ...more,
    });
  } finally {
    await journal.close();
  }
}

describe("a run", () => {
  it("asks every call once, within the concurrency, and records each answer with what it cost", async () => {
    const server = await startAnsweringServer({ delayMs: 5 });
    const folder = await tempFolder();
    const file = evalFile({
      matrix: { models: ["loop:a", "loop:b"], seeds: [1, 2] },
      execution: { concurrency: 3 },
      prices: { "loop:a": { inputPerMillion: 2, outputPerMillion: 10 } },
    });
    const seen: RunProgress[] = [];
    const outcome = await run(folder, file, httpSolver(server.url), { n: 5, onProgress: (now) => seen.push(now) });
    expect(outcome).toMatchObject({ total: 20, done: 20, cached: 0, failed: 0, unpriced: 10, stopped: null });
    // 10 calls of model a: 1000 x 2 + 100 x 10 USD per million tokens.
    expect(outcome.usd).toBeCloseTo(0.03, 12);
    expect(outcome.tokens).toBe(22_000);
    expect([...server.requests.values()]).toEqual(new Array(20).fill(1));
    expect(server.mostOpen()).toBeLessThanOrEqual(3);
    expect(seen).toHaveLength(20);
    expect(seen.at(-1)).toMatchObject({ done: 20, underWay: 0 });
    const written = await records(folder);
    expect(new Set(written.map(({ call }) => call)).size).toBe(20);
    expect(written.every(({ answer, cached }) => answer?.text === "happiness" && !cached)).toBe(true);
    expect(written.filter(({ costUsd }) => costUsd === null)).toHaveLength(10);
  });

  it("takes an answer it has had from the cache, says so, and pays nothing", async () => {
    const server = await startAnsweringServer();
    const folder = await tempFolder();
    const file = evalFile();
    await run(folder, file, httpSolver(server.url));
    const again = await run(join(folder), file, httpSolver(server.url));
    expect(again).toMatchObject({ done: 12, cached: 12, usd: 0 });
    expect([...server.requests.values()]).toEqual(new Array(12).fill(1));
    expect((await records(folder)).filter(({ cached }) => cached)).toHaveLength(12);
  });

  it("asks again when anything that determines the answer changed", async () => {
    const server = await startAnsweringServer();
    const folder = await tempFolder();
    await run(folder, evalFile(), httpSolver(server.url));
    const otherPrompt = httpSolver(server.url, { identify: async () => ({ prompt: "judge@2" }) });
    expect(await run(folder, evalFile(), otherPrompt)).toMatchObject({ cached: 0 });
    expect(await run(folder, evalFile({ matrix: { models: ["loop:a"], seeds: [7] } }), otherPrompt)).toMatchObject({
      cached: 0,
    });
    const cache = withoutReuse(createAnswerCache(createContentStore(join(folder, "cache"))));
    expect(await run(folder, evalFile(), otherPrompt, { cache })).toMatchObject({ cached: 0 });
    expect(await run(folder, evalFile(), otherPrompt)).toMatchObject({ cached: 12 });
  });

  it("asks again rather than trust a damaged cache entry", async () => {
    const server = await startAnsweringServer();
    const folder = await tempFolder();
    await run(folder, evalFile(), httpSolver(server.url), { n: 1 });
    const [first] = await records(folder);
    const cache = createAnswerCache(createContentStore(join(folder, "cache")));
    await writeFile(cache.path(first?.key as string), "not gzip");
    expect(await run(folder, evalFile(), httpSolver(server.url), { n: 1 })).toMatchObject({ cached: 0, failed: 0 });
    const other = "0".repeat(64);
    await mkdir(dirname(cache.path(other)), { recursive: true });
    await copyFile(cache.path(first?.key as string), cache.path(other));
    expect(await cache.get(other)).toBeUndefined();
  });

  it("retries what may pass and records what does not as a failure, not as an answer", async () => {
    const server = await startAnsweringServer({
      misbehave(callId, nth, response) {
        if (callId.includes("s3") && nth < 3) {
          response.writeHead(503).end();
          return true;
        }
        if (callId.includes("s5")) {
          response.writeHead(400).end();
          return true;
        }
        return false;
      },
    });
    const folder = await tempFolder();
    const outcome = await run(folder, evalFile(), httpSolver(server.url), { n: 8 });
    expect(outcome).toMatchObject({ done: 8, failed: 1, stopped: null });
    const written = await records(folder);
    expect(written.find(({ sample }) => sample === "s3")).toMatchObject({ attempts: 1, failure: null });
    expect(written.find(({ sample }) => sample === "s5")).toMatchObject({
      attempts: 1,
      answer: null,
      costUsd: null,
      failure: { kind: "ProviderError", message: "The model server says 400" },
    });
  });

  it("counts what was paid for before a call failed, so that a budget holds", async () => {
    const solver = httpSolver("http://127.0.0.1:9", {
      async solve() {
        const error = new JudgmentError("It stayed unusable", []);
        error.spent = { input: 900, output: 100 };
        throw error;
      },
    });
    const file = evalFile({
      execution: { concurrency: 1 },
      budget: { tokens: 2500 },
      prices: { "loop:a": { inputPerMillion: 1, outputPerMillion: 10 } },
    });
    const folder = await tempFolder();
    const outcome = await run(folder, file, solver);
    expect(outcome).toMatchObject({ done: 2, failed: 2, tokens: 2000, unpriced: 0 });
    expect(outcome.usd).toBeCloseTo(0.0038, 9);
    expect(outcome.stopped).toMatch(/budget of 2500 tokens/);
  });

  it("counts what a call took up to the end of its time", async () => {
    const solver = httpSolver("http://127.0.0.1:9", {
      async solve(_call, _stimulus, signal) {
        await new Promise((resolve) => signal?.addEventListener("abort", resolve));
        signal?.throwIfAborted();
        throw new Error("it was to be stopped");
      },
    });
    const late = httpSolver("http://127.0.0.1:9", {
      async solve(call, stimulus, signal) {
        await solver.solve(call, stimulus, signal).catch((error) => {
          error.spent = { input: 800, output: null, estimated: 800 };
          throw error;
        });
        throw new Error("it was to be stopped");
      },
    });
    const file = evalFile({
      execution: { timeoutSeconds: 0.05 },
      prices: { "loop:a": { inputPerMillion: 10, outputPerMillion: 10 } },
    });
    const folder = await tempFolder();
    const outcome = await run(folder, file, late, { n: 1 });
    expect(outcome).toMatchObject({ failed: 1, tokens: 800, unpriced: 0 });
    expect(outcome.usd).toBeCloseTo(0.008, 9);
    expect((await records(folder))[0]).toMatchObject({
      usage: { inputTokens: 800, estimatedTokens: 800 },
      failure: { message: "No answer within 0.05 s" },
    });
  });

  it("gives up on a call that never ends, and goes on", async () => {
    const server = await startAnsweringServer({ misbehave: (callId) => callId.includes("s2 ") });
    const folder = await tempFolder();
    const file = evalFile({ execution: { timeoutSeconds: 4 } });
    const outcome = await run(folder, file, httpSolver(server.url), { n: 5 });
    expect(outcome).toMatchObject({ done: 5, failed: 1 });
    const stuck = (await records(folder)).find(({ sample }) => sample === "s2");
    expect(stuck).toMatchObject({ attempts: 1, failure: { message: "No answer within 4 s" } });
  });

  it("stops when a provider has died half-way, leaving the rest to a resumption", async () => {
    let answered = 0;
    const server = await startAnsweringServer({
      misbehave(_callId, _nth, response) {
        answered++;
        if (answered <= 6) return false;
        response.socket?.destroy();
        return true;
      },
    });
    const folder = await tempFolder();
    const file = evalFile({ execution: { concurrency: 2, attempts: 1, stopAfterFailures: 4 } });
    const outcome = await run(folder, file, httpSolver(server.url), { n: 60 });
    expect(outcome.stopped).toMatch(/^loop failed 4 times in a row \(The model server is not reachable\)/);
    expect(outcome.done).toBeLessThan(15);
  });

  it("does not add up failures between which the provider answered", async () => {
    let asked = 0;
    const solver = httpSolver((await startAnsweringServer()).url);
    const flaky: Solver = {
      ...solver,
      solve(call, stimulus, signal) {
        asked += 1;
        if (asked % 4 === 0) return solver.solve(call, stimulus, signal);
        throw new ProviderError("The model server says 400", { retryable: false, status: 400 });
      },
    };
    const file = evalFile({ execution: { concurrency: 1, stopAfterFailures: 4 } });
    expect(await run(await tempFolder(), file, flaky)).toMatchObject({ done: 12, failed: 9, stopped: null });
  });

  it("has an answer safe in the cache before the journal says that there is one", async () => {
    const folder = await tempFolder();
    const cache = createAnswerCache(createContentStore(join(folder, "cache")));
    const wereThere: boolean[] = [];
    const journal: Journal = {
      append: async (record) => {
        wereThere.push(await cache.has((record as CallRecord).key));
      },
      close: async () => {},
    };
    await run(folder, evalFile(), httpSolver((await startAnsweringServer()).url), { cache, journal });
    expect(wereThere).toEqual(new Array(12).fill(true));
  });

  it("ends when its minutes are over, after the calls under way", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const solver = httpSolver((await startAnsweringServer()).url);
    const slow: Solver = {
      ...solver,
      solve(...given) {
        vi.advanceTimersByTime(30_000);
        return solver.solve(...given);
      },
    };
    const file = evalFile({ budget: { minutes: 2 }, execution: { concurrency: 1 } });
    const outcome = await run(await tempFolder(), file, slow);
    expect(outcome).toMatchObject({ done: 4, stopped: "the budget of 2 minutes is used up" });
  });

  it.each([
    ["calls", { calls: 5 }, /budget of 5 calls/],
    ["tokens", { tokens: 5500 }, /budget of 5500 tokens/],
    ["money", { usd: 0.015 }, /budget of 0.015 USD/],
  ])("keeps a budget of %s, with several calls under way", async (_what, budget, reason) => {
    const server = await startAnsweringServer({ delayMs: 3 });
    const folder = await tempFolder();
    const file = evalFile({
      budget,
      execution: { concurrency: 4 },
      prices: { "loop:a": { inputPerMillion: 2, outputPerMillion: 10 } },
    });
    // The plan expects 1100 tokens and 0.003 USD a call, as they turn out to be.
    const outcome = await run(folder, file, httpSolver(server.url), { n: 40, expected: { tokens: 1100, usd: 0.003 } });
    expect(outcome.stopped).toMatch(reason);
    expect(outcome.done).toBe(5);
    expect(server.requests.size).toBe(5);
  });

  it("waits for the calls under way when it is interrupted, because they are paid", async () => {
    const server = await startAnsweringServer({ delayMs: 40 });
    const folder = await tempFolder();
    const stop = new AbortController();
    const outcome = await run(folder, evalFile({ execution: { concurrency: 3 } }), httpSolver(server.url), {
      n: 50,
      stop: stop.signal,
      onProgress: ({ done }) => {
        if (done === 4) stop.abort();
      },
    });
    expect(outcome.stopped).toBe("it was interrupted");
    expect(outcome.done).toBe(server.requests.size);
    expect(await records(folder)).toHaveLength(server.requests.size);
  });

  it("does not sit out a rate limit once it is interrupted", async () => {
    const server = await startAnsweringServer();
    const folder = await tempFolder();
    const stop = new AbortController();
    const file = evalFile({ execution: { providers: { loop: { requestsPerMinute: 1 } } } });
    const onProgress = () => stop.abort();
    const outcome = await run(folder, file, httpSolver(server.url), { n: 10, stop: stop.signal, onProgress });
    expect(outcome).toMatchObject({ done: 1, stopped: "it was interrupted" });
  });

  it("counts an arm that cannot be made of a sample as unanswered, and asks nobody", async () => {
    const server = await startAnsweringServer();
    const folder = await tempFolder();
    const stimuli = {
      ...plainStimuli,
      prepare: async () => {
        throw new StimulusUnavailable("No face to hide");
      },
    };
    const outcome = await run(folder, evalFile(), httpSolver(server.url), { n: 2, stimuli });
    expect(outcome).toMatchObject({ done: 2, failed: 2, stopped: null });
    expect(server.requests.size).toBe(0);
    expect((await records(folder))[0]).toMatchObject({ costUsd: 0, failure: { kind: "StimulusUnavailable" } });
  });

  it("ends at once, with the reason, when the settings are wrong for every call", async () => {
    const folder = await tempFolder();
    const solver = httpSolver("http://127.0.0.1:9", {
      solve: async () => {
        throw new ConfigurationError("Unknown model loop:a");
      },
    });
    await expect(run(folder, evalFile(), solver)).rejects.toThrow("Unknown model loop:a");
    expect(await records(folder)).toEqual([]);
  });

  it("says that the disk is full, and asks nothing more", async () => {
    const server = await startAnsweringServer();
    const folder = await tempFolder();
    const { spy, refusal } = await fullDisk();
    spy.mockRejectedValue(refusal);
    await expect(run(folder, evalFile({ execution: { concurrency: 1 } }), httpSolver(server.url))).rejects.toThrow(
      /^Cannot write results as the disk is full; make room and run it again with --resume/,
    );
    spy.mockRestore();
    expect(server.requests.size).toBeLessThan(4);
  });
});

describe("the plan", () => {
  it("counts calls, cached answers, tokens and money per cell before anything is spent", async () => {
    const server = await startAnsweringServer();
    const folder = await tempFolder();
    const file = evalFile({
      matrix: { models: ["loop:a", "loop:b"], arms: ["full", "face-only"] },
      prices: { "loop:a": { inputPerMillion: 2, outputPerMillion: 10 } },
    });
    const solver = httpSolver(server.url);
    await run(folder, evalFile(), solver, { n: 3 });
    const calls = callsOf(samples(5), file.matrix);
    const cache = createAnswerCache(createContentStore(join(folder, "cache")));
    const identities = await identitiesOf(calls, solver);
    const plan = await planRun(calls, { file, solver, stimuli: plainStimuli, cache, identities });
    expect(plan).toMatchObject({ calls: 20, cached: 3, inputTokens: 17_000, outputTokens: 1700 });
    expect(plan.unpricedModels).toEqual(["loop:b"]);
    expect(plan.usd).toBeCloseTo(7 * 0.003, 12);
    expect(plan.cells).toHaveLength(4);
    expect(plan.cells[0]).toMatchObject({ cell: "judge | loop:a | 0 shots | mesh | full", calls: 5, cached: 3 });
    expect(server.requests.size).toBe(3);
  });
});
