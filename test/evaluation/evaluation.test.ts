import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ConfigurationError } from "../../src/domain/errors.ts";
import { continueEvaluation, prepareEvaluation, startEvaluation } from "../../src/evaluation/evaluation.ts";
import type { EvaluationDependencies } from "../../src/evaluation/evaluation-dependencies.ts";
import { createAnswerCache, withoutReuse } from "../../src/evaluation/runner/answer-cache.ts";
import { readResults } from "../../src/evaluation/runner/stored-run.ts";
import type { Solver } from "../../src/evaluation/solver.ts";
import { createContentStore } from "../../src/platform/content-store.ts";
import { acquireLock } from "../../src/platform/file-lock.ts";
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
    version: "0.0.0",
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
