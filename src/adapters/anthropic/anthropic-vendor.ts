import { SystemMessage } from "@langchain/core/messages";
import { z } from "zod";
import { asFetch, type ChatModel, type LangChainPackage, overHttp, withWishes } from "../langchain/langchain-chat.ts";
import type { Vendor } from "../langchain/langchain-judge.ts";
import { tokensOf } from "../langchain/token-counts.ts";
import { faultOfAnswer } from "../model-server/server-fault.ts";

const Supported = z.looseObject({ supported: z.boolean() }).nullish().catch(undefined);
const Count = z.number().int().positive().nullish().catch(undefined);

/** GET /v1/models/{model}: platform.claude.com/docs/en/api/models/retrieve. */
const Model = z.looseObject({
  capabilities: z.looseObject({ image_input: Supported, structured_outputs: Supported }).nullish().catch(undefined),
  max_input_tokens: Count,
  max_tokens: Count,
});
const List = z.looseObject({ data: z.array(z.looseObject({ id: z.string() })) });

/** POST /v1/messages: platform.claude.com/docs/en/api/messages/create. */
const Wire = z.looseObject({
  type: z.literal("message"),
  content: z.array(z.looseObject({ type: z.string() })),
  model: z.string(),
  stop_reason: z.string().nullable(),
  usage: z.looseObject({}).optional(),
});

export const anthropicVendor: Vendor = {
  headers: (key) => ({ "x-api-key": key, "anthropic-version": "2023-06-01" }),
  modelPath: (model) => `/v1/models/${encodeURIComponent(model)}`,
  listPath: "/v1/models?limit=1000",
  takesSeed: false,
  usualMaxTokens: 8_192,
  declared(value) {
    const { data: said } = Model.safeParse(value);
    return {
      vision: said?.capabilities?.image_input?.supported,
      structuredOutput: said?.capabilities?.structured_outputs?.supported,
      contextTokens: said?.max_input_tokens ?? undefined,
      maxTokens: said?.max_tokens ?? undefined,
    };
  },
  names: (value) => List.parse(value).data.map(({ id }) => id),
  async use({ address, key, model, name }): Promise<LangChainPackage> {
    const { ChatAnthropic } = await load();
    return {
      exchange: overHttp(Wire, name),
      model(asked, { temperature, maxTokens, timeoutMs }, send) {
        const chat = new ChatAnthropic({
          model,
          apiKey: key,
          anthropicApiUrl: address,
          maxRetries: 0,
          ...(maxTokens === null ? {} : { maxTokens }),
          ...(temperature === null ? {} : { temperature }),
          // With a time of its own the SDK does not insist on a stream for long answers.
          clientOptions: { timeout: timeoutMs + 60_000, fetch: asFetch(send) },
        });
        return withWishes(chat, asked);
      },
      // Tools and instructions are the same in every request: what they cost is paid once in five minutes.
      systemMessage: (text) =>
        new SystemMessage({ content: [{ type: "text", text, cache_control: { type: "ephemeral" } }] }),
      read({ message, wire }) {
        const { model: ran, stop_reason: stopped, usage } = Wire.parse(wire);
        if (stopped === "model_context_window_exceeded") throw tooLong(name);
        return {
          content: message.text,
          reasoning: "",
          refusal: "",
          calls: (message.tool_calls ?? []).map(({ name: called, args }) => ({ name: called, args })),
          finish: stopped === "refusal" ? "content_filter" : stopped,
          tokens: usage === undefined ? tokensOf(undefined) : tokensOf(message.usage_metadata),
          fingerprint: ran,
        };
      },
    };
  },
};

const tooLong = (name: Parameters<typeof faultOfAnswer>[0]) =>
  faultOfAnswer(name, {
    status: 400,
    message: "context window",
    code: "context_length_exceeded",
    retryAfterMs: undefined,
  });

/** The package is there only when people install it: its name is no literal, so that it compiles without. */
async function load(): Promise<{ readonly ChatAnthropic: new (fields: object) => ChatModel }> {
  const installed: string = "@langchain/anthropic";
  return import(installed);
}
