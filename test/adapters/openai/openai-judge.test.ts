import { getEventListeners } from "node:events";
import { describe, expect, it, vi } from "vitest";
import { createOpenAiJudge } from "../../../src/adapters/openai/openai-judge.ts";
import { ConfigurationError, ProviderError } from "../../../src/domain/errors.ts";
import { costOf } from "../../../src/domain/price.ts";
import { sumOfTokens } from "../../../src/domain/token-use.ts";
import type { ChatMessage } from "../../../src/ports/chat-model.ts";
import {
  calls,
  cutOff,
  drops,
  failsWith,
  hangs,
  html,
  type Reply,
  refuses,
  says,
  saysJson,
} from "../../support/model-server.ts";
import { startOpenAiServer, wrongKeyBody } from "../../support/openai-server.ts";

const KEY = "sk-test-0123456789abcdef";
const QUICK = { tries: 3, firstWaitMs: 1, longestWaitMs: 50 };
const THING = { name: "thing", description: "A thing", schema: { type: "object" } };
const HELLO: ChatMessage[] = [{ role: "user", parts: [{ type: "text", text: "Hello" }] }];

async function judgeOf(script: readonly Reply[], options: { timeoutMs?: number } = {}) {
  const server = await startOpenAiServer(script);
  const judge = await createOpenAiJudge("test-model", {
    baseUrl: `${server.url}/v1`,
    apiKey: KEY,
    retries: QUICK,
    ...options,
  });
  const ask = (signal?: AbortSignal) => judge.reply({ messages: HELLO }, signal);
  const askJson = () => judge.reply({ messages: HELLO, answer: THING });
  return { server, judge, ask, askJson };
}

describe("asking", () => {
  it("answers with text, tokens, and what the server says it ran", async () => {
    const { ask, server } = await judgeOf([says("Good day")]);
    const answer = await ask();
    expect(answer.text).toBe("Good day");
    expect(answer.tokens).toEqual({ input: 100, output: 20 });
    expect(answer.fingerprint).toBe("test-model-2026-01-01 fp_test");
    expect(server.requests.at(-1)?.headers.authorization).toBe(`Bearer ${KEY}`);
  });

  it("tells how much of the prompt the provider had from before, which costs less", async () => {
    const usage = { prompt_tokens: 1000, completion_tokens: 10, prompt_tokens_details: { cached_tokens: 800 } };
    const choices = [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "Yes" } }];
    const { ask } = await judgeOf([failsWith(200, { choices, usage })]);
    const { tokens } = await ask();
    expect(tokens).toEqual({ input: 1000, output: 10, cached: 800 });
    expect(sumOfTokens(tokens, { input: 5, output: null }, tokens)).toEqual({ input: 2005, output: 20, cached: 1600 });
    const price = { inputPerMillion: 2, outputPerMillion: 8, cachedInputPerMillion: 0.5 };
    expect(costOf(tokens, price)).toBeCloseTo((200 * 2 + 800 * 0.5 + 10 * 8) / 1e6, 12);
    expect(costOf(tokens, { inputPerMillion: 2, outputPerMillion: 8 })).toBeCloseTo((1000 * 2 + 10 * 8) / 1e6, 12);
  });

  it("hands on JSON that is not JSON, for the pipeline to complain about", async () => {
    const { askJson } = await judgeOf([says('{"answer": "The')]);
    expect((await askJson()).text).toBe('{"answer": "The');
  });

  it("hands on tool arguments that are not JSON, even beside a schema", async () => {
    const { askJson } = await judgeOf([calls("measure_face", '{"faceId": ')]);
    expect((await askJson()).malformedCalls).toMatchObject([{ name: "measure_face", written: '{"faceId": ' }]);
  });

  it("shows a refusal as what the model said", async () => {
    const { ask } = await judgeOf([refuses("I cannot help with faces")]);
    expect((await ask()).text).toBe("I cannot help with faces");
  });

  it("asks once more with room when the answer was cut off", async () => {
    const { ask, server } = await judgeOf([cutOff("The answ"), says("The answer")]);
    expect((await ask()).text).toBe("The answer");
    expect(server.chats.map((chat) => chat.max_tokens)).toEqual([undefined, 16_384]);
  });

  it("asks again without a temperature when the model takes none, and no longer reports one", async () => {
    const rejection = { error: { message: "Unsupported value: 'temperature' does not support 0 with this model." } };
    const server = await startOpenAiServer([failsWith(400, rejection), says("A"), says("B")]);
    const judge = await createOpenAiJudge("test-model", { baseUrl: `${server.url}/v1`, temperature: 0 });
    expect(judge.temperature).toBe(0);
    await judge.reply({ messages: HELLO });
    await judge.reply({ messages: HELLO });
    expect(judge.temperature).toBeNull();
    expect(server.chats.map((chat) => chat.temperature)).toEqual([0, undefined, undefined]);
  });
});

describe("the package that builds the requests", () => {
  it("goes by no name of a model, reads nothing from the environment, and adds no header", async () => {
    const variables = {
      OPENAI_API_KEY: "sk-other",
      OPENAI_BASE_URL: "http://192.0.2.1",
      OPENAI_ORG_ID: "org",
      OPENAI_PROJECT_ID: "project",
      OPENAI_ORGANIZATION: "org",
      OPENAI_LOG: "debug",
      LANGSMITH_GATEWAY: "true",
    };
    const printed = vi.spyOn(console, "debug").mockReturnValue();
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    const server = await startOpenAiServer([says("A"), says("B")]);
    const options = { baseUrl: `${server.url}/v1`, maxTokens: 99, seed: 7, temperature: 0 };
    const messages: ChatMessage[] = [{ role: "system", text: "Rules." }, ...HELLO];
    for (const name of ["test-model", "gpt-5.1-codex"]) {
      const judge = await createOpenAiJudge(name, options);
      await judge.reply({ messages });
    }
    vi.unstubAllEnvs();
    const [plain, reasoning] = server.chats;
    expect(reasoning).toEqual({ ...plain, model: "gpt-5.1-codex" });
    expect(plain).toEqual({
      model: "test-model",
      messages: [
        { role: "system", content: "Rules." },
        { role: "user", content: "Hello" },
      ],
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 99,
      seed: 7,
      temperature: 0,
    });
    const [headers] = server.requests.flatMap((each) => (each.path === "/v1/chat/completions" ? [each.headers] : []));
    expect(Object.keys(headers ?? {}).filter((name) => /authorization|openai|stainless|langchain/.test(name))).toEqual(
      [],
    );
    expect(printed).not.toHaveBeenCalled();
    printed.mockRestore();
  });
});

describe("patience", () => {
  it.each([
    [
      "over the rate limit, with a retry-after",
      failsWith(429, { error: { message: "slow" } }, { "retry-after": "0.01" }),
    ],
    ["over the rate limit, without a header", failsWith(429, { error: { message: "slow down" } })],
    ["failing inside", failsWith(503, "<html>busy</html>", { "content-type": "text/html" })],
    ["breaking off the connection", drops],
  ])("asks again when the server is %s", async (_case, fault) => {
    const { ask, server } = await judgeOf([fault, fault, says("There you are")]);
    expect((await ask()).text).toBe("There you are");
    expect(server.chats).toHaveLength(3);
  });

  it.each([
    [
      "limits the rate for good",
      failsWith(429, { error: { message: "slow down" } }),
      3,
      /limits how often .* less often/,
    ],
    ["wants a pause longer than is waited", failsWith(429, {}, { "retry-after": "3600" }), 1, /wants 3600 s of pause/],
    [
      "has no quota left",
      failsWith(429, { error: { message: "x", code: "insufficient_quota" } }),
      1,
      /quota is used up/,
    ],
    [
      "does not know the model",
      failsWith(404, { error: { message: "no such model" } }),
      1,
      /has no model "test-model"/,
    ],
    ["fails for good", failsWith(500, { error: { message: "out of memory" } }), 3, /status 500 \("out of memory"\)/],
    ["shows a login page", html(), 1, /answered with a web page instead of JSON/],
    ["fails with a web page", html(502), 3, /failed with status 502: try again/],
    ["answers with half a JSON", failsWith(200, '{"choices": [{"mess'), 1, /cut short or malformed/],
    ["answers with 50 MB", failsWith(200, "x".repeat(50_000_000)), 1, /answered with more than 16 MB/],
    ["answers without choices", failsWith(200, { object: "chat.completion" }), 1, /JSON that is no chat completion/],
    ["breaks off every time", drops, 3, /broke off the connection/],
    [
      "finds the conversation too long",
      failsWith(400, { error: { message: "x", code: "context_length_exceeded" } }),
      1,
      /longer than "test-model" can read/,
    ],
  ])("says it in one sentence when the server %s", async (_case, fault, requests, sentence) => {
    const { ask, server } = await judgeOf([fault, fault, fault, fault]);
    const error = await ask().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProviderError);
    expect((error as Error).message).toMatch(sentence);
    expect((error as Error).message).toContain(server.url);
    expect(server.chats).toHaveLength(requests);
  });

  it("gives up on an answer that is cut off twice", async () => {
    const { ask } = await judgeOf([cutOff("The"), cutOff("The answer")]);
    await expect(ask()).rejects.toThrow(/cut off the answer of "test-model" at its token limit, twice/);
  });

  it("gives up on a server that never answers", async () => {
    const { ask, server } = await judgeOf([hangs], { timeoutMs: 150 });
    await expect(ask()).rejects.toThrow(/gave no complete answer within/);
    await server.abandoned;
  });

  it("hangs no listener on the signal that all calls of a run share, as Node warns of eleven", async () => {
    const { signal } = new AbortController();
    let listeners = -1;
    const script = () => {
      listeners = getEventListeners(signal, "abort").length;
      return says("Here");
    };
    const server = await startOpenAiServer(script);
    const judge = await createOpenAiJudge("test-model", { baseUrl: `${server.url}/v1` });
    expect((await judge.reply({ messages: HELLO }, signal)).text).toBe("Here");
    expect(listeners).toBe(0);
  });

  it("lets go of a hanging server at once when aborted", async () => {
    const { ask, server } = await judgeOf([hangs]);
    const controller = new AbortController();
    const left = expect(ask(controller.signal)).rejects.toThrow();
    await expect.poll(() => server.chats).toHaveLength(1);
    controller.abort(new Error("the user left"));
    await left;
    await server.abandoned;
    expect(server.chats).toHaveLength(1);
  });
});

describe("what failed", () => {
  const half = 'data: {"choices":[{"delta":{"content":"{"}}]}\n\n';
  const usage = { prompt_tokens: 70, completion_tokens: 5 };
  const lost = failsWith(200, { error: { message: "x" }, usage });
  const estimate = { input: 2, output: null, estimated: 2 };

  it.each([
    ["a call that was given up on", [hangs], { timeoutMs: 150 }, estimate],
    ["a connection that broke off", [drops, drops, drops], {}, { input: 6, output: null, estimated: 6 }],
    ["what the server counted before its errors", [lost, lost, lost], {}, { input: 210, output: 15 }],
    [
      "an answer that was withheld",
      [failsWith(200, { choices: [{ finish_reason: "content_filter", message: {} }], usage })],
      {},
      { input: 70, output: 5 },
    ],
    ["a refusal, which costs nothing", [failsWith(400, { error: { message: "no" } })], {}, null],
  ] as const)("is paid for: %s", async (_case, script, options, spent) => {
    const { ask } = await judgeOf(script, options);
    const error = await ask().catch((thrown: unknown) => thrown);
    expect((error as ProviderError).spent).toEqual(spent);
  });

  it("counts with the answer that came after it", async () => {
    const broken = failsWith(200, half, { "content-type": "text/event-stream" });
    const { ask } = await judgeOf([broken, says("There you are")]);
    expect((await ask()).tokens).toEqual({ input: 102, output: 20, estimated: 2 });
  });

  it("counts with an answer that was cut off before it", async () => {
    const { ask } = await judgeOf([cutOff("The"), failsWith(400, { error: { message: "no" } })]);
    await expect(ask()).rejects.toMatchObject({ spent: { input: 100, output: 20 } });
  });
});

describe("what a server does not take", () => {
  it.each([
    ["tools", "This model does not support tools"],
    ["tools", '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'],
    ["tools", "No endpoints found that support tool use"],
    ["images", "No endpoints found that support image input"],
    ["images", "test-model is not a multimodal model, unsupported"],
    ["images", "unknown variant `image_url`, expected `text`"],
    ["images", "image input is not supported - hint: if this is unexpected, you may need to provide the mmproj"],
    ["schema", "response_format type json_schema is not supported"],
    ["schema", "json mode cannot be combined with tool/function calling"],
  ])("is recognised as %s: %s", async (feature, message) => {
    const { ask } = await judgeOf([failsWith(400, { error: { message } })]);
    await expect(ask()).rejects.toMatchObject({ rejects: feature, retryable: false });
  });

  it("is not read into an ordinary refusal", async () => {
    const { ask } = await judgeOf([failsWith(400, { error: { message: "Your organization is blocked" } })]);
    await expect(ask()).rejects.toMatchObject({ rejects: undefined, status: 400 });
  });
});

describe("connecting", () => {
  it("reads what a compatible server declares of its models", async () => {
    const models = [
      "silent",
      { id: "router", supported_parameters: ["tools"], architecture: { input_modalities: ["text", "image"] } },
      { id: "mistral", capabilities: { function_calling: false, vision: true } },
      { id: "studio", type: "llm", capabilities: ["tool_use"] },
      { id: "odd", capabilities: 7, supported_parameters: "all" },
    ];
    const server = await startOpenAiServer([], { models });
    const capabilitiesOf = async (name: string) =>
      (await createOpenAiJudge(name, { baseUrl: `${server.url}/v1` })).capabilities;
    expect(await capabilitiesOf("silent")).toMatchObject({ tools: true, vision: true });
    expect(await capabilitiesOf("router")).toMatchObject({ tools: true, vision: true });
    expect(await capabilitiesOf("mistral")).toMatchObject({ tools: false, vision: true });
    expect(await capabilitiesOf("studio")).toMatchObject({ tools: true, vision: false });
    expect(await capabilitiesOf("odd")).toMatchObject({ tools: true, vision: true });
  });

  it("does without a list of models", async () => {
    const server = await startOpenAiServer([says("Here")], { models: null });
    const judge = await createOpenAiJudge("any", { baseUrl: `${server.url}/v1` });
    expect((await judge.reply({ messages: HELLO })).text).toBe("Here");
  });

  it("names near models when there is none of that name", async () => {
    const server = await startOpenAiServer([failsWith(404, { error: { message: "unknown model" } })], {
      models: ["gpt-4.1", "gpt-4.1-mini", "whisper"],
    });
    const judge = await createOpenAiJudge("gpt-4l", { baseUrl: `${server.url}/v1` });
    await expect(judge.reply({ messages: HELLO })).rejects.toThrow('Did you mean "gpt-4.1"');
  });

  it("says that nobody answers, before anything is sent", async () => {
    const server = await startOpenAiServer([]);
    await server.close();
    await expect(createOpenAiJudge("m", { baseUrl: `${server.url}/v1` })).rejects.toThrow(
      /cannot be reached \(ECONNREFUSED\): start it, or check --base-url or OPENAI_BASE_URL/,
    );
  });

  it("counts a server on this machine as local and any other as remote", async () => {
    const server = await startOpenAiServer([]);
    expect((await createOpenAiJudge("m", { baseUrl: `${server.url}/v1` })).remote).toBe(false);
  });

  it("wants a key for OpenAI itself, and an address for any other", async () => {
    await expect(createOpenAiJudge("gpt-4.1")).rejects.toThrow(ConfigurationError);
    await expect(createOpenAiJudge("m", { baseUrl: "localhost:8080" })).rejects.toThrow(/must be an address/);
  });
});

describe("the key", () => {
  it("is refused in one sentence, before anything is sent, and never repeated", async () => {
    const server = await startOpenAiServer([], { key: "sk-another" });
    const refused = createOpenAiJudge("m", { baseUrl: `${server.url}/v1`, apiKey: KEY });
    await expect(refused).rejects.toThrow(/refused the key: check OPENAI_API_KEY/);
    const error = await refused.catch((thrown: unknown) => thrown);
    expect(everythingIn(error)).not.toContain(KEY);
  });

  it.each([
    [401, wrongKeyBody(`Bearer ${KEY}`)],
    [400, { error: { message: `Header Authorization: Bearer ${KEY} is odd` } }],
    [500, { error: { message: `crashed with ${KEY}` } }],
  ])("never stands in an error for status %d", async (status, body) => {
    const reply = failsWith(status, body);
    const { ask } = await judgeOf([reply, reply, reply]);
    const error = await ask().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProviderError);
    expect(everythingIn(error)).not.toContain(KEY);
    expect(everythingIn(error)).not.toContain("0123456789");
  });
});

/** Message, stack and fields of an error and of its causes. */
function everythingIn(error: unknown): string {
  const seen: unknown[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    seen.push(cause.message, cause.stack, JSON.stringify(cause));
  }
  return seen.join("\n");
}

it("answers JSON to a schema", async () => {
  const { askJson, server } = await judgeOf([saysJson({ a: 1 })]);
  expect((await askJson()).text).toBe('{"a":1}');
  expect(server.chats[0]?.response_format).toEqual({ type: "json_schema", json_schema: { ...THING, strict: true } });
});
