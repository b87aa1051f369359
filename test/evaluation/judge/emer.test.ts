import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createOpenAiJudge } from "../../../src/adapters/openai/openai-judge.ts";
import { ConfigurationError } from "../../../src/domain/errors.ts";
import { continueEvaluation, prepareEvaluation, startEvaluation } from "../../../src/evaluation/evaluation.ts";
import type { EvaluationDependencies } from "../../../src/evaluation/evaluation-dependencies.ts";
import { readRatings } from "../../../src/evaluation/judge/judge-calls.ts";
import { createAnswerJudge } from "../../../src/evaluation/judge/judge-solver.ts";
import { replayBundle, writeBundle } from "../../../src/evaluation/report/bundle.ts";
import { scoreRun } from "../../../src/evaluation/report/write-report.ts";
import { createAnswerCache } from "../../../src/evaluation/runner/answer-cache.ts";
import { jsonIn } from "../../../src/judging/answer-json.ts";
import { createContentStore } from "../../../src/platform/content-store.ts";
import { httpSolver, plainStimuli, startAnsweringServer } from "../../support/answering-server.ts";
import { partsFor } from "../../support/judge-of.ts";
import { type Reply, says, saysJson } from "../../support/model-server.ts";
import { NO_VIDEOS } from "../../support/no-videos.ts";
import { startOpenAiServer } from "../../support/openai-server.ts";
import { toldIn } from "../../support/scripted-judge.ts";
import { tempFolder } from "../../support/temp-folder.ts";

async function study(judgeReply: (told: string) => Reply) {
  const folder = await tempFolder();
  const rows = ["a,She grins,q1", "b,He frowns,q2", "c,They yawn,q3"].join("\n");
  await writeFile(join(folder, "list.csv"), `id,reference,question\n${rows}\n`);
  const file = join(folder, "trial.eval.yaml");
  await writeFile(
    file,
    `name: trial
dataset: { format: csv, path: list.csv, columns: { id: id, explanation: reference, question: question } }
matrix: { models: ["loop:a"] }
scorers: [emer, rouge-l]
judge: { model: "openai:judge" }
analysis: { resamples: 200 }
`,
  );
  const answers = await startAnsweringServer();
  const judge = await startOpenAiServer((asked) => judgeReply(toldIn(asked)));
  const model = await createOpenAiJudge("judge", { baseUrl: `${judge.url}/v1`, apiKey: "k" });
  const judgeParts = await partsFor(model);
  const dependencies: EvaluationDependencies = {
    solverFor: async () => httpSolver(answers.url),
    judgeFor: async (read) =>
      createAnswerJudge(read, {
        partsFor: async () => judgeParts,
        exemplarsOf: () => null,
        isFree: () => false,
        close: async () => {},
      }),
    stimuliFor: async () => plainStimuli,
    cache: createAnswerCache(createContentStore(join(folder, "cache"))),
    cacheFolder: join(folder, "cache"),
    frames: NO_VIDEOS,
    taxonomyLabels: async (id) => {
      throw new ConfigurationError(`No taxonomy ${id}`);
    },
    version: "0.0.0",
  };
  return { folder, file, dependencies, judge, out: join(folder, "run") };
}

function metric(scored: Awaited<ReturnType<typeof scoreRun>>, name: string) {
  const all = scored.summary.cells.flatMap(({ scorers }) => scorers.flatMap(({ metrics }) => metrics));
  return all.find((one) => one.metric === name)?.estimate;
}

const good = saysJson({ clueOverlap: 8, labelOverlap: 6, plausibility: 9 });

describe("a judge model", () => {
  it("rates each explanation against its reference, and its nonsense leaves that one unscored", async () => {
    const { file, dependencies, judge, out } = await study((told) =>
      told.includes("He frowns") ? says("Seven, I think") : good,
    );
    const outcome = await startEvaluation(await prepareEvaluation(file, dependencies), dependencies, { folder: out });
    expect(outcome).toMatchObject({ total: 6, done: 6, failed: 1, stopped: null });
    const scored = await scoreRun(out);
    expect(metric(scored, "clue_overlap")).toMatchObject({ value: 8, n: 2, unscored: 1 });
    expect(metric(scored, "plausibility")?.value).toBe(9);
    expect(scored.summary.cells[0]?.scorers[0]?.unscored).toEqual({ "judge failed": 1 });
    const told = judge.chats.map((body) => toldIn(body)).find((text) => text.includes("She grins"));
    expect(told).toContain("The face looks happiness");
  });

  it("is not asked again about what it has rated, when the run goes on", async () => {
    let healthy = false;
    const { file, dependencies, judge, out } = await study((told) =>
      told.includes("He frowns") && !healthy ? says("no") : good,
    );
    await startEvaluation(await prepareEvaluation(file, dependencies), dependencies, { folder: out });
    const before = judge.chats.length;
    healthy = true;
    await continueEvaluation(dependencies, { folder: out });
    expect(judge.chats.length).toBe(before + 1);
    expect(metric(await scoreRun(out), "label_overlap")).toMatchObject({ n: 3, unscored: 0 });
  });

  it("is in the replay bundle with its ratings", async () => {
    const { file, dependencies, judge, out, folder } = await study(() => good);
    await startEvaluation(await prepareEvaluation(file, dependencies), dependencies, { folder: out });
    const asked = judge.chats.length;
    const replayed = await replayBundle(await writeBundle(out, join(folder, "b.zip")), {
      folder: join(folder, "again"),
    });
    expect(replayed.differing).toEqual([]);
    expect(judge.chats.length).toBe(asked);
  });

  it("must be named", async () => {
    const { file, dependencies } = await study(() => good);
    const { readFile } = await import("node:fs/promises");
    await writeFile(file, (await readFile(file, "utf8")).replace(/judge:.*\n/, ""));
    await expect(prepareEvaluation(file, dependencies)).rejects.toThrow(/no judge is named: set judge.model/);
  });
});

describe("reading ratings", () => {
  it.each([
    ["Seven", "there is no JSON object in it"],
    ['{"clueOverlap": 0, "labelOverlap": 5, "plausibility": 5}', "its clueOverlap is not a number from 1 to 10"],
    ['{"clueOverlap": 4, "labelOverlap": 5}', "its plausibility is not a number from 1 to 10"],
  ])("refuses %j", (text, problem) => {
    expect(readRatings(jsonIn(text))).toEqual({ problem });
  });
});
