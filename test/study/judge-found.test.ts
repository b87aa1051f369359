import { describe, expect, it } from "vitest";
import { createOllamaJudge } from "../../src/adapters/ollama/ollama-judge.ts";
import { createRulesModel } from "../../src/adapters/rules/rules-model.ts";
import { BASIC_LABELS } from "../../src/domain/labels.ts";
import type { FoundFace } from "../../src/study/found-faces.ts";
import { judgeFound } from "../../src/study/judge-found.ts";
import { abstained, cue, judgment, reading, subject } from "../support/builders.ts";
import { fixedToolbox } from "../support/fixed-toolbox.ts";
import { partsFor } from "../support/judge-of.ts";
import { failsWith, type Reply, saysJson } from "../support/model-server.ts";
import { LLAVA_LIKE, startOllamaServer } from "../support/ollama-server.ts";
import { samplePhoto } from "../support/photos.ts";

const QUICK = { tries: 1, firstWaitMs: 1, longestWaitMs: 1 };
const found = (faceId: string): FoundFace => ({
  path: samplePhoto(1),
  faceId,
  box: { leftPx: 0, topPx: 0, widthPx: 10, heightPx: 10 },
  score: 0.8,
  similarity: 0.8,
  contrast: null,
  nearest: `x${"0".repeat(24)}`,
  why: [],
  copyOf: null,
  expression: null,
});

/** Asks a scripted model about faces of one image in which two faces smile. */
async function judged(replies: readonly Reply[], faces: readonly string[] = ["F1"]) {
  const server = await startOllamaServer(replies, [LLAVA_LIKE]);
  const model = await createOllamaJudge(LLAVA_LIKE.name, { host: server.url, retries: QUICK });
  const smile = { actionUnits: { AU12: 0.9 }, expression: { happiness: 0.9, neutral: 0.1 } };
  const dependencies = await partsFor(model, { toolboxes: [fixedToolbox([smile, smile])] });
  const verdicts = await judgeFound(faces.map(found), "laugh", { dependencies, rivals: ["polite smile"] });
  return { server, verdicts };
}

const read = (first: Record<string, number>, second: Record<string, number> = first) => {
  const about = (faceId: string, distribution: Record<string, number>) =>
    subject({
      faceId,
      faceOnly: reading(distribution),
      integrated: reading(distribution),
      cues: [cue("The lip corners are pulled up", { label: "laugh", evidenceIds: ["E1"] })],
    });
  return judgment(about("F1", first), about("F2", second));
};

const novel = (label: string) => ({ ...reading({}), distribution: [{ label, probability: 1, novel: true }] });
const withoutVerdict = (face: ReturnType<typeof novel>) => {
  const one = (faceId: string) => subject({ faceId, faceOnly: face, integrated: face });
  return judgment(one("F1"), one("F2"));
};

describe("judgeFound", () => {
  it("takes the category's probability against the other labels given, with the cues and what they cite", async () => {
    const { verdicts, server } = await judged([saysJson(read({ laugh: 0.7, "polite smile": 0.3 }))]);
    expect(verdicts).toEqual([
      {
        path: samplePhoto(1),
        faceId: "F1",
        same: true,
        probability: 0.7,
        cues: [{ statement: "The lip corners are pulled up", evidence: [expect.stringMatching(/^E1 /)] }],
        model: `ollama:${LLAVA_LIKE.name}`,
        reason: null,
      },
    ]);
    expect(JSON.stringify(server.chats[0]?.messages)).toMatch(/laugh.*polite smile.*another expression/);
  });

  it("asks once about an image with two candidates", async () => {
    const reply = saysJson(read({ laugh: 0.8, "another expression": 0.2 }, { laugh: 0.2, "another expression": 0.8 }));
    const { verdicts, server } = await judged([reply], ["F1", "F2"]);
    expect(verdicts.map(({ faceId, same }) => [faceId, same])).toEqual([
      ["F1", true],
      ["F2", false],
    ]);
    expect(server.chats).toHaveLength(1);
  });

  it.each([
    ["abstains", withoutVerdict(abstained("too dark")), "too dark"],
    ["uses other labels only", withoutVerdict(novel("joy")), "The model used none of the labels it was given"],
  ])("gives no verdict when the model %s", async (_name, answer, reason) => {
    const { verdicts } = await judged([saysJson(answer)]);
    expect(verdicts).toEqual([expect.objectContaining({ same: null, probability: null, reason })]);
  });

  it("lets the rules say no: a neutral face is no contempt and not happy, whatever examples lie nearest to it", async () => {
    const clearly = (label: string) =>
      Object.fromEntries(BASIC_LABELS.map((each) => [each, each === label ? 0.93 : 0.01]));
    const rest = { actionUnits: { AU6: 0.05, AU12: 0.05, AU14: 0.1 }, expression: clearly("neutral") };
    const laugh = { actionUnits: { AU6: 0.9, AU12: 0.9, AU14: 0.1 }, expression: clearly("happiness") };
    const dependencies = await partsFor(createRulesModel(), { toolboxes: [fixedToolbox([rest, laugh])] });
    const ask = (category: string) => judgeFound(["F1", "F2"].map(found), category, { dependencies, rivals: [] });
    expect((await ask("contempt")).map(({ same }) => same)).toEqual([false, false]);
    expect((await ask("happiness")).map(({ same }) => same)).toEqual([false, true]);
  });

  it("gives no verdict, and goes on, when the server fails", async () => {
    const { verdicts } = await judged([failsWith(400, { error: "no" })]);
    expect(verdicts).toEqual([expect.objectContaining({ same: null, reason: expect.stringMatching(/Ollama at/) })]);
  });
});
