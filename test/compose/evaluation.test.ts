import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type EvaluationOptions, openEvaluation } from "../../src/compose/evaluation.ts";
import { createToolboxes } from "../../src/compose/toolboxes.ts";
import { evaluate } from "../../src/evaluate.ts";
import { prepareEvaluation } from "../../src/evaluation/evaluation.ts";
import { EvalFile } from "../../src/evaluation/file/eval-file.ts";
import { callKey } from "../../src/evaluation/runner/answer-cache.ts";
import type { Condition } from "../../src/evaluation/solver.ts";
import { toolboxSpace } from "../../src/exemplars/make-exemplar.ts";
import { failsWith, saysJson } from "../support/model-server.ts";
import { startOllamaServer, VISION_AGENT } from "../support/ollama-server.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { tempFolder } from "../support/temp-folder.ts";

/** An evaluation of one question to one model. */
async function oneQuestion(model: string) {
  const folder = await tempFolder();
  await writeFile(join(folder, "exam.csv"), "id,question,options,answer\n1,Which?,AU6|AU12,AU6\n");
  const columns = { id: "id", question: "question", options: "options", choice: "answer" };
  const evaluation = {
    name: "exam",
    task: "choose",
    dataset: { format: "csv", path: "exam.csv", columns },
    matrix: { models: [model], evidence: ["none"] },
    scorers: ["choice"],
    execution: { attempts: 4 },
  };
  await writeFile(join(folder, "exam.eval.yaml"), JSON.stringify(evaluation));
  const open = (options: Partial<EvaluationOptions>) =>
    openEvaluation({
      evalFilePath: join(folder, "exam.eval.yaml"),
      stimuliFolder: join(folder, "stimuli"),
      answersFolder: join(folder, "answers"),
      ...options,
    });
  return { folder, file: join(folder, "exam.eval.yaml"), open };
}

async function keyOf(model: string, options: Partial<EvaluationOptions>): Promise<string> {
  const { file, open } = await oneQuestion(model);
  const opened = open(options);
  try {
    const { calls, identities } = await prepareEvaluation(file, opened.dependencies);
    const [call] = calls;
    if (call === undefined) throw new Error("one question is one call");
    return callKey(call, [...identities.values()][0], null);
  } finally {
    await opened.close();
  }
}

describe("the key of an answer", () => {
  it("is another where the same name is served elsewhere, and the same where it is asked again", async () => {
    const [here, there] = [await startOpenAiServer([]), await startOpenAiServer([])];
    const at = (url: string) => keyOf("openai:test-model", { env: { OPENAI_BASE_URL: `${url}/v1` } });
    expect(await at(here.url)).toBe(await at(here.url));
    expect(await at(there.url)).not.toBe(await at(here.url));
  });

  it("is another where the words of a distilled definition were changed", async () => {
    const { folder, open } = await oneQuestion("rules");
    const [mesh] = await createToolboxes(["mesh"]);
    if (mesh === undefined) throw new Error("mesh is built in");
    const { toolbox, dimensions } = toolboxSpace(mesh);
    const identityWith = async (text: string) => {
      const centroid = dimensions.map(() => 0);
      const definition = { category: "tears", id: "tears 1 of 1", text, context: "", centroid, exemplars: ["x1"] };
      const content = { toolbox, writtenBy: null, definitions: [definition] };
      await writeFile(join(folder, "tears.json"), JSON.stringify(content));
      const opened = open({});
      const file = EvalFile.parse({
        name: "exam",
        dataset: { format: "csv", path: "exam.csv", columns: { id: "id", image: "image" } },
        matrix: { shots: [1], evidence: ["none"] },
        fewShot: { mode: "descriptions", store: "exemplars", distilled: "tears.json" },
        scorers: ["accuracy"],
      });
      const { solverFor } = opened.dependencies;
      const condition = {
        prompt: "judge",
        model: "rules",
        shots: 1,
        evidence: "none",
        arm: "full",
        variant: "as chosen",
      };
      const solver = await solverFor(file, ["tears"]);
      const identity = JSON.stringify(await solver.identify(condition as unknown as Condition));
      await opened.close();
      return identity;
    };
    expect(await identityWith("wet eyes")).toBe(await identityWith("wet eyes"));
    expect(await identityWith("wet eyes")).not.toBe(await identityWith("wet cheeks"));
    await mesh.close();
  });

  it("is another where Ollama has other weights under the same name", async () => {
    const models = [{ ...VISION_AGENT, digest: "sha256:old" }];
    const server = await startOllamaServer([], models);
    const key = () => keyOf("ollama:seer:7b", { env: { OLLAMA_HOST: server.url } });
    const before = await key();
    expect(await key()).toBe(before);
    models[0] = { ...VISION_AGENT, digest: "sha256:new" };
    expect(await key()).not.toBe(before);
  });
});

describe("a server that fails", () => {
  it("is sent one request as often as the file's attempts say, and no more", async () => {
    const { folder, file, open } = await oneQuestion("openai:test-model");
    const busy = failsWith(503, { error: { message: "busy" } }, { "retry-after": "0" });
    const server = await startOpenAiServer(() => busy);
    const opened = open({ env: { OPENAI_BASE_URL: `${server.url}/v1` } });
    const done = await evaluate({ file, folder: join(folder, "run") }, opened.dependencies);
    await opened.close();
    expect(done?.outcome).toMatchObject({ done: 1, failed: 1 });
    expect(server.chats).toHaveLength(4);
  });

  it("is not sent again what it answered before it failed", async () => {
    const { folder, file, open } = await oneQuestion("openai:test-model");
    const busy = failsWith(503, { error: { message: "busy" } }, { "retry-after": "0" });
    const server = await startOpenAiServer([busy, saysJson({ choice: "AU6", confidence: 0.9, reason: "r" })]);
    const opened = open({ env: { OPENAI_BASE_URL: `${server.url}/v1` } });
    const done = await evaluate({ file, folder: join(folder, "run") }, opened.dependencies);
    await opened.close();
    expect(done?.outcome).toMatchObject({ done: 1, failed: 0 });
    expect(server.chats).toHaveLength(2);
  });
});

describe("what an evaluation pays", () => {
  it("is priced by models/prices.json where its file is silent, and lower where the provider had the prompt before", async () => {
    const { folder, file, open } = await oneQuestion("openai:gpt-4.1");
    const content = JSON.stringify({ choice: "AU6", confidence: 0.9, reason: "r" });
    const usage = { prompt_tokens: 1000, completion_tokens: 10, prompt_tokens_details: { cached_tokens: 800 } };
    const server = await startOpenAiServer([
      failsWith(200, {
        choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content } }],
        usage,
      }),
    ]);
    const opened = open({ env: { OPENAI_BASE_URL: `${server.url}/v1` } });
    const done = await evaluate({ file, folder: join(folder, "run") }, opened.dependencies);
    await opened.close();
    expect(done?.outcome).toMatchObject({ tokens: 1010, unpriced: 0 });
    expect(done?.outcome.usd).toBeCloseTo((200 * 2 + 800 * 0.5 + 10 * 8) / 1e6, 12);
  });
});
