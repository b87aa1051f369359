import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openMerging } from "../../src/compose/merging.ts";
import { ConfigurationError } from "../../src/domain/errors.ts";
import { evaluate, evaluateShard } from "../../src/evaluate.ts";
import { continueEvaluation, prepareEvaluation, startEvaluation } from "../../src/evaluation/evaluation.ts";
import type { EvaluationDependencies } from "../../src/evaluation/evaluation-dependencies.ts";
import { createAnswerCache, withoutReuse } from "../../src/evaluation/runner/answer-cache.ts";
import { readResults } from "../../src/evaluation/runner/stored-run.ts";
import type { Solver } from "../../src/evaluation/solver.ts";
import { merge } from "../../src/merge.ts";
import { createContentStore } from "../../src/platform/content-store.ts";
import { acquireLock } from "../../src/platform/file-lock.ts";
import { packageVersion } from "../../src/platform/package-paths.ts";
import { httpSolver, plainStimuli, startAnsweringServer } from "../support/answering-server.ts";
import { NO_VIDEOS } from "../support/no-videos.ts";
import { tempFolder } from "../support/temp-folder.ts";

const yaml = (more = "") => `name: trial
dataset:
  format: csv
  path: list.csv
  columns: { id: id, label: emotion, question: question }
matrix:
  models: ["loop:a"]
scorers: [accuracy]
execution: { concurrency: 2 }
${more}`;

async function study(more = ""): Promise<{ folder: string; file: string }> {
  const folder = await tempFolder();
  const rows = Array.from({ length: 10 }, (_, i) => `s${i},${i < 6 ? "happiness" : "fear"},Question ${i}?`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "list.csv"), `id,emotion,question\n${rows.join("\n")}\n`);
  await writeFile(join(folder, "trial.eval.yaml"), yaml(more));
  return { folder, file: join(folder, "trial.eval.yaml") };
}

/** A run's files without what says when, how fast and where it was made. */
async function filesOf(folder: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const name of ["results.jsonl", "judgments.jsonl", "samples.jsonl", "run.json", "report.html"]) {
    files[name] = (await readFile(join(folder, name), "utf8"))
      .replaceAll(/"(at|createdAt|cacheFolder|check)": ?"[^"]+"/g, "")
      .replaceAll(/"latencyMs": ?[\d.]+/g, "")
      .replaceAll(/\b20\d\d-\d\d-\d\d[T ][\d:.]+Z?/g, "")
      .replaceAll(/[\d.,]+ m?s\b/g, "");
  }
  return files;
}

function dependencies(folder: string, solver: Solver): EvaluationDependencies {
  return {
    solverFor: async () => solver,
    judgeFor: async () => {
      throw new Error("No judge is expected here");
    },
    stimuliFor: async () => plainStimuli,
    cache: createAnswerCache(createContentStore(join(folder, "cache"))),
    cacheFolder: join(folder, "cache"),
    frames: NO_VIDEOS,
    taxonomyLabels: async (id) => {
      throw new ConfigurationError(`No taxonomy ${id}`);
    },
    version: packageVersion(),
  };
}

describe("an evaluation", () => {
  it("that was interrupted is resumed where it stopped, and failures are tried again", async () => {
    let healthy = false;
    const server = await startAnsweringServer({
      misbehave(callId, _nth, response) {
        if (healthy || !callId.includes("| s1 |")) return false;
        response.writeHead(400).end();
        return true;
      },
    });
    const { folder, file } = await study();
    const own = dependencies(folder, httpSolver(server.url));
    const prepared = await prepareEvaluation(file, own);
    expect(prepared.plan).toMatchObject({ calls: 10, cached: 0 });
    const stop = new AbortController();
    const out = join(folder, "run");
    const first = await startEvaluation(prepared, own, {
      folder: out,
      stop: stop.signal,
      onProgress: ({ done }) => {
        if (done === 5) stop.abort();
      },
    });
    expect(first).toMatchObject({ stopped: "it was interrupted", failed: 1 });
    healthy = true;
    const second = await continueEvaluation(own, { folder: out });
    expect(second).toMatchObject({ total: 10, done: 10, failed: 0, cached: 0, stopped: null });
    const results = await readResults(out);
    expect(results.filter(({ answer }) => answer !== null)).toHaveLength(10);
    expect(new Set(results.map(({ call }) => call)).size).toBe(10);
    const asked = [...server.requests].filter(([id]) => !id.includes("| s1 |")).map(([, n]) => n);
    expect(asked).toEqual(new Array(9).fill(1));
  });

  it("that was begun without the cache goes on without it, and its plan counts nothing as answered", async () => {
    const server = await startAnsweringServer();
    const { folder, file } = await study();
    const own = dependencies(folder, httpSolver(server.url));
    await startEvaluation(await prepareEvaluation(file, own), own, { folder: join(folder, "first") });
    const anew = { ...own, cache: withoutReuse(own.cache) };
    const prepared = await prepareEvaluation(file, anew);
    expect(prepared.plan).toMatchObject({ calls: 10, cached: 0 });
    const stop = new AbortController();
    const out = join(folder, "run");
    await startEvaluation(prepared, anew, {
      folder: out,
      stop: stop.signal,
      onProgress: ({ done }) => {
        if (done === 5) stop.abort();
      },
    });
    expect(await continueEvaluation(own, { folder: out })).toMatchObject({ done: 10, cached: 0, stopped: null });
    expect([...server.requests.values()]).toEqual(new Array(10).fill(2));
  });

  it("comes out byte for byte the same of shards, one of which was interrupted, as of one machine", async () => {
    const server = await startAnsweringServer({
      misbehave(callId, _nth, response) {
        if (!callId.startsWith("judge") || !callId.includes("| s1 |")) return false;
        response.writeHead(400).end();
        return true;
      },
    });
    const { folder, file } = await study(
      "rubric: [{ name: reasons, rubric: Does it say why? }]\njudge: { model: loop:a }",
    );
    await writeFile(file, (await readFile(file, "utf8")).replace("[accuracy]", "[accuracy, rubric]"));
    const machine = (name: string) => {
      const own = dependencies(join(folder, name), httpSolver(server.url));
      return { ...own, judgeFor: async () => httpSolver(server.url) };
    };
    await evaluate({ file, folder: join(folder, "one") }, machine("a"));
    const asked = server.requests.size;
    const shards: string[] = [];
    for (const number of [2, 3, 1]) {
      const own = machine(`b${number}`);
      const query = { file, folder: join(folder, `${number}-of-3`), shard: { number, of: 3 } };
      shards.push(query.folder);
      const stop = new AbortController();
      const onProgress = () => stop.abort();
      if (number === 3) await evaluateShard({ ...query, onProgress }, own, stop.signal);
      const merging = { ...openMerging(), answers: { cache: own.cache, folder: own.cacheFolder } };
      if (number === 3)
        await expect(merge({ shards, folder: join(folder, "merged") }, merging)).rejects.toThrow(
          /2 of 3 shards are missing/,
        );
      await evaluateShard(query, own);
      await expect(continueEvaluation(own, { folder: query.folder })).rejects.toThrow(/run the command again/);
    }
    const own = machine("c");
    const merging = { ...openMerging(), answers: { cache: own.cache, folder: own.cacheFolder } };
    const merged = await merge({ shards, folder: join(folder, "merged") }, merging);
    expect(merged).toMatchObject({ command: "eval", images: 9, failures: 1 });
    expect(await filesOf(join(folder, "merged"))).toEqual(await filesOf(join(folder, "one")));
    expect(server.requests.size).toBe(asked);
    expect([...server.requests.values()].filter((count) => count !== 2)).toEqual([]);
    const answered = (await readResults(join(folder, "merged"))).filter(({ answer }) => answer !== null);
    expect(await Promise.all(answered.map(({ key }) => own.cache.has(key)))).toEqual(answered.map(() => true));
    // What was answered after a merge is not cut off by another.
    await continueEvaluation(own, { folder: join(folder, "merged") });
    const lines = await readFile(join(folder, "merged", "results.jsonl"), "utf8");
    await merge({ shards, folder: join(folder, "merged"), resume: true }, merging);
    expect(await readFile(join(folder, "merged", "results.jsonl"), "utf8")).toBe(lines);
  });

  it("is not started over another run, nor resumed where there is none", async () => {
    const server = await startAnsweringServer();
    const { folder, file } = await study();
    const own = dependencies(folder, httpSolver(server.url));
    const prepared = await prepareEvaluation(file, own);
    await startEvaluation(prepared, own, { folder: join(folder, "run") });
    await expect(startEvaluation(prepared, own, { folder: join(folder, "run") })).rejects.toThrow(
      /the folder holds a finished run: --resume goes on with it, --force starts it anew/,
    );
    await expect(continueEvaluation(own, { folder: join(folder, "nothing") })).rejects.toThrow(/has no run.json/);
  });

  it("is not resumed with another prompt or toolbox, nor by a version that reads other files", async () => {
    const server = await startAnsweringServer();
    const { folder, file } = await study();
    const own = dependencies(folder, httpSolver(server.url));
    const out = join(folder, "run");
    await startEvaluation(await prepareEvaluation(file, own), own, { folder: out });
    const changed = dependencies(folder, httpSolver(server.url, { identify: async () => ({ prompt: "judge@2" }) }));
    await expect(continueEvaluation(changed, { folder: out })).rejects.toThrow(
      /prompt, model or toolboxes of "judge \| loop:a/,
    );
    const header = JSON.parse(await readFile(join(out, "run.json"), "utf8"));
    await writeFile(join(out, "run.json"), JSON.stringify({ ...header, format: 9 }));
    await expect(continueEvaluation(own, { folder: out })).rejects.toThrow(
      /its files are of format 9 and this Kuleshov reads format 1/,
    );
    await writeFile(join(out, "run.json"), "{");
    await expect(continueEvaluation(own, { folder: out })).rejects.toThrow(/run.json is damaged/);
  });

  it("is not written to by two processes, but by the next one when the first is gone", async () => {
    const server = await startAnsweringServer();
    const { folder, file } = await study();
    const own = dependencies(folder, httpSolver(server.url));
    const out = join(folder, "run");
    await startEvaluation(await prepareEvaluation(file, own), own, { folder: out });
    const lock = await acquireLock(join(out, "run.lock"));
    await expect(continueEvaluation(own, { folder: out })).rejects.toThrow(
      /process \d+ on .* is at work in the folder/,
    );
    if ("release" in lock) await lock.release();
    expect(await continueEvaluation(own, { folder: out })).toMatchObject({ done: 10 });
    await rm(out, { recursive: true });
  });

  it.each([
    [
      "a scorer whose truth no sample has",
      "",
      "[valence]",
      /needs valence, which no sample has \(the dataset gives label\)/,
    ],
    ["repeats that are not asked for", "", "[reproducibility]", /set matrix.repeats to 2 or more/],
    [
      "a budget in money without a price",
      "budget: { usd: 1 }",
      "[accuracy]",
      /the price of loop:a is unknown: add it under prices/,
    ],
  ])("refuses %s before anything is asked", async (_case, more, scorers, expected) => {
    const server = await startAnsweringServer();
    const { folder, file } = await study(more);
    await writeFile(file, yaml(more).replace("[accuracy]", scorers));
    await expect(prepareEvaluation(file, dependencies(folder, httpSolver(server.url)))).rejects.toThrow(expected);
    expect(server.requests.size).toBe(0);
  });
});
