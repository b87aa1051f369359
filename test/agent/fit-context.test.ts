import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { createOpenAiJudge } from "../../src/adapters/openai/openai-judge.ts";
import { createRulesModel } from "../../src/adapters/rules/rules-model.ts";
import { promptTokens } from "../../src/agent/fit-context.ts";
import { type AskQuery, ask } from "../../src/ask.ts";
import type { AskDependencies } from "../../src/ask-dependencies.ts";
import { toolsOf } from "../../src/compose/ask.ts";
import { createObservers } from "../../src/compose/scene.ts";
import { createToolboxes } from "../../src/compose/toolboxes.ts";
import { ProviderError } from "../../src/domain/errors.ts";
import { IMAGE_TOKENS, textTokens } from "../../src/domain/token-use.ts";
import type { BriefJudgment } from "../../src/judging/brief-judgment.ts";
import { partsFor } from "../support/judge-of.ts";
import { type Reply, says, saysJson, type WireBody } from "../support/model-server.ts";
import { startOpenAiServer } from "../support/openai-server.ts";
import { samplePhoto } from "../support/photos.ts";
import { idOf, toldIn } from "../support/scripted-judge.ts";
import { tempFolder } from "../support/temp-folder.ts";

const [toolboxes, observers] = await Promise.all([createToolboxes(["mesh"]), createObservers({})]);

const reading = (label: string) => ({ distribution: [{ label, probability: 1 }], abstention: null });
const abstained = { distribution: [], abstention: "No context was given" };

function briefOf(asked: WireBody, faces: readonly string[]): BriefJudgment {
  const evidenceIds = [idOf(asked, /AU12 .* is present/)];
  const subjects = faces.map((faceId) => ({
    faceId,
    faceOnly: reading("happiness"),
    contextOnly: abstained,
    integrated: reading("happiness"),
    cues: [{ label: "happiness", direction: "for" as const, evidenceIds }],
    congruence: { verdict: "not assessable" as const, statement: "There is no context" },
  }));
  return { answer: "They are perceived as happy.", subjects };
}

const FIRST_FACE = { left: 300, top: 280, width: 420, height: 440 };

/** The first of the three faces, cut out. */
async function oneFace(): Promise<string> {
  const path = join(await tempFolder(), "one.jpg");
  await sharp(samplePhoto(1)).extract(FIRST_FACE).toFile(path);
  return path;
}

const facesIn = (asked: WireBody) => [...new Set(toldIn(asked).match(/\bF\d(?= is a face)/g) ?? [])];

/** Asks a server of so many tokens about real measurements; it answers in brief, whoever is asked about. */
async function askWith(
  contextTokens: number,
  dependencies: Partial<AskDependencies> = {},
  query: Partial<AskQuery> = {},
  script: (asked: WireBody, index: number) => Reply = (asked) => saysJson(briefOf(asked, facesIn(asked))),
) {
  const server = await startOpenAiServer(script, { models: [{ id: "small", max_model_len: contextTokens }] });
  const notices: string[] = [];
  const model = await createOpenAiJudge("small", { baseUrl: `${server.url}/v1` });
  const parts = await partsFor(model, {
    toolboxes,
    observers,
    notify: (notice) => notices.push(notice),
    ...dependencies,
  });
  const report = ask({ image: samplePhoto(1), ...query }, parts);
  report.catch(() => {});
  return { server, report, notices };
}

describe("the tokens of a text, as reckoned", () => {
  // Counts by the vocabulary of SmolLM2, asked of llama.cpp's server.
  it.each([
    ["E22 [action-unit] AU12 (lip corner puller) is present: probability 0.93 (estimated, weight 0.56)", 37],
    ["You assist affective scientists. You judge which emotions one image expresses.", 13],
  ])("come near to what a server counts: %s", (text, counted) => {
    expect(Math.abs(textTokens(text) - counted) / counted).toBeLessThan(0.35);
  });
});

describe("a question about three faces", () => {
  it("has at most 4 500 tokens in one prompt and 2 800 in a loop's first call", async () => {
    const server = await startOpenAiServer(() => says("not this time"));
    const model = await createOpenAiJudge("test-model", { baseUrl: `${server.url}/v1` });
    for (const mode of ["single-pass", "agent"] as const) {
      const parts = await partsFor(model, { toolboxes, observers, mode });
      const tools = toolsOf(parts.prompts, {}, { toolboxes, exemplars: null });
      await ask({ image: samplePhoto(1) }, { ...parts, tools }).catch(() => {});
    }
    const tokensOf = (asked: WireBody | undefined) => {
      if (asked === undefined) throw new Error("It was not asked");
      const system = String(asked.messages[0]?.content);
      return promptTokens({ system, user: [{ type: "text", text: toldIn(asked) }] }, asked.tools ?? []);
    };
    expect(tokensOf(server.chats[0])).toBeLessThanOrEqual(4_500);
    expect(tokensOf(server.chats.find(({ tools }) => tools !== undefined))).toBeLessThanOrEqual(2_800);
  });
});

it("offers no tool that has nothing to show in a run", async () => {
  const { prompts } = await partsFor(createRulesModel());
  const namesOf = (scene: object, count: number) =>
    toolsOf(prompts, scene, { toolboxes: new Array(count).fill(toolboxes[0]), exemplars: null }).map(
      ({ name }) => name,
    );
  const shows = (names: string[]) =>
    ["compare_toolboxes", "objects_in_scene", "body_posture", "who_looks_where"].filter((name) => names.includes(name));
  expect(shows(namesOf({}, 1))).toEqual(["body_posture", "who_looks_where"]);
  expect(shows(namesOf({ scene: false }, 2))).toEqual(["compare_toolboxes"]);
  expect(shows(namesOf({ objects: true }, 1))).toContain("objects_in_scene");
  expect(namesOf({ scene: false }, 1)).toContain("look_closer");
});

describe("a question to a model with little room", () => {
  it("about three faces fits into 8 192 tokens with its answer, and says what was left out", async () => {
    const { server, report, notices } = await askWith(8_192);
    const { judgment, warnings, provenance } = await report;
    expect(provenance.model.mode).toBe("single-pass");
    expect(judgment.subjects.map(({ faceId }) => faceId)).toEqual(["F1", "F2", "F3"]);
    expect(server.chats).toHaveLength(1);
    const said = warnings.filter((each) => each.includes("8192"));
    expect(said[0]).toMatch(
      /needs about \d+ tokens for a loop with tools, and its server has 8192: it got the evidence/,
    );
    expect(said[1]).toMatch(
      /left out were sides of action units of low weight; intervals, appraisals and alternatives/,
    );
    expect(notices).toEqual(expect.arrayContaining(said));
    expect(toldIn(server.chats[0] as WireBody)).not.toContain("too low to say anything");
  });

  it.each([
    ["three faces", 8_192, async () => samplePhoto(1), 1_350],
    ["one face", 4_096, oneFace, 550],
  ])("about %s fits into %d tokens also where its answer is sent back", async (_who, room, image, answer) => {
    const unusable = "x".repeat(4 * answer);
    const { server, report } = await askWith(room, {}, { image: await image() }, (asked, index) =>
      index === 0
        ? says(unusable)
        : saysJson(briefOf(asked, [...new Set(toldIn(asked).match(/\bF\d(?= is a face)/g))])),
    );
    const { judgment, warnings } = await report;
    expect(server.chats).toHaveLength(2);
    const repair = server.chats[1] as WireBody;
    const images = JSON.stringify(repair.messages).match(/"image_url":\{/g)?.length ?? 0;
    const words = repair.messages.map(({ content }) =>
      typeof content === "string" ? content : (content ?? []).map(({ text = "" }) => text).join("\n"),
    );
    // The unusable answer has as many tokens as a whole one; its repair takes as many once more.
    const told = textTokens(words.filter((text) => !text.startsWith("xxx")).join("\n")) + IMAGE_TOKENS * images;
    expect(told + 2 * answer).toBeLessThanOrEqual(room);
    expect(judgment.subjects).toHaveLength(room > 5_000 ? 3 : 1);
    const said = warnings.join("\n");
    expect(said).toContain(`and its server has ${room}: left out were`);
    expect(said.includes("the image where a judgment is sent back")).toBe(images === 0);
  });

  it("states in a brief cue what its items state, and has it checked against them", async () => {
    const { report } = await askWith(8_192);
    const { judgment, grounding } = await report;
    const [cue] = judgment.subjects[0]?.cues ?? [];
    expect(cue).toMatchObject({
      statement: expect.stringMatching(/^AU12 \(lip corner puller\) is present/),
      actionUnits: [{ au: "AU12", side: "both", state: "present" }],
    });
    expect(grounding.claims[0]).toMatchObject({ verdict: "supported" });
  });

  it("goes face by face where all of them have no room together", async () => {
    const { server, report } = await askWith(4_096);
    const { judgment, warnings } = await report;
    expect(server.chats.map(facesIn)).toEqual([["F1"], ["F2"], ["F3"]]);
    expect(judgment.subjects.map(({ faceId }) => faceId)).toEqual(["F1", "F2", "F3"]);
    expect(warnings.join("\n")).toContain("each face was asked about by itself");
  });

  it("is not sent where even the barest form has no room", async () => {
    const { server, report } = await askWith(1_024);
    await expect(report).rejects.toThrow(/needs about \d+ tokens .* its server has 1024, or \d+ with all left out/);
    await expect(report).rejects.toBeInstanceOf(ProviderError);
    expect(server.chats).toHaveLength(0);
  });
});
