import { describe, expect, it, vi } from "vitest";
import { createOllamaJudge } from "../../src/adapters/ollama/ollama-judge.ts";
import { createOpenAiJudge } from "../../src/adapters/openai/openai-judge.ts";
import { createTools } from "../../src/agent/tool-list.ts";
import { ask } from "../../src/ask.ts";
import { probe } from "../../src/compose/model-probe.ts";
import { JudgmentError, ProviderError } from "../../src/domain/errors.ts";
import { Judgment } from "../../src/domain/judgment.ts";
import { choiceAnswer } from "../../src/evaluation/solvers/choice-reply.ts";
import { answerSchemaOf, jsonSchemaOf } from "../../src/judging/answer-format.ts";
import { jsonIn } from "../../src/judging/answer-json.ts";
import { askStructured } from "../../src/judging/ask-structured.ts";
import { loadPromptLibrary } from "../../src/judging/prompt-library.ts";
import { ownPath } from "../../src/platform/package-paths.ts";
import type { ChatMessage, ChatTool, JudgeModel } from "../../src/ports/chat-model.ts";
import { gradientImage } from "../support/images.ts";
import { partsFor } from "../support/judge-of.ts";
import { samplePhoto } from "../support/photos.ts";
import { tempFolder } from "../support/temp-folder.ts";

/*
 * Against real engines, started by `npm run test:engines`. Their model is tiny and sees nothing: what is tested is that
 * every kind of request that Kuleshov sends is taken, and that what the engine answers is read.
 */
const { KULESHOV_TEST_LLAMA: llama, KULESHOV_TEST_LLAMA_PLAIN: plain, KULESHOV_TEST_OLLAMA: ollama } = process.env;
const addressOf = (server = "") => ({ baseUrl: server.split("|")[0] ?? "", pid: Number(server.split("|")[1]) });
/** An engine has one thread of a machine that does other things. */
const PATIENCE_MS = 300_000;
const QUICK = { tries: 2, firstWaitMs: 1, longestWaitMs: 10 };
const openLlama = (server: string | undefined, maxTokens = 2000) =>
  createOpenAiJudge("tiny", { baseUrl: addressOf(server).baseUrl, temperature: 0, seed: 1, maxTokens, retries: QUICK });
const openOllama = () =>
  createOllamaJudge("tiny", { host: ollama ?? "", temperature: 0, seed: 1, maxTokens: 2000, retries: QUICK });

const user = (text: string): ChatMessage => ({ role: "user", parts: [{ type: "text", text }] });
const HELLO = [user("Judge the face.")];
const JUDGMENT = answerSchemaOf({ name: "judgment", description: "The judgment.", schema: Judgment });

async function chatTools(): Promise<ChatTool[]> {
  const tools = createTools(await loadPromptLibrary(ownPath("prompts")));
  return tools.map(({ name, description, schema }) => ({ name, description, parameters: jsonSchemaOf(schema) }));
}

/** The tiny model judges nothing rightly: what counts is that it was asked, and judged by what it said. */
async function judgmentOrComplaint(model: JudgeModel, mode: "agent" | "single-pass" | null): Promise<unknown> {
  return ask({ image: gradientImage(200, 100) }, await partsFor(model, { mode })).then(
    () => "judged",
    (error: unknown) => error,
  );
}

describe.skipIf(llama === undefined)("llama.cpp", { timeout: PATIENCE_MS }, () => {
  it("tells its limit, its eyes, and that its template takes tools", async () => {
    expect((await openLlama(llama)).capabilities).toEqual({
      tools: true,
      vision: true,
      severalImages: true,
      imagesAfterTools: true,
      structuredOutput: "without-tools",
      contextTokens: 8192,
    });
  });

  it("is believed when its template drops tools without a word", async () => {
    const model = await openLlama(plain);
    expect(model.capabilities).toMatchObject({ tools: false, contextTokens: 4096 });
  });

  it("holds an answer to the judgment's schema", async () => {
    const model = await openLlama(llama);
    const { text, tokens, fingerprint } = await model.reply({ messages: HELLO, answer: JUDGMENT });
    expect(Object.keys(jsonIn(text) ?? {})).toEqual(["answer", "subjects"]);
    expect(tokens.output).toBeGreaterThan(3);
    expect(fingerprint).toMatch(/\S/);
  });

  it("takes our tools, calls of them, their results and a word after them, and then the schema alone", async () => {
    const model = await openLlama(llama);
    const tools = await chatTools();
    const call = { id: "a1b2c3d4e", name: "measure_face", args: { faceId: "F1" } };
    const result: ChatMessage = { role: "tool", callId: call.id, name: call.name, text: "E1", output: null, views: [] };
    const after = [...HELLO, { role: "assistant" as const, text: "", calls: [call] }, result, user("Go on.")];
    const before = await model.reply({ messages: HELLO, tools });
    const read = await model.reply({ messages: after, tools });
    expect(read.tokens.input ?? 0).toBeGreaterThan(before.tokens.input ?? 0);
    expect(jsonIn((await model.reply({ messages: after, answer: JUDGMENT })).text)).toBeDefined();
  });

  it("is sent every pixel: an image costs its 256 tokens", async () => {
    const model = await openLlama(llama);
    const { readFile } = await import("node:fs/promises");
    const view = {
      mimeType: "image/jpeg" as const,
      data: await readFile(samplePhoto(1)),
      widthPx: 1,
      heightPx: 1,
      caption: "all",
    };
    const words = await model.reply({ messages: HELLO });
    const seen = await model.reply({
      messages: [
        {
          role: "user",
          parts: [
            { type: "text", text: "Judge." },
            { type: "image", view },
            { type: "image", view },
          ],
        },
      ],
    });
    expect((seen.tokens.input ?? 0) - (words.tokens.input ?? 0)).toBeGreaterThan(500);
  });

  it("chooses among options", async () => {
    const read = ({ json }: { readonly json: object | undefined }) => json ?? { problem: "it is no JSON" };
    const answer = choiceAnswer(["AU12", "AU15"]);
    const parts = [{ type: "text" as const, text: "Which one pulls the lip corners up?" }];
    const { value } = await askStructured(await openLlama(llama), { parts, answer, read });
    expect(["AU12", "AU15"]).toContain((value as { choice?: string }).choice);
  });

  it.each(["agent", "single-pass"] as const)("takes every request of an ask by %s", async (mode) => {
    const outcome = await judgmentOrComplaint(await openLlama(llama), mode);
    if (outcome !== "judged") expect(outcome).toBeInstanceOf(JudgmentError);
  });

  it("is probed in eight calls at the most: its schema holds, its eyes do not see, its memory is counted", async () => {
    vi.stubEnv("KULESHOV_CACHE", await tempFolder());
    const { baseUrl } = addressOf(llama);
    const { probe: seen } = await probe("openai:tiny", { baseUrl, retries: QUICK, maxTokens: 60 });
    expect(seen.calls).toBeLessThanOrEqual(8);
    expect(seen.capabilities).toMatchObject({ structuredOutput: "without-tools", vision: false, contextTokens: 8192 });
    expect(seen.charactersPerToken).toBeGreaterThan(1.5);
  });

  it("says in one sentence that a conversation is too long", async () => {
    const long = (await openLlama(plain)).reply({ messages: [user("word ".repeat(9000))] });
    await expect(long).rejects.toThrow(/says that this conversation is longer than "tiny" can read/);
  });

  it("says in one sentence that it was killed", async () => {
    const model = await openLlama(plain);
    process.kill(addressOf(plain).pid, "SIGKILL");
    const error = await model.reply({ messages: HELLO }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProviderError);
    expect((error as Error).message).toMatch(/cannot be reached \(ECONNREFUSED\)|broke off the connection/);
  });
});

describe.skipIf(ollama === undefined)("Ollama", { timeout: PATIENCE_MS }, () => {
  it("holds an answer to the judgment's schema, which once crashed it", async () => {
    const { text, tokens } = await (await openOllama()).reply({ messages: HELLO, answer: JUDGMENT });
    expect(Object.keys(jsonIn(text) ?? {})).toEqual(["answer", "subjects"]);
    expect(tokens.input).toBeGreaterThan(0);
  });

  it("tells its limit and its weights", async () => {
    const { capabilities, identity } = await openOllama();
    expect(capabilities).toMatchObject({ tools: false, vision: false, contextTokens: 32_768 });
    expect(identity.digest).toMatch(/^[0-9a-f]{64}$/);
  });

  it("takes every request of an ask", async () => {
    const outcome = await judgmentOrComplaint(await openOllama(), null);
    if (outcome !== "judged") expect(outcome).toBeInstanceOf(JudgmentError);
  });
});
