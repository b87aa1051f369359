import { join } from "node:path";
import { expect, it } from "vitest";
import { openEvaluation } from "../../src/compose/evaluation.ts";
import { evaluate } from "../../src/evaluate.ts";
import { evaluationPath } from "../../src/evaluation/list-evaluations.ts";
import { abstained, judgment, reading, subject } from "../support/builders.ts";
import { saysJson, type WireBody } from "../support/model-server.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { toldIn } from "../support/scripted-judge.ts";
import { tempFolder } from "../support/temp-folder.ts";

/** How far the scripted model goes with the scene when it is told a theory, by a word that only its prompt has. */
const SCENE = {
  "basic emotion theory": 0,
  "appraisal theory": 0.3,
  "constructed emotion": 1,
  "behavioural ecology": 0.5,
};

/** Sees happiness in every face, and sadness in every situation that it is told of. */
function byTheory(body: WireBody) {
  const rules = String(body.messages[0]?.content);
  const [, scene = Number.NaN] =
    Object.entries(SCENE).find(
      ([theory]) =>
        rules.includes(`Judge as the ${theory}`) ||
        rules.includes(`Judge as ${theory}`) ||
        rules.includes(`theory of ${theory}`),
    ) ?? [];
  const told = toldIn(body);
  const isSituated = told.includes("buried");
  const faces = [1, 2, 3, 4].map((n) => `F${n}`).filter((faceId) => new RegExp(`\\b${faceId}\\b`).test(told));
  const contextOnly = isSituated ? reading({ sadness: 1 }) : abstained("Nothing is told of it");
  if (faces.length === 0) {
    const faceOnly = abstained("No face is shown");
    return judgment(subject({ faceId: null, faceOnly, contextOnly, integrated: contextOnly }));
  }
  const both = isSituated ? reading({ happiness: 1 - scene, sadness: scene }) : reading({ happiness: 1 });
  const integrated = { ...both, distribution: both.distribution.filter(({ probability }) => probability > 0) };
  return judgment(
    ...faces.map((faceId) => subject({ faceId, faceOnly: reading({ happiness: 1 }), contextOnly, integrated })),
  );
}

it("the contest of theories tells how far each has a language model rely on the scene, over the same evidence and arms", async () => {
  const folder = await tempFolder();
  const server = await startOpenAiServer((body) => saysJson(byTheory(body)), {
    models: [{ id: "test-model", supported_parameters: ["structured_outputs"] }],
  });
  const path = await evaluationPath("theory-contest");
  const opened = openEvaluation({
    evalFilePath: path,
    stimuliFolder: join(folder, "run", "stimuli"),
    answersFolder: join(folder, "answers"),
    env: { OPENAI_BASE_URL: `${server.url}/v1` },
  });
  try {
    const instead = { model: "openai:test-model", ids: ["calm-funeral"] };
    const run = await evaluate({ file: path, folder: join(folder, "run"), instead }, opened.dependencies);
    expect(run?.outcome).toMatchObject({ total: 12, done: 12, failed: 0 });
    const reliance = run?.scored.contextEffects.map(({ condition, effects }) => {
      const found = effects.find(({ name }) => name === "context_reliance")?.estimate.value ?? Number.NaN;
      return [condition.split(" | ")[0], Number(found.toFixed(2))];
    });
    expect(reliance).toEqual([
      ["judge-basic-emotions", 0],
      ["judge-appraisal", 0.3],
      ["judge-constructed", 1],
      ["judge-behavioral-ecology", 0.5],
    ]);
    // The theory is all that is told otherwise.
    const told = server.chats.map((body) => toldIn(body));
    expect(new Set(told).size).toBe(3);
  } finally {
    await opened.close();
  }
});
