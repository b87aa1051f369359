import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { createOllamaJudge } from "../../src/adapters/ollama/ollama-judge.ts";
import { describeFaces } from "../../src/discovery/describe-with-model.ts";
import { discoverCategories } from "../../src/discovery/discover-categories.ts";
import { nameWithModel } from "../../src/discovery/name-with-model.ts";
import type { Discovery, StudyFace } from "../../src/domain/discovery.ts";
import { createRandom, type Random } from "../../src/domain/statistics/random.ts";
import { loadPromptLibrary } from "../../src/judging/prompt-library.ts";
import { ownPath } from "../../src/platform/package-paths.ts";
import { failsWith, type Script, says, saysJson } from "../support/model-server.ts";
import { LLAVA_LIKE, startOllamaServer } from "../support/ollama-server.ts";
import { KNOWN_RECIPES, madeStudy, PLANTED, studySpace } from "../support/study-faces.ts";

const PORTRAIT = await sharp({ create: { width: 8, height: 8, channels: 3, background: "#808080" } })
  .jpeg()
  .toBuffer();
const QUICK = { tries: 1, firstWaitMs: 1, longestWaitMs: 1 };

async function modelThat(script: Script) {
  const server = await startOllamaServer(script, [LLAVA_LIKE]);
  const model = await createOllamaJudge(LLAVA_LIKE.name, { host: server.url, retries: QUICK });
  return { server, model, prompts: await loadPromptLibrary(ownPath("prompts")) };
}

const smile = madeStudy([[KNOWN_RECIPES[2] as (typeof KNOWN_RECIPES)[number], 3]], createRandom(1));
const discover = (faces: readonly StudyFace[], textEmbeddings: readonly (Float32Array | null)[] | null) =>
  discoverCategories(
    { faces, space: studySpace, textEmbeddings },
    {
      known: ["affectnet8"],
      seed: 7,
      describedBy: "m",
      textEmbedder: "e",
      kuleshovVersion: "0",
      now: () => new Date(0),
    },
  );

describe("describeFaces", () => {
  it("sends the portrait and what was measured, and keeps the words with the model's name", async () => {
    const { model, prompts, server } = await modelThat(() => says("  A broad\nsmile. "));
    const kept: string[] = [];
    const { faces, failures } = await describeFaces(smile, {
      model,
      prompts,
      cut: async (ids) => new Map(ids.map((id) => [id, PORTRAIT])),
      concurrency: 1,
      onDescribed: async (face) => void kept.push(face.id),
    });
    expect(failures).toEqual([]);
    expect(faces.map(({ description }) => description)).toEqual(
      smile.map(() => ({ text: "A broad smile.", model: `ollama:${LLAVA_LIKE.name}` })),
    );
    expect(kept).toEqual(smile.map(({ id }) => id));
    const [message] = server.chats[0]?.messages ?? [];
    expect(message?.images).toEqual([Buffer.from(PORTRAIT).toString("base64")]);
    expect(String(message?.content)).toMatch(/AU12 0\.\d\d/);
  });

  it("asks only about faces without a description, and goes on where the model fails", async () => {
    const { model, prompts, server } = await modelThat([failsWith(400, { error: "no" }), says("A smile.")]);
    const [first, ...rest] = smile as [StudyFace, ...StudyFace[]];
    const known = { ...first, description: { text: "known", model: "m" } };
    const { faces, failures } = await describeFaces([known, ...rest], {
      model,
      prompts,
      cut: async () => new Map(),
      concurrency: 1,
    });
    expect(server.chats).toHaveLength(2);
    expect(faces.map(({ description }) => description?.text ?? null)).toEqual(["known", null, "A smile."]);
    expect(failures).toEqual([{ face: rest[0]?.id, reason: expect.stringMatching(/Ollama at/) }]);
  });
});

describe("nameWithModel", () => {
  const answer = {
    name: "smirk",
    definition: "A tight-lipped smile.",
    contrast: "Not a grin.",
    appraisals: [{ dimension: "power", value: 0.4 }],
  };
  const study = async (): Promise<Discovery> =>
    discover(
      madeStudy([...KNOWN_RECIPES.map((recipe) => [recipe, 40] as const), [PLANTED, 40]], createRandom(4)),
      null,
    );

  it("names what was not set aside, and keeps what was measured beside the model's words", async () => {
    const { model, prompts, server } = await modelThat([saysJson(answer)]);
    const { proposals, faces } = await study();
    const { proposals: named, notes } = await nameWithModel(proposals, faces, { model, prompts });
    const one = named.find(({ status }) => status === "survived");
    expect(one).toMatchObject({
      name: "smirk",
      namedBy: `ollama:${LLAVA_LIKE.name}`,
      appraisals: [{ dimension: "power", value: 0.4 }],
    });
    expect(one?.definition).toMatch(/^A tight-lipped smile\. Measured: Faces that show AU14/);
    expect(server.chats).toHaveLength(1);
    expect(notes).toEqual([]);
  });

  it.each<[string, Script, RegExp]>([
    [
      "answers with something else twice",
      [says("no idea"), saysJson({ name: "" })],
      /keeps the name of its signature: .* stayed unusable/,
    ],
    [
      "claims that somebody feels it, twice",
      () => saysJson({ ...answer, definition: "She feels proud." }),
      /says what somebody feels/,
    ],
    ["fails", [failsWith(400, { error: "no" })], /Ollama at/],
  ])("leaves the signature's name when the model %s", async (_name, script, note) => {
    const { model, prompts } = await modelThat(script);
    const { proposals, faces } = await study();
    const { proposals: named, notes } = await nameWithModel(proposals, faces, { model, prompts });
    expect(named).toEqual(proposals);
    expect(notes).toEqual([expect.stringMatching(note)]);
  });
});

describe("words beside measurements", () => {
  /** Embeddings that point to one of two themes. */
  const embedding = (theme: number, random: Random) =>
    Float32Array.from({ length: 32 }, (_, index) => (index % 2 === theme ? 0.25 : 0) + 0.02 * random.normal());

  it("tell groups apart that look the same", async () => {
    const random = createRandom(9);
    const faces = madeStudy([[KNOWN_RECIPES[0] as (typeof KNOWN_RECIPES)[number], 120]], random);
    const embeddings = faces.map((_, index) => embedding(index % 3 === 0 ? 0 : 1, random));
    expect((await discover(faces, null)).proposals).toEqual([]);
    const { proposals } = await discover(faces, embeddings);
    expect(proposals.map(({ size }) => size).sort((a, b) => a - b)).toEqual([40, 80]);
  });

  it("do not count when some faces have none, or when they say nothing", async () => {
    const random = createRandom(9);
    const faces = madeStudy([[KNOWN_RECIPES[0] as (typeof KNOWN_RECIPES)[number], 60]], random);
    const some = faces.map((_, index) => (index === 0 ? null : embedding(index % 2, random)));
    expect((await discover(faces, some)).proposals).toEqual([]);
    const noise = faces.map(() => Float32Array.from({ length: 32 }, () => random.normal()));
    const same = faces.map(() => Float32Array.of(1, 0, 0));
    for (const embeddings of [noise, same]) {
      const { proposals } = await discover(faces, embeddings);
      expect(proposals.filter(({ status }) => status === "survived")).toEqual([]);
    }
  });
});
