import { describe, expect, it } from "vitest";
import { createOpenAiJudge } from "../../../src/adapters/openai/openai-judge.ts";
import { createRulesModel } from "../../../src/adapters/rules/rules-model.ts";
import { JudgmentError } from "../../../src/domain/errors.ts";
import { sampleOf } from "../../../src/evaluation/dataset/dataset.ts";
import type { Sample } from "../../../src/evaluation/sample.ts";
import type { Call } from "../../../src/evaluation/solver.ts";
import { readChoice } from "../../../src/evaluation/solvers/choice-reply.ts";
import { createChoiceSolver } from "../../../src/evaluation/solvers/choice-solver.ts";
import { chooseByFacs } from "../../../src/evaluation/solvers/facs-baseline.ts";
import { jsonIn } from "../../../src/judging/answer-json.ts";
import type { JudgeModel } from "../../../src/ports/chat-model.ts";
import { evalFile } from "../../support/answering-server.ts";
import { partsFor } from "../../support/judge-of.ts";
import { says, saysJson } from "../../support/model-server.ts";
import { startOpenAiServer } from "../../support/openai-server.ts";
import { samplePhoto } from "../../support/photos.ts";
import { toldIn } from "../../support/scripted-judge.ts";

const question = sampleOf({
  id: "q1",
  question: "Which action unit pulls the lip corners up?",
  options: ["AU12", "AU15"],
  truth: { choice: "AU12" },
});
const claim = (statement: string) =>
  sampleOf({ id: "c1", image: samplePhoto(1), statement, truth: { choice: "true" } });

async function solve(task: "choose" | "verify", sample: Sample, model: JudgeModel) {
  const file = evalFile({ task, scorers: ["choice"] });
  const parts = await partsFor(model);
  const solver = createChoiceSolver(file, {
    partsFor: async () => parts,
    exemplarsOf: () => null,
    isFree: () => true,
    close: async () => {},
  });
  const call: Call = {
    id: "x",
    condition: { prompt: "judge", model: model.id, shots: 0, evidence: ["mesh"], arm: "full", variant: "as chosen" },
    sample,
    seed: 1,
    repeat: 1,
  };
  return solver.solve(call, sample.image === null ? null : { path: sample.image, context: null, region: null });
}

async function served(...replies: Parameters<typeof startOpenAiServer>[0][]) {
  const server = await startOpenAiServer(replies.flat() as never);
  return { server, model: await createOpenAiJudge("test-model", { baseUrl: `${server.url}/v1`, apiKey: "k" }) };
}

describe("choosing by a model", () => {
  it("takes the option it names, with its confidence, and shows it the measurements", async () => {
    const { server, model } = await served([saysJson({ choice: "true", confidence: 0.8, reason: "AU12 is 0.93" })]);
    const { answer, usage, fingerprint } = await solve("verify", claim("The lip corners are raised."), model);
    expect(answer).toMatchObject({ choice: "true", confidence: 0.8, explanation: "AU12 is 0.93", abstention: null });
    expect(usage.inputTokens).toBeGreaterThan(0);
    expect(fingerprint).toContain("fp_test");
    const asked = toldIn(server.chats[0] as never);
    expect(asked).toContain("The lip corners are raised.");
    expect(asked).toMatch(/AU12 .*0\.93/);
  });

  it("asks once more when the reply cannot be used, then reports a failure", async () => {
    const mended = await served([says("I would say the first one"), saysJson({ choice: "au12." })]);
    expect((await solve("choose", question, mended.model)).answer.choice).toBe("AU12");
    expect(toldIn(mended.server.chats[1] as never)).toContain(
      "it is no JSON object and does not name exactly one option",
    );
    const hopeless = await served([says("no"), saysJson({ choice: "AU99" })]);
    await expect(solve("choose", question, hopeless.model)).rejects.toThrow(/"AU99" is none of the options/);
    const again = await served([says("no"), says("no")]);
    await expect(solve("choose", question, again.model)).rejects.toBeInstanceOf(JudgmentError);
  });

  it("counts not being able to tell as abstaining, not as an answer", async () => {
    const { model } = await served([saysJson({ choice: "cannot tell", reason: "The face is hidden" })]);
    const { answer } = await solve("verify", claim("The nose is wrinkled."), model);
    expect(answer).toMatchObject({ choice: null, abstention: "The face is hidden" });
  });
});

describe("choosing by rules", () => {
  it.each([
    ["The lip corners are raised.", "true"],
    ["The brows are lowered.", "false"],
    ["The lip corners are not raised.", "false"],
    ["The lip corners are raised and the brows are lowered.", "false"],
  ])("holds %j against the measurements", async (statement, choice) => {
    // The measured face smiles: AU6 and AU12 present, AU4 absent.
    const { answer, usage } = await solve("verify", claim(statement), createRulesModel());
    expect(answer.choice).toBe(choice);
    expect(usage.inputTokens).toBe(0);
  });

  it("cannot tell what was not measured, or what is no claim about action units", async () => {
    for (const statement of ["The nose is wrinkled.", "She has won a prize."]) {
      const { answer } = await solve("verify", claim(statement), createRulesModel());
      expect(answer.choice).toBeNull();
      expect(answer.abstention).not.toBeNull();
    }
  });

  it("chooses by the FACS tables and abstains where they say nothing", () => {
    expect(chooseByFacs("Which action unit wrinkles the nose?", ["AU9", "AU12"]).choice).toBe("AU9");
    expect(chooseByFacs("Who painted the Mona Lisa?", ["Leonardo", "Raphael"]).choice).toBeNull();
  });
});

it("holds the model to the options by a schema", async () => {
  const { server, model } = await served([saysJson({ choice: "AU12", confidence: 1, reason: "" })]);
  await solve("choose", question, model);
  expect(server.chats[0]?.response_format?.json_schema.schema).toMatchObject({
    properties: { choice: { enum: ["AU12", "AU15"] } },
  });
});

describe("reading a choice", () => {
  const read = (text: string, options = ["AU12", "AU15"]) => readChoice({ json: jsonIn(text), text }, options);

  it.each([
    ['{"choice": "AU12"}', "AU12"],
    ['Sure:\n```json\n{"choice": "au15", "confidence": 1}\n```', "AU15"],
    ["{choice: AU12,}", "AU12"],
    ['{"choice": "It is AU12"}', "AU12"],
    ["The answer is AU15.", "AU15"],
    ['{"choice": "AU12"', "AU12"],
  ])("finds the option in %j", (text, choice) => {
    expect(read(text)).toMatchObject({ choice });
  });

  it("takes an option within a longer one for the longer", () => {
    expect(read("a polite smile", ["smile", "polite smile"])).toMatchObject({ choice: "polite smile" });
  });

  it.each([
    ["AU12 or AU15", "it is no JSON object and does not name exactly one option"],
    ["It is not AU12", "it is no JSON object and does not name exactly one option"],
    ['{"answer": "AU12"}', "its choice is not as asked for"],
    ['{"choice": "AU12", "confidence": 7}', "its confidence is not as asked for"],
    ['{"choice": "AU99"}', '"AU99" is none of the options'],
  ])("says what is wrong with %j", (text, problem) => {
    expect(read(text)).toEqual({ problem });
  });
});
