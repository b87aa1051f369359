import { describe, expect, it } from "vitest";
import { anthropicProvider } from "../../../src/adapters/anthropic/anthropic-provider.ts";
import { googleProvider } from "../../../src/adapters/google/google-provider.ts";
import { throughLangChain } from "../../../src/adapters/langchain/through-langchain.ts";
import type { ModelOptions } from "../../../src/adapters/model-provider.ts";
import { ConfigurationError, ProviderError } from "../../../src/domain/errors.ts";
import type { ChatMessage, JudgeModel } from "../../../src/ports/chat-model.ts";
import { testJudgeModel } from "../../contract/judge-model.ts";
import { startAnthropicServer, startGeminiServer } from "../../support/cloud-servers.ts";
import {
  calls,
  callsAll,
  cutOff,
  drops,
  failsWith,
  hangs,
  html,
  type ModelServer,
  refuses,
  type Script,
  says,
  saysJson,
  type WireBody,
} from "../../support/model-server.ts";
import { carefulJudgment } from "../../support/scripted-judge.ts";

const KEY = "sk-ant-0123456789abcdef";
const QUICK = { tries: 3, firstWaitMs: 1, longestWaitMs: 50 };
const HELLO: ChatMessage[] = [
  { role: "system", text: "Be exact." },
  { role: "user", parts: [{ type: "text", text: "Hello" }] },
];
const THING = {
  name: "thing",
  description: "A thing",
  schema: {
    type: "object",
    properties: { a: { type: "number", minimum: 0 } },
    required: ["a"],
    additionalProperties: false,
  },
};
const TOOL = {
  name: "measure_face",
  description: "Measures.",
  parameters: {
    type: "object",
    properties: { faceId: { type: "string" } },
    required: ["faceId"],
    additionalProperties: false,
  },
};
const VIEW = { mimeType: "image/png" as const, data: Buffer.from("pixels"), widthPx: 2, heightPx: 1, caption: "all" };

const CLOUDS = {
  anthropic: {
    provider: anthropicProvider,
    start: startAnthropicServer,
    model: "claude-test",
    key: "ANTHROPIC_API_KEY",
  },
  google: { provider: googleProvider, start: startGeminiServer, model: "gemini-test", key: "GEMINI_API_KEY" },
} as const;
type Cloud = keyof typeof CLOUDS;
const BOTH = Object.keys(CLOUDS) as Cloud[];

async function opened(
  cloud: Cloud,
  script: Script,
  options: ModelOptions & { listed?: { model: object | null } } = {},
) {
  const { provider, start, model } = CLOUDS[cloud];
  const { listed, ...rest } = options;
  const server = await start(script, listed);
  const judge = await provider.open(model, { env: {}, baseUrl: server.url, apiKey: KEY, retries: QUICK, ...rest });
  return { server, judge, ask: (signal?: AbortSignal) => judge.reply({ messages: HELLO }, signal) };
}

/** What was sent, in the words of its own protocol. */
const sent = ({ chats }: ModelServer, index = -1) => chats.at(index) as unknown as Record<string, unknown>;

const script = (asked: WireBody, index: number) =>
  index === 0 ? calls("measure_face", { faceId: "F1" }) : saysJson(carefulJudgment(asked));
for (const cloud of BOTH) testJudgeModel(cloud, async () => (await opened(cloud, script)).judge);

describe.each(BOTH)("%s", (cloud) => {
  it("answers with text, tokens, those from its cache, and what it ran", async () => {
    const { ask, judge } = await opened(cloud, [says("Good day")]);
    expect(await ask()).toMatchObject({
      text: "Good day",
      tokens: { input: 100, output: 20, cached: 60 },
      fingerprint: cloud === "google" ? "gemini-test-001" : "claude-test-20260101",
    });
    expect(judge.capabilities).toMatchObject({ tools: true, vision: true, structuredOutput: "without-tools" });
    expect(judge.capabilities.contextTokens).toBe(cloud === "google" ? 1_048_576 : 200_000);
  });

  it("needs a key, which is named", async () => {
    const { provider, model, key } = CLOUDS[cloud];
    await expect(provider.open(model, { env: {} })).rejects.toThrow(`needs a key: set ${key}`);
  });

  it("is asked for consent before anything is sent", async () => {
    const { provider, model } = CLOUDS[cloud];
    const consent = async (server: string) => {
      throw new ConfigurationError(`no leave for ${server}`);
    };
    await expect(provider.open(model, { env: {}, apiKey: KEY, consent })).rejects.toThrow(/no leave for https:\/\//);
  });

  it("says which model may have been meant", async () => {
    const { provider, start, model } = CLOUDS[cloud];
    const server = await start([], { model: null });
    const open = provider.open(model.replace("test", "tset"), { env: {}, baseUrl: server.url, apiKey: KEY });
    await expect(open).rejects.toThrow(`has no model "${model.replace("test", "tset")}". Did you mean "${model}"?`);
  });

  it("goes on where a gateway keeps no list", async () => {
    const { judge } = await opened(cloud, [], { listed: { model: {} } });
    expect(judge.capabilities).toMatchObject({ structuredOutput: "without-tools", contextTokens: null });
  });

  it.each([
    ["a stop at a safety filter", refuses("I cannot"), /withheld the answer of ".+": its content filter/],
    [
      "a refused key",
      failsWith(401, { error: { type: "authentication_error", message: `bad ${KEY}` } }),
      /refused the key: check/,
    ],
    ["an answer of something else", saysOther({ ok: true }), /answered with JSON that is no answer of its API/],
    ["a web page", html(), /answered with a web page instead of JSON/],
    [
      "a success that is none",
      saysOther({ error: { message: "upstream is gone" } }),
      /gave no answer \("upstream is gone"\)/,
    ],
  ])("tells in one sentence: %s", async (_what, reply, sentence) => {
    const { ask } = await opened(cloud, () => reply);
    const error = await ask().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProviderError);
    expect((error as Error).message).toMatch(sentence);
    expect(JSON.stringify([error, String((error as Error).stack)])).not.toContain(KEY);
  });

  it("is asked again as long as it wants, by us alone", async () => {
    const { ask, server } = await opened(cloud, [
      failsWith(429, {}, { "retry-after": "0" }),
      failsWith(529, {}),
      drops,
      says("Now"),
    ]);
    const patient = await opened(cloud, [failsWith(429, {}, { "retry-after": "3600" })]);
    await expect(patient.ask()).rejects.toThrow(/it wants 3600 s of pause/);
    await expect(ask()).rejects.toThrow(/broke off/);
    expect(server.chats).toHaveLength(QUICK.tries);
  });

  it("is given up after its time, and when nobody waits", async () => {
    const { ask } = await opened(cloud, [hangs, hangs], { timeoutMs: 100 });
    await expect(ask()).rejects.toThrow(/gave no complete answer within 0 s/);
    const stop = new AbortController();
    const { ask: patient, server } = await opened(cloud, [hangs]);
    const waiting = patient(stop.signal);
    await expect.poll(() => server.chats.length).toBe(1);
    stop.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    await server.abandoned;
  });

  it("is given more room once when an answer was cut off", async () => {
    const { ask, server } = await opened(cloud, [cutOff("half"), says("whole")], { maxTokens: 50 });
    expect(await ask()).toMatchObject({ text: "whole", tokens: { input: 200, output: 40 } });
    const room = server.chats.map((body) => JSON.stringify(body).match(/max(?:_t|OutputT)okens":(\d+)/)?.[1]);
    expect(room).toEqual(["50", "32768"]);
  });

  it("is held to a schema, and shown images", async () => {
    const { judge, server } = await opened(cloud, [saysJson({ a: 1 })], { temperature: 0, seed: 7 });
    const parts = [
      { type: "text" as const, text: "Look." },
      { type: "image" as const, view: VIEW },
    ];
    expect((await judge.reply({ messages: [{ role: "user", parts }], answer: THING })).text).toBe('{"a":1}');
    const image = VIEW.data.toString("base64");
    // What the API has no field for is not reported as if it had been sent.
    expect([judge.temperature, judge.seed]).toEqual([0, cloud === "anthropic" ? null : 7]);
    if (cloud === "anthropic") {
      const format = { type: "json_schema", schema: { type: "object", required: ["a"], additionalProperties: false } };
      expect(sent(server)).toMatchObject({ temperature: 0, output_config: { format } });
      expect(JSON.stringify(sent(server))).not.toContain('"minimum"');
      const [{ content }] = sent(server).messages as [{ content: object[] }];
      expect(content).toContainEqual({
        type: "image",
        source: { type: "base64", media_type: "image/png", data: image },
      });
    } else {
      const generationConfig = {
        temperature: 0,
        seed: 7,
        responseMimeType: "application/json",
        responseJsonSchema: THING.schema,
      };
      expect(sent(server)).toMatchObject({ generationConfig });
      const [{ parts: said }] = sent(server).contents as [{ parts: object[] }];
      expect(said).toContainEqual({ inlineData: { mimeType: "image/png", data: image } });
    }
  });

  it("calls tools, and is told what came of it, with the images after the results", async () => {
    const { judge, server } = await opened(cloud, [
      callsAll({ name: "measure_face", args: { faceId: "F1" } }, { name: "measure_face", args: { faceId: "F2" } }),
      says("Done"),
    ]);
    const first = await judge.reply({ messages: HELLO, tools: [TOOL], mustCall: true });
    expect(first.calls.map(({ name, args }) => [name, args.faceId])).toEqual([
      ["measure_face", "F1"],
      ["measure_face", "F2"],
    ]);
    const results = first.calls.map(({ id, name }, index) => {
      return {
        role: "tool" as const,
        callId: id,
        name,
        text: `E${index}`,
        output: null,
        views: index === 1 ? [VIEW] : [],
      };
    });
    const after: ChatMessage[] = [...HELLO, { role: "assistant", text: "", calls: first.calls }, ...results];
    expect((await judge.reply({ messages: after, tools: [TOOL] })).text).toBe("Done");
    const ids = first.calls.map(({ id }) => id);
    if (cloud === "anthropic") {
      expect(sent(server, 0)).toMatchObject({
        tool_choice: { type: "any" },
        tools: [{ name: "measure_face", input_schema: TOOL.parameters }],
      });
      expect(sent(server, 0).system).toEqual([
        { type: "text", text: "Be exact.", cache_control: { type: "ephemeral" } },
      ]);
      expect(sent(server).messages).toMatchObject([
        { role: "user" },
        { role: "assistant", content: ids.map((id) => ({ type: "tool_use", id })) },
        {
          role: "user",
          content: ids.map((id, index) => ({ type: "tool_result", tool_use_id: id, content: `E${index}` })),
        },
        { role: "user", content: [{ type: "text" }, { type: "image" }] },
      ]);
    } else {
      expect(sent(server, 0)).toMatchObject({ toolConfig: { functionCallingConfig: { mode: "ANY" } } });
      expect(sent(server).contents).toMatchObject([
        { role: "user" },
        {
          role: "model",
          parts: [
            { functionCall: { name: "measure_face", args: { faceId: "F1" } }, thoughtSignature: "signed measure_face" },
            { functionCall: { name: "measure_face", args: { faceId: "F2" } } },
          ],
        },
        {
          role: "user",
          parts: [0, 1].map((index) => ({
            functionResponse: { name: "measure_face", response: { result: `E${index}` } },
          })),
        },
        { role: "user", parts: [{ text: expect.any(String) }, { inlineData: { mimeType: "image/png" } }] },
      ]);
    }
  });
});

function saysOther(body: object) {
  return failsWith(200, body);
}

it("goes without a temperature where the package knows that the model takes none", async () => {
  const server = await startAnthropicServer([says("Good day")]);
  const judge: JudgeModel = await anthropicProvider.open("claude-opus-5", {
    env: {},
    baseUrl: server.url,
    apiKey: KEY,
    temperature: 0,
    retries: QUICK,
  });
  expect((await judge.reply({ messages: HELLO })).text).toBe("Good day");
  expect([judge.temperature, server.chats.length]).toEqual([null, 1]);
});

it("offers the answer as a tool where a Claude model has no structured output", async () => {
  const model = {
    capabilities: { structured_outputs: { supported: false }, image_input: { supported: false } },
    max_tokens: 4096,
  };
  const { judge, server, ask } = await opened("anthropic", [says("Good day")], { listed: { model } });
  expect(judge.capabilities).toMatchObject({ structuredOutput: "as-tool", vision: false });
  await ask();
  expect(sent(server)).toMatchObject({ max_tokens: 4096 });
});

it("waits as long as Gemini says in the body of a 429", async () => {
  const info = { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "3600s" };
  const message = "You exceeded your current quota, please check your plan and billing details.";
  const { ask } = await opened("google", [failsWith(429, { error: { code: 429, message, details: [info] } })]);
  await expect(ask()).rejects.toThrow(/it wants 3600 s of pause/);
});

it("says that Gemini blocked the prompt, or gave a call that is none", async () => {
  const blocked = failsWith(200, { promptFeedback: { blockReason: "SAFETY" } });
  await expect((await opened("google", [blocked])).ask()).rejects.toThrow(/its content filter stepped in/);
  const broken = failsWith(200, { candidates: [{ finishReason: "MALFORMED_FUNCTION_CALL", content: {} }] });
  await expect((await opened("google", () => broken)).ask()).rejects.toThrow(/it stopped with MALFORMED_FUNCTION_CALL/);
});

it("names the package where it is not installed", async () => {
  const missing = throughLangChain({
    ...{
      name: "nobody",
      title: "Nobody",
      package: "@langchain/nobody",
      wellKnown: /^nobody/,
      keyVariables: ["NOBODY_KEY"],
    },
    ...{ addressVariable: "NOBODY_URL", address: "https://nobody.invalid" },
    vendor: async () => {
      throw new Error("it must not be loaded");
    },
  });
  const sentence =
    '"nobody:one" needs the package @langchain/nobody, which is not installed: run `npm install @langchain/nobody`';
  await expect(missing.open("one", { env: {} })).rejects.toThrow(sentence);
  expect(await missing.check({})).toMatchObject({ state: "missing", remedy: "npm install @langchain/nobody" });
});
