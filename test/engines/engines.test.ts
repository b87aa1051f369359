import { execFileSync } from "node:child_process";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createGgufJudge } from "../../src/adapters/gguf/gguf-judge.ts";
import { createOllamaJudge } from "../../src/adapters/ollama/ollama-judge.ts";
import { createOpenAiJudge } from "../../src/adapters/openai/openai-judge.ts";
import { ProviderError } from "../../src/domain/errors.ts";
import { Judgment } from "../../src/domain/judgment.ts";
import { answerSchemaOf } from "../../src/judging/answer-format.ts";
import { jsonIn } from "../../src/judging/answer-json.ts";
import { readBytes } from "../../src/platform/read-file.ts";
import type { ChatMessage, JudgeModel } from "../../src/ports/chat-model.ts";
import { samplePhoto } from "../support/photos.ts";
import { chatTools, probed, takesEveryRequest } from "./every-request.ts";

/*
 * Against real engines, started by `npm run test:engines`. Their model is tiny and sees nothing: what is tested is that
 * every kind of request that Kuleshov sends is taken, and that what the engine answers is read.
 */
const { KULESHOV_TEST_LLAMA: llama, KULESHOV_TEST_LLAMA_PLAIN: plain } = process.env;
const { KULESHOV_TEST_LLAMA_NINE: nine, KULESHOV_TEST_LLAMA_ALTERNATING: alternating } = process.env;
const { KULESHOV_TEST_OLLAMA: ollama, KULESHOV_TEST_GGUF: files } = process.env;
/** An engine has one thread of a machine that does other things. */
const PATIENCE_MS = 90_000;
const OPTIONS = { temperature: 0, seed: 1, maxTokens: 1000, retries: { tries: 1, firstWaitMs: 1, longestWaitMs: 1 } };

const addressOf = (server = "") => ({ baseUrl: server.split("|")[0] ?? "", pid: Number(server.split("|")[1]) });
const openLlama = (server: string | undefined) =>
  createOpenAiJudge("tiny", { ...OPTIONS, baseUrl: addressOf(server).baseUrl });
const openOllama = (name: string) => createOllamaJudge(name, { ...OPTIONS, host: addressOf(ollama).baseUrl });
const inFolder = (name: string) => join(files ?? "", name);
const openFile = (model: string) => createGgufJudge(`${inFolder(model)}+${inFolder("projector.gguf")}`, OPTIONS);

const user = (text: string): ChatMessage => ({ role: "user", parts: [{ type: "text", text }] });
const HELLO = [user("Judge the face.")];
const JUDGMENT = answerSchemaOf({ name: "judgment", description: "The judgment.", schema: Judgment });

async function holdsToJudgment(model: JudgeModel): Promise<void> {
  const { text, tokens } = await model.reply({ messages: HELLO, answer: JUDGMENT });
  expect(Object.keys(jsonIn(text) ?? {})).toEqual(["answer", "subjects"]);
  expect(tokens.output).toBeGreaterThan(3);
}

async function callsWhatItMust(model: JudgeModel): Promise<void> {
  const tools = chatTools();
  const { calls } = await model.reply({ messages: HELLO, tools, mustCall: true });
  expect(calls.length).toBeGreaterThan(0);
  expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(calls.map(({ name }) => name)));
}

/** Tokens that two images cost, 256 each with this projector, beside their captions. */
async function readsImages(model: JudgeModel): Promise<void> {
  const view = {
    mimeType: "image/jpeg" as const,
    data: await readBytes(samplePhoto(1)),
    widthPx: 1,
    heightPx: 1,
    caption: "all",
  };
  const image = { type: "image" as const, view };
  const words = await model.reply({ messages: HELLO });
  const seen = await model.reply({
    messages: [{ role: "user", parts: [{ type: "text", text: "Judge." }, image, image] }],
  });
  expect((seen.tokens.input ?? 0) - (words.tokens.input ?? 0)).toBeGreaterThan(500);
}

describe.skipIf(llama === undefined)("llama.cpp's server", { timeout: PATIENCE_MS }, () => {
  it("tells its limit, its eyes, and that its template takes tools", async () => {
    expect((await openLlama(llama)).capabilities).toEqual({
      tools: true,
      vision: true,
      severalImages: true,
      imagesAfterTools: true,
      structuredOutput: "without-tools",
      contextTokens: 16_384,
    });
  });

  it("is believed when its template drops tools without a word", async () => {
    expect((await openLlama(plain)).capabilities).toMatchObject({ tools: false, contextTokens: 4096 });
  });

  it("holds an answer to the judgment's schema", async () => holdsToJudgment(await openLlama(llama)));
  it("calls a tool when it must", async () => callsWhatItMust(await openLlama(llama)));
  it("is sent every pixel: an image costs its 256 tokens", async () => readsImages(await openLlama(llama)));

  it("takes calls of our tools, their results and a word after them, and then the schema alone", async () => {
    const model = await openLlama(llama);
    const tools = chatTools();
    const call = { id: "a1b2c3d4e", name: "measure_face", args: { faceId: "F1" } };
    const result: ChatMessage = { role: "tool", callId: call.id, name: call.name, text: "E1", output: null, views: [] };
    const after = [...HELLO, { role: "assistant" as const, text: "", calls: [call] }, result, user("Go on.")];
    const before = await model.reply({ messages: HELLO, tools });
    const read = await model.reply({ messages: after, tools });
    expect(read.tokens.input ?? 0).toBeGreaterThan(before.tokens.input ?? 0);
    expect(jsonIn((await model.reply({ messages: after, answer: JUDGMENT })).text)).toBeDefined();
  });

  takesEveryRequest(() => openLlama(llama), { tools: true, vision: true, calls: true });

  describe.each([
    ["wants call ids of nine letters and digits, and no user after a tool", nine],
    ["knows no system role, and has user and assistant alternate strictly", alternating],
  ])("whose template %s", (_what, server) => {
    it("takes tools, two calls of them, their results and a word after them", async () => {
      const model = await openLlama(server);
      expect(model.capabilities).toMatchObject({ tools: true, vision: true });
      const tools = chatTools();
      const { calls } = await model.reply({ messages: HELLO, tools, mustCall: true });
      const [call] = calls;
      if (call === undefined) throw new Error("it called nothing");
      const two = [call, { id: "f5g6h7i8j", name: "find_faces", args: {} }];
      const results = two.map(
        ({ id, name }): ChatMessage => ({ role: "tool", callId: id, name, text: "E1", output: null, views: [] }),
      );
      const said: ChatMessage[] = [
        { role: "system", text: "Rules." },
        ...HELLO,
        { role: "assistant", text: "", calls: two },
        ...results,
      ];
      const short = await model.reply({ messages: [...said, user("Go on.")], tools });
      const long = await model.reply({ messages: [...said, user("Go on, and on, and on, as far as you can.")], tools });
      expect(long.tokens.input ?? 0).toBeGreaterThan(short.tokens.input ?? 0);
    });

    takesEveryRequest(() => openLlama(server), { tools: true, vision: true, calls: true });
  });

  it("is probed: its schema holds, its eyes do not see, its memory is counted", async () => {
    const seen = await probed("openai:tiny", { ...OPTIONS, baseUrl: addressOf(llama).baseUrl });
    expect(seen.capabilities).toMatchObject({
      structuredOutput: "without-tools",
      vision: false,
      contextTokens: 16_384,
    });
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

describe.skipIf(files === undefined)("a model file", { timeout: PATIENCE_MS }, () => {
  it("tells its limit, its eyes, and whether its template takes tools", async () => {
    const [model, tools] = [await openFile("tiny.gguf"), await openFile("tiny-tools.gguf")];
    expect(model.capabilities).toMatchObject({ tools: false, vision: true, contextTokens: 16_384 });
    expect(tools.capabilities).toMatchObject({ tools: true, vision: true });
  });

  it("holds an answer to the judgment's schema", async () => holdsToJudgment(await openFile("tiny.gguf")));
  it("calls a tool when it must", async () => callsWhatItMust(await openFile("tiny-tools.gguf")));
  it("is sent every pixel: an image costs its 256 tokens", async () => readsImages(await openFile("tiny.gguf")));
  takesEveryRequest(() => openFile("tiny-tools.gguf"), { tools: true, vision: true, calls: false });

  it("is started anew when its process was killed, which is told in one sentence", async () => {
    const model = await openFile("tiny.gguf");
    const asked = model.reply({ messages: [user("word ".repeat(3000))], answer: JUDGMENT });
    for (const pid of ownEngines()) process.kill(pid, "SIGKILL");
    await expect(asked).rejects.toThrow(/crashed \(SIGKILL\) while it answered: try again/);
    await holdsToJudgment(model);
  });

  it("says in one sentence that a conversation is too long", async () => {
    const long = (await openFile("tiny.gguf")).reply({ messages: [user("word ".repeat(20_000))] });
    await expect(long).rejects.toThrow(/longer than it can read/);
  });
});

describe.skipIf(ollama === undefined)("Ollama", { timeout: PATIENCE_MS }, () => {
  it("tells its limit, its weights, its eyes, and whether it takes tools", async () => {
    const [model, tools] = [await openOllama("tiny"), await openOllama("tiny-tools")];
    expect(model.capabilities).toMatchObject({ tools: false, vision: true, contextTokens: 32_768 });
    expect(tools.capabilities).toMatchObject({ tools: true, vision: true });
    expect(model.identity.digest).toMatch(/^[0-9a-f]{64}$/);
  });

  it("holds an answer to the judgment's schema, which once crashed it", async () =>
    holdsToJudgment(await openOllama("tiny")));
  it("is sent every pixel: an image costs its 256 tokens", async () => readsImages(await openOllama("tiny")));
  takesEveryRequest(() => openOllama("tiny-tools"), { tools: true, vision: true, calls: false });

  it("is probed: its schema holds, its eyes do not see, its memory is counted", async () => {
    const seen = await probed("ollama:tiny", { ...OPTIONS, baseUrl: `http://${addressOf(ollama).baseUrl}` });
    expect(seen.capabilities).toMatchObject({ tools: false, vision: false, contextTokens: 32_768 });
    expect(seen.charactersPerToken).toBeGreaterThan(1.5);
  });

  it("says in one sentence that it was killed over a question", async () => {
    const { baseUrl, pid } = addressOf(ollama);
    const between = await watchedTunnel(baseUrl);
    const model = await createOllamaJudge("tiny", { ...OPTIONS, host: between.host });
    await model.reply({ messages: HELLO });
    // What runs the model sleeps, so that no answer can come first.
    for (const runner of processesOf(({ group, id }) => group === pid && id !== pid)) process.kill(runner, "SIGSTOP");
    let bytes = Number.POSITIVE_INFINITY;
    const before = between.arrived();
    const onSent = (length: number) => {
      bytes = length;
    };
    const asked = model.reply({ messages: HELLO, onSent }).catch((thrown: unknown) => thrown);
    await vi.waitFor(() => expect(between.arrived() - before).toBeGreaterThan(bytes), PATIENCE_MS);
    process.kill(-pid, "SIGKILL");
    const error = await asked;
    expect(error).toBeInstanceOf(ProviderError);
    expect((error as Error).message).toMatch(/^Ollama at http:\/\/[\d.:]+ broke off the connection[^\n]+$/);
    const again = model.reply({ messages: HELLO });
    await expect(again).rejects.toThrow(
      /^Ollama at http:\/\/[\d.:]+ (cannot be reached|broke off the connection)[^\n]+$/,
    );
  });
});

/** Processes that this one has started to run models in. */
const ownEngines = () => processesOf(({ parent, words }) => parent === process.pid && words.includes("gguf-process"));

interface Process {
  readonly id: number;
  readonly parent: number;
  readonly group: number;
  readonly words: string;
}

function processesOf(is: (found: Process) => boolean): number[] {
  const lines = execFileSync("ps", ["-e", "-o", "pid=,ppid=,pgid=,args="], { encoding: "utf8" }).split("\n");
  return lines.flatMap((line) => {
    const [, id, parent, group, words = ""] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    const found = { id: Number(id), parent: Number(parent), group: Number(group), words };
    return is(found) ? [found.id] : [];
  });
}

/** A way to a server on which the bytes are counted that have reached it. */
async function watchedTunnel(host: string) {
  let arrived = 0;
  const tunnel = createServer((client) => {
    const server = connect(Number(host.split(":")[1]), "127.0.0.1");
    client.on("data", (chunk) => server.write(chunk, () => (arrived += chunk.length)));
    server.on("data", (chunk) => client.write(chunk));
    for (const [from, to] of [[client, server] as const, [server, client] as const]) {
      from.on("error", () => {}).on("close", () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => tunnel.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void tunnel.close());
  return { host: `127.0.0.1:${(tunnel.address() as AddressInfo).port}`, arrived: () => arrived };
}
