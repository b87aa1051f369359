import { describe, expect, it } from "vitest";
import { createOllamaJudge, listOllamaModels, type OllamaOptions } from "../../../src/adapters/ollama/ollama-judge.ts";
import { ollamaUrl } from "../../../src/adapters/ollama/ollama-server.ts";
import { ConfigurationError, ProviderError } from "../../../src/domain/errors.ts";
import type { ChatMessage } from "../../../src/ports/chat-model.ts";
import {
  calls,
  cutOff,
  drops,
  failsWith,
  hangs,
  html,
  type Reply,
  says,
  saysJson,
} from "../../support/model-server.ts";
import { LLAVA_LIKE, type OllamaModel, startOllamaServer, VISION_AGENT } from "../../support/ollama-server.ts";

const QUICK = { tries: 3, firstWaitMs: 1, longestWaitMs: 50 };
const FORMAT = { type: "object", properties: { a: { type: "number" } } };
const TOOL = { name: "look", description: "Looks", parameters: { type: "object", properties: {} } };
const ANSWER = { name: "a", description: "An answer", schema: FORMAT };
const user = (text: string): ChatMessage => ({ role: "user", parts: [{ type: "text", text }] });
const HELLO = { messages: [user("Hello")] };

async function judgeOf(script: readonly Reply[], options: OllamaOptions = {}, model: OllamaModel = VISION_AGENT) {
  const server = await startOllamaServer(script, [model]);
  const judge = await createOllamaJudge(model.name, { host: server.url, retries: QUICK, ...options });
  const ask = (signal?: AbortSignal) => judge.reply(HELLO, signal);
  return { server, judge, ask };
}

describe("asking", () => {
  it("puts the streamed pieces together, with tokens and the digest of the weights", async () => {
    const { ask } = await judgeOf([says("Good day to you")]);
    const answer = await ask();
    expect(answer.text).toBe("Good day to you");
    expect(answer.tokens).toEqual({ input: 100, output: 20 });
    expect(answer.fingerprint).toBe("seer:7b sha256-of-seer:7b");
  });

  it("sends each message as one, with its images beside the words", async () => {
    const { judge, server } = await judgeOf([says("Seen")]);
    const view = {
      mimeType: "image/jpeg" as const,
      data: Buffer.from("pixels"),
      widthPx: 4,
      heightPx: 3,
      caption: "all of it",
    };
    await judge.reply({
      messages: [
        { role: "system", text: "Rules" },
        {
          role: "user",
          parts: [
            { type: "text", text: "One" },
            { type: "image", view },
            { type: "text", text: "Two" },
          ],
        },
        { role: "assistant", text: "", calls: [{ id: "1", name: "look", args: { at: "mouth" } }] },
        { role: "tool", callId: "1", name: "look", text: "A mouth", output: null, views: [view] },
      ],
    });
    const images = [Buffer.from("pixels").toString("base64")];
    expect(server.chats[0]?.messages).toEqual([
      { role: "system", content: "Rules" },
      { role: "user", content: "One\n\nImage: all of it (4 x 3 px)\n\nTwo", images },
      { role: "assistant", content: "", tool_calls: [{ function: { name: "look", arguments: { at: "mouth" } } }] },
      { role: "tool", content: "A mouth", tool_name: "look" },
      { role: "user", content: "Image: all of it (4 x 3 px)", images },
    ]);
  });

  it("sends seed, temperature, context length and how long to keep the model", async () => {
    const { ask, server } = await judgeOf([says("A")], { seed: 7, temperature: 0, keepAlive: "1h" });
    await ask();
    expect(server.chats[0]).toMatchObject({
      keep_alive: "1h",
      options: { seed: 7, temperature: 0, num_ctx: 16_384 },
      stream: true,
    });
  });

  it("gives tool calls ids of their own", async () => {
    const { judge } = await judgeOf([calls("look", { at: "eyes" })]);
    const answer = await judge.reply({ ...HELLO, tools: [TOOL] });
    expect(answer.calls).toMatchObject([
      { name: "look", args: { at: "eyes" }, id: expect.stringMatching(/^[a-z0-9]{9}$/) },
    ]);
  });
});

describe("format and tools", () => {
  it("sends the schema as format when there are no tools", async () => {
    const { judge, server } = await judgeOf([saysJson({ a: 1 })]);
    await judge.reply({ ...HELLO, answer: ANSWER });
    expect(server.chats[0]?.format).toEqual(FORMAT);
  });

  it("is asked again without the schema by whoever planned with it, when the runner dies of it", async () => {
    const { judge, server } = await judgeOf([failsWith(500, { error: "model runner has unexpectedly stopped" })]);
    await expect(judge.reply({ ...HELLO, answer: ANSWER })).rejects.toMatchObject({ rejects: "schema" });
    expect(judge.capabilities.structuredOutput).toBe("none");
    expect(server.chats).toHaveLength(1);
  });

  it("reads thoughts apart from the answer, of a model that thinks", async () => {
    const thinker = { name: "sage:8b", capabilities: ["completion", "thinking"] };
    const lines = [
      { message: { role: "assistant", content: "", thinking: "Hm {" }, done: false },
      { message: { role: "assistant", content: "Yes" }, done: true, done_reason: "stop" },
    ];
    const body = lines.map((line) => JSON.stringify(line)).join("\n");
    const { ask, server } = await judgeOf([failsWith(200, body)], {}, thinker);
    expect((await ask()).text).toBe("Yes");
    expect(server.chats[0]).toMatchObject({ think: true });
  });
});

describe("context length", () => {
  it("grows with the conversation up to what the model has, and never shrinks", async () => {
    const { judge, server } = await judgeOf([says("A"), says("B")], {}, { ...VISION_AGENT, contextLength: 40_000 });
    await judge.reply({ messages: [user("word ".repeat(20_000))] });
    await judge.reply(HELLO);
    expect(server.chats.map((chat) => chat.options?.num_ctx)).toEqual([40_000, 40_000]);
  });

  it("refuses a conversation that would be cut silently", async () => {
    const { judge, server } = await judgeOf([says("A")], { numCtx: 2_048 });
    await expect(judge.reply({ messages: [user("word ".repeat(4_000))] })).rejects.toThrow(
      /which reads 2048: use a model with a longer/,
    );
    expect(server.chats).toHaveLength(0);
  });

  it("asks once more with more room when the answer was cut off", async () => {
    const { ask, server } = await judgeOf([cutOff("The answ"), says("The answer")], { maxTokens: 5 });
    expect((await ask()).text).toBe("The answer");
    expect(server.chats.map((chat) => chat.options?.num_predict)).toEqual([5, -1]);
    expect(server.chats.map((chat) => chat.options?.num_ctx)).toEqual([16_384, 32_768]);
  });
});

describe("faults", () => {
  const half = '{"model":"m","message":{"role":"assistant","content":"Good"},"done":false}\n';
  const ndjson = { "content-type": "application/x-ndjson" };
  it.each([
    ["shows a login page", html(), 1, /answered with a web page instead of JSON/],
    ["writes lines that are not JSON", failsWith(200, `${half}{"mess\n`, ndjson), 1, /cut short or malformed/],
    ["stops in the middle", failsWith(200, half, ndjson), 3, /broke off the connection before its answer was complete/],
    ["breaks off", drops, 3, /broke off the connection/],
    ["fails", failsWith(500, { error: "model runner has crashed" }), 3, /status 500 \("model runner has crashed"\)/],
    ["fails in mid-stream", failsWith(200, `${half}{"error":"out of memory"}\n`, ndjson), 3, /"out of memory"/],
    ["fails without JSON", failsWith(502, "bad gateway", { "content-type": "text/plain" }), 3, /502 \("bad gateway"\)/],
    ["is cut off twice", cutOff("The"), 2, /token limit, twice/],
  ])("says it in one sentence when the server %s", async (_case, fault, requests, sentence) => {
    const { ask, server } = await judgeOf([fault, fault, fault, fault]);
    const error = await ask().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProviderError);
    expect((error as Error).message).toMatch(sentence);
    expect(server.chats).toHaveLength(requests);
  });

  it("recognises that the model takes no tools", async () => {
    const refusal = failsWith(400, { error: '"registry.ollama.ai/library/lava:7b" does not support tools' });
    const { judge } = await judgeOf([refusal]);
    await expect(judge.reply({ ...HELLO, tools: [TOOL] })).rejects.toMatchObject({ rejects: "tools" });
  });

  it("gives up on a server that never answers", async () => {
    const { ask, server } = await judgeOf([hangs], { timeoutMs: 150 });
    await expect(ask()).rejects.toThrow(/gave no complete answer within/);
    await server.abandoned;
  });

  it("lets go of one hanging call when aborted, before the first token, and of no other", async () => {
    const controller = new AbortController();
    const server = await startOllamaServer((asked) => {
      if (asked.messages[0]?.content === "hang") return hangs;
      controller.abort(); // while this one is under way
      return says("Fine");
    });
    const judge = await createOllamaJudge("seer:7b", { host: server.url, retries: QUICK });
    const hanging = judge.reply({ messages: [user("hang")] }, controller.signal);
    const aborted = hanging.then(
      () => "answered",
      () => "aborted",
    );
    await expect.poll(() => server.chats).toHaveLength(1);
    const other = await judge.reply({ messages: [user("answer")] });
    expect(await aborted).toBe("aborted");
    expect(other.text).toBe("Fine");
    await server.abandoned;
  });
});

describe("connecting", () => {
  it.each([
    ["tells its capabilities", LLAVA_LIKE, { tools: false, vision: true }],
    ["is too old to tell, but has a projector", { name: "old", projector: true }, { tools: false, vision: true }],
    [
      "is too old to tell, but has a template with tools",
      { name: "old", template: "{{ range .Tools }}" },
      { tools: true, vision: false },
    ],
  ])("asks a server that %s", async (_case, model, capabilities) => {
    const { judge } = await judgeOf([], {}, model);
    expect(judge.capabilities).toMatchObject(capabilities);
  });

  it("names near models and how to get one when there is none of that name", async () => {
    const server = await startOllamaServer([], [LLAVA_LIKE]);
    const missing = createOllamaJudge("lavva:7b", { host: server.url });
    await expect(missing).rejects.toThrow(ConfigurationError);
    await expect(missing).rejects.toThrow(
      /has no model "lavva:7b". Did you mean "lava:7b"\? Run `ollama pull lavva:7b`/,
    );
  });

  it("says that nobody answers", async () => {
    const server = await startOllamaServer([]);
    await server.close();
    const nobody = createOllamaJudge("m", { host: server.url });
    await expect(nobody).rejects.toThrow(/cannot be reached \(ECONNREFUSED\): start it with `ollama serve`/);
    expect(await listOllamaModels(server.url)).toEqual([]);
  });

  it("says that something else answers", async () => {
    const server = await startOllamaServer([], []);
    await expect(createOllamaJudge("m", { host: `${server.url}/elsewhere` })).rejects.toThrow(ProviderError);
  });

  it("knows that a cloud model behind a local server is remote", async () => {
    const local = await judgeOf([]);
    const cloud = await judgeOf([], {}, { ...VISION_AGENT, remoteHost: "https://ollama.com:443" });
    expect([local.judge.remote, cloud.judge.remote]).toEqual([false, true]);
  });

  it("lists the models with what they can do", async () => {
    const server = await startOllamaServer([], [VISION_AGENT, LLAVA_LIKE]);
    expect(await listOllamaModels(server.url)).toEqual([
      { name: "seer:7b", tools: true, vision: true, local: true },
      { name: "lava:7b", tools: false, vision: true, local: true },
    ]);
  });

  it.each([
    [undefined, "http://127.0.0.1:11434"],
    ["0.0.0.0", "http://127.0.0.1:11434"],
    [":8080", "http://127.0.0.1:8080"],
    ["gpu-box", "http://gpu-box:11434"],
    ["https://ollama.example.org/", "https://ollama.example.org"],
  ])("reads OLLAMA_HOST %s as %s", (host, url) => {
    expect(ollamaUrl(host)).toBe(url);
  });
});
