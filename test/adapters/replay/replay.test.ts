import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import sharp from "sharp";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { openReplay } from "../../../src/adapters/replay/replay-model.ts";
import * as ask from "../../../src/cli/ask.ts";
import * as evaluation from "../../../src/cli/eval.ts";
import { Report } from "../../../src/domain/report.ts";
import { recordReplies } from "../../../src/judging/record-replies.ts";
import type { ChatRequest, JudgeModel } from "../../../src/ports/chat-model.ts";
import { judgment, subject } from "../../support/builders.ts";
import { callsAll, type Reply, saysJson, type WireBody } from "../../support/model-server.ts";
import { startOpenAiServer } from "../../support/openai-server.ts";
import { samplePhoto } from "../../support/photos.ts";
import { runCommand } from "../../support/run-command.ts";
import { toldIn } from "../../support/scripted-judge.ts";
import { emptyCache, tempFolder, temporaryFolder } from "../../support/temp-folder.ts";

const kuleshov = (...words: string[]) => runCommand(words, [ask, evaluation]);
const place = await temporaryFolder();
/** Measured once for all tests. */
const photo = join(place, "two.png");
await sharp(samplePhoto(2)).resize(640).toFile(photo);

const cache = await emptyCache(join(place, "cache"));

beforeEach(() => {
  vi.stubEnv("KULESHOV_CACHE", cache);
  vi.stubEnv("OPENAI_API_KEY", "");
  vi.stubEnv("OPENAI_BASE_URL", "");
  vi.stubEnv("OLLAMA_HOST", "http://127.0.0.1:9");
  return () => vi.unstubAllEnvs();
});

/** Of every face that the model was told of. */
function judgmentOf(asked: WireBody): Reply {
  const faces = [...new Set(toldIn(asked).match(/\bF\d\b/g))].sort();
  const judged = judgment(...faces.map((faceId) => subject({ faceId })));
  return saysJson({ ...judged, answer: `Drawn with ${asked.seed}.` });
}

/** Measures, notes something under its own name, and judges. */
function looksFirst(asked: WireBody): Reply {
  if (asked.messages.some(({ role }) => role === "tool")) return judgmentOf(asked);
  const note = { faceId: "F1", region: null, statement: "A hat is worn" };
  return callsAll({ name: "measure_face", args: { faceId: "F1" } }, { name: "note_observation", args: note });
}

/** Asks a server that is gone afterwards. */
async function recorded(script: (asked: WireBody) => Reply, ...words: string[]) {
  const server = await startOpenAiServer(script);
  const run = await kuleshov(...words, "--base-url", `${server.url}/v1`);
  await server.close();
  return { ...run, requests: server.chats.length };
}

const reportIn = async (folder: string) =>
  Report.parse(JSON.parse(await readFile(join(folder, "report.json"), "utf8")));

describe("a model that is replayed from a report", () => {
  it("judges as it did, without its server, and the report says who was not asked", async () => {
    const folder = await tempFolder();
    const [first, again] = [join(folder, "first"), join(folder, "again")];
    const asked = [photo, "Who smiles?", "--context", "At sea"];
    const run = await recorded(looksFirst, "ask", ...asked, "--model", "openai:test-model", "--out", first);
    expect(run).toMatchObject({ code: 0, requests: 2 });
    const replayed = await kuleshov("ask", ...asked, "--model", `replay:${first}`, "--local-only", "--out", again);
    expect(replayed).toMatchObject({ code: 0, stderr: expect.not.stringContaining("fail") });
    const [then, now] = [await reportIn(first), await reportIn(again)];
    const { judgment, evidence, grounding, replies, warnings } = then;
    expect(now).toMatchObject({ judgment, evidence, grounding, replies, warnings });
    expect(evidence.map(({ statement }) => statement)).toContain("A hat is worn");
    expect(now.trace.map(({ name, output }) => [name, output])).toEqual(
      then.trace.map(({ name, output }) => [name, output]),
    );
    expect(now.provenance).toMatchObject({
      model: { ...then.provenance.model, replayedFrom: "report.json" },
      sent: [],
      tokens: then.provenance.tokens,
    });
    expect(replayed.stdout).toContain("openai:test-model (agent), replayed from report.json: nobody was asked");
    // What was replayed can be replayed.
    expect((await kuleshov("ask", ...asked, "--model", `replay:${join(again, "report.json")}`)).code).toBe(0);
  });

  it("says in one sentence what of a request it was not sent", async () => {
    const folder = await tempFolder();
    const first = join(folder, "first");
    const other = join(folder, "gray.png");
    await sharp(photo).grayscale().toFile(other);
    await recorded(
      looksFirst,
      "ask",
      photo,
      "Who smiles?",
      "--model",
      "openai:test-model",
      "--seed",
      "1",
      "--out",
      first,
    );
    const replayed = (image: string, question: string, ...more: string[]) =>
      kuleshov("ask", image, question, "--model", `replay:${first}`, "--seed", "1", ...more);
    const differs = (what: string) => ({
      code: 3,
      stdout: "",
      stderr: `\`${join(first, "report.json")}\` holds no reply of openai:test-model to this request: what is most like it differs in ${what}\n`,
    });
    const words = "the words (question, context, evidence or what was said before)";
    expect(await replayed(photo, "Who frowns?")).toMatchObject(differs(words));
    expect(await replayed(other, "Who smiles?")).toMatchObject(differs(`the images and in ${words}`));
    expect(await replayed(photo, "Who smiles?", "--temperature", ".5")).toMatchObject(differs("the temperature"));
    expect(await replayed(photo, "Who smiles?", "--seed", "2")).toMatchObject(differs("the seed"));
    expect((await replayed(photo, "Who smiles?")).code).toBe(0);
  });

  it("answers to a list as to one image, and as the judge of a panel that is named", async () => {
    const folder = await tempFolder();
    const [first, again] = [join(folder, "first"), join(folder, "again")];
    await writeFile(join(folder, "list.csv"), `path,question\n${photo},Who smiles?\n`);
    const asked = ["ask", join(folder, "list.csv"), "--mode", "single-pass"];
    const panel = ["--panel", "openai:one,openai:two,rules"];
    expect(await recorded(judgmentOf, ...asked, ...panel, "--out", first)).toMatchObject({ code: 0, requests: 2 });
    const several = await kuleshov(...asked, "--model", `replay:${first}`, "--out", again);
    const path = join(first, "answers.jsonl");
    expect(several).toMatchObject({
      code: 2,
      stderr: `Which model of \`${path}\`? As it holds the replies of openai:one and of openai:two, write replay:${path}#openai:one\n`,
    });
    const named = ["--panel", `replay:${first}#openai:one,replay:${first}#openai:two,rules`];
    expect((await kuleshov(...asked, ...named, "--out", again)).code).toBe(0);
    const read = async (from: string) => JSON.parse(await readFile(join(from, "answers.jsonl"), "utf8")).report;
    const [{ panel: then }, { panel: now }] = [await read(first), await read(again)];
    expect(now.subjects).toEqual(then.subjects);
    expect(now.judges.map(({ model }: Report["provenance"]) => model.replayedFrom)).toEqual([
      "answers.jsonl",
      "answers.jsonl",
      undefined,
    ]);
  });
});

describe("a model that is replayed from an evaluation's bundle", () => {
  const file = (rest: object) => ({ dataset: { format: "csv", path: "list.csv", ...rest } });
  it.each<[string, string, object, (asked: WireBody) => Reply]>([
    [
      "judges",
      `id,image,label\n1,${photo},neutral\n`,
      {
        ...file({ columns: { id: "id", image: "image", label: "label" }, taxonomy: ["neutral", "happiness"] }),
        scorers: ["accuracy"],
      },
      looksFirst,
    ],
    [
      "chooses",
      "id,question,options,answer\nq1,Which?,AU9|AU12,AU9\n",
      {
        task: "choose",
        ...file({ columns: { id: "id", question: "question", options: "options", choice: "answer" } }),
        scorers: ["choice"],
      },
      ({ seed }) => saysJson({ choice: seed === 1 ? "AU9" : "AU12", confidence: 0.5, reason: "so" }),
    ],
  ])("%s as it did, for each seed", async (_task, list, evalFile, script) => {
    const folder = await tempFolder();
    const at = (name: string) => join(folder, name);
    await writeFile(at("list.csv"), list);
    const models = { name: "exam", matrix: { models: ["openai:test-model"], evidence: [["mesh"]], seeds: [1, 2] } };
    await writeFile(at("exam.eval.yaml"), JSON.stringify({ ...models, ...evalFile }));
    expect((await recorded(script, "eval", "run", at("exam.eval.yaml"), "--out", at("run"))).code).toBe(0);
    expect((await kuleshov("eval", "export", at("run"), "--bundle", at("exam.zip"))).code).toBe(0);
    const model = `replay:${at("exam.zip")}`;
    const replayed = ["eval", "run", at("exam.eval.yaml"), "--model", model];
    expect(await kuleshov(...replayed, "--out", at("again"))).toMatchObject({ code: 0 });
    const answers = async (run: string) => {
      const lines = (await readFile(join(at(run), "results.jsonl"), "utf8")).split("\n").filter((line) => line !== "");
      const records = lines.map((line) => JSON.parse(line)).sort((a, b) => a.seed - b.seed);
      return records.map(({ seed, answer, costUsd }) => ({ seed, answer, costUsd }));
    };
    const [one, two, ...others] = await answers("run");
    expect(others).toEqual([]);
    expect(one?.answer).not.toEqual(two?.answer);
    expect(await answers("again")).toEqual([one, two].map((each) => ({ ...each, costUsd: 0 })));
    const otherSeed = await kuleshov(...replayed, "--seed", "3", "--out", at("third"));
    expect(otherSeed.code).not.toBe(0);
    expect(otherSeed.stderr).toContain("holds no reply of openai:test-model to this request");
    expect(otherSeed.stderr).toContain("differs in the seed");
  });
});

describe("replies that were recorded", () => {
  const model = (texts: string[]): JudgeModel => ({
    id: "made:up",
    remote: true,
    capabilities: {
      ...{ tools: false, vision: false, severalImages: false, imagesAfterTools: false },
      ...{ structuredOutput: "none" as const, contextTokens: null },
    },
    ...{ temperature: 0.7, seed: null, identity: {} },
    async reply() {
      const text = texts.shift() as string;
      return { text, calls: [], malformedCalls: [], tokens: { input: 1, output: 1 }, fingerprint: null };
    },
  });
  const said: ChatRequest = { messages: [{ role: "user", parts: [{ type: "text", text: "Who smiles?" }] }] };

  it("come back in their order where the same was asked several times, and not once more", async () => {
    const recorder = recordReplies();
    const path = join(await tempFolder(), "report.json");
    const overheard = recorder.of(model(["F1", "F2"]));
    for (const seed of [1, 2]) await overheard.reply({ ...said, seed });
    await writeFile(path, JSON.stringify({ replies: recorder.replies() }));
    const replayed = await openReplay(path, { temperature: 0.7, seed: 5 });
    expect(replayed).toMatchObject({ id: "made:up", remote: false, seed: null, temperature: 0.7 });
    expect([(await replayed.reply(said)).text, (await replayed.reply({ ...said, seed: 8 })).text]).toEqual([
      "F1",
      "F2",
    ]);
    await expect(replayed.reply(said)).rejects.toThrow("to this request: it was sent less often than now");
  });

  it("count once where several answers of a bundle share a report", async () => {
    const recorder = recordReplies();
    await recorder.of(model(["F1"])).reply(said);
    const detail = { provenance: { createdAt: "2026-11-29" }, replies: recorder.replies() };
    const { gzipSync } = await import("node:zlib");
    const packed = gzipSync(JSON.stringify({ detail }));
    const path = join(await tempFolder(), "b.zip");
    await writeFile(
      path,
      zipSync({ "answers/a.json.gz": packed, "answers/b.json.gz": packed, "run.json": strToU8("") }),
    );
    const replayed = await openReplay(path, { temperature: 0.7, seed: null });
    expect((await replayed.reply(said)).text).toBe("F1");
    await expect(replayed.reply(said)).rejects.toThrow("less often");
  });

  it.each([
    ["nowhere.zip", "Cannot replay as there is no such file: `nowhere.zip`"],
    ["src", "Cannot replay a folder without report.json or answers.jsonl: make a bundle of an evaluation with"],
    ["README.md", "Cannot replay as it is damaged, or no report or bundle of Kuleshov's: `README.md`"],
    ["package.json", "Cannot replay as no replies of a model are in it"],
  ])("are not looked for in %s", async (bundle, sentence) => {
    await expect(openReplay(bundle, { temperature: null, seed: null })).rejects.toThrow(sentence);
  });
});
