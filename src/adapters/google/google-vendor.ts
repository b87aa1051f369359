import { AIMessage } from "@langchain/core/messages";
import { z } from "zod";
import { NO_TOKENS } from "../../domain/token-use.ts";
import type { ToolCall } from "../../ports/chat-model.ts";
import {
  type ChatModel,
  type LangChainPackage,
  overHttp,
  type ServerFetch,
  withWishes,
} from "../langchain/langchain-chat.ts";
import type { Vendor } from "../langchain/langchain-judge.ts";
import { tokensOf } from "../langchain/token-counts.ts";
import { faultInAnswer, faultOfFilter } from "../model-server/server-fault.ts";

const Count = z.number().int().positive().optional().catch(undefined);

/** GET /v1beta/models/{model}: ai.google.dev/api/models. */
const Model = z.looseObject({ inputTokenLimit: Count, outputTokenLimit: Count });
const List = z.looseObject({ models: z.array(z.looseObject({ name: z.string() })) });

/** POST /v1beta/models/{model}:generateContent: ai.google.dev/api/generate-content. */
const Part = z.looseObject({
  text: z.string().optional(),
  thought: z.boolean().optional(),
  thoughtSignature: z.string().optional(),
  functionCall: z.looseObject({ name: z.string(), args: z.record(z.string(), z.unknown()).optional() }).optional(),
});
const Candidate = z.looseObject({
  content: z.looseObject({ parts: z.array(Part).optional() }).optional(),
  finishReason: z.string().optional(),
});
const Wire = z
  .looseObject({
    candidates: z.array(Candidate).optional(),
    promptFeedback: z.looseObject({ blockReason: z.string().optional() }).optional(),
    usageMetadata: z.looseObject({}).optional(),
    modelVersion: z.string().optional(),
  })
  .refine(({ candidates, promptFeedback }) => candidates !== undefined || promptFeedback !== undefined);

export const googleVendor: Vendor = {
  headers: (key) => ({ "x-goog-api-key": key }),
  modelPath: (model) => `/v1beta/models/${encodeURIComponent(model)}`,
  listPath: "/v1beta/models?pageSize=1000",
  takesSeed: true,
  usualMaxTokens: null,
  declared(value) {
    const { data: said } = Model.safeParse(value);
    return { contextTokens: said?.inputTokenLimit, maxTokens: said?.outputTokenLimit };
  },
  names: (value) => List.parse(value).models.map(({ name }) => name.replace(/^models\//, "")),
  async use({ address, key, model, name }): Promise<LangChainPackage> {
    const { ChatGoogle } = await load();
    const signatures = createSignatures();
    return {
      exchange: overHttp(Wire, name),
      model(asked, { temperature, seed, maxTokens }, send) {
        const chat = new ChatGoogle({
          model,
          apiKey: key,
          platformType: "gai",
          endpoint: address,
          maxRetries: 0,
          apiClient: asClient(send, key),
          ...(maxTokens === null ? {} : { maxOutputTokens: maxTokens }),
          ...(temperature === null ? {} : { temperature }),
          ...(seed === null ? {} : { seed }),
        });
        return withWishes(chat, asked);
      },
      assistantMessage({ text, calls }) {
        const words = text === "" ? [] : [{ type: "text", text }];
        const content = [...words, ...calls.map((call, index) => signatures.part(call, index))];
        return new AIMessage({ content, tool_calls: calls.map((call) => ({ type: "tool_call", ...call })) });
      },
      read({ message, wire }) {
        const { candidates = [], usageMetadata, modelVersion } = Wire.parse(wire);
        const [candidate] = candidates;
        const parts = candidate?.content?.parts ?? [];
        signatures.keep(parts);
        const texts = (thought: boolean) =>
          parts.flatMap((part) => ((part.thought ?? false) === thought ? [part.text ?? ""] : [])).join("");
        return {
          ...finishOf(candidate?.finishReason ?? null, texts(false)),
          reasoning: texts(true),
          refusal: "",
          calls: (message.tool_calls ?? []).map(({ name: called, args }) => ({ name: called, args })),
          tokens: usageMetadata === undefined ? tokensOf(undefined) : tokensOf(message.usage_metadata),
          fingerprint: modelVersion ?? null,
        };
      },
      faultOf(error) {
        if (error.name === "PromptBlockedError") return faultOfFilter(name, NO_TOKENS);
        return error.name === "NoCandidatesError" ? faultInAnswer(name, "no candidates") : undefined;
      },
    };
  },
};

/** Reasons by which an answer is withheld. */
const WITHHELD = /SAFETY|RECITATION|BLOCKLIST|PROHIBITED_CONTENT|SPII/;

function finishOf(reason: string | null, text: string): { readonly content: string; readonly finish: string | null } {
  if (reason === "STOP" || reason === null) return { content: text, finish: reason === null ? null : "stop" };
  if (reason === "MAX_TOKENS") return { content: text, finish: "length" };
  if (WITHHELD.test(reason)) return { content: text, finish: "content_filter" };
  return { content: `it stopped with ${reason}`, finish: "error" };
}

const MOST_SIGNATURES = 1_000;
/** For a call that this model never made, as Google's page on thought signatures has it. */
const NO_SIGNATURE = "skip_thought_signature_validator";

/**
 * Gemini signs its calls and refuses a conversation in which a signature is missing. Our messages have none of their own, so
 * they are kept here, by what was called.
 */
function createSignatures() {
  const kept = new Map<string, string>();
  const keyOf = (name: string, args: unknown) => JSON.stringify([name, args]);
  return {
    keep(parts: readonly z.infer<typeof Part>[]): void {
      for (const { functionCall: made, thoughtSignature: signature } of parts) {
        if (made === undefined || signature === undefined) continue;
        kept.set(keyOf(made.name, made.args ?? {}), signature);
        const [oldest] = kept.keys();
        if (kept.size > MOST_SIGNATURES && oldest !== undefined) kept.delete(oldest);
      }
    },
    /** Of calls at once only the first is signed. */
    part({ name, args }: ToolCall, index: number) {
      const signature = kept.get(keyOf(name, args)) ?? (index === 0 ? NO_SIGNATURE : undefined);
      const part = { type: "functionCall", functionCall: { name, args } };
      return signature === undefined ? part : { ...part, thoughtSignature: signature };
    },
  };
}

/** The package's way to a server, in its own words. */
function asClient(send: ServerFetch, key: string) {
  return {
    hasApiKey: () => true,
    getProjectId: async () => "",
    async fetch(request: Request): Promise<Response> {
      const headers = new Headers(request.headers);
      headers.set("x-goog-api-key", key);
      return send({ url: request.url, headers, body: await request.text() });
    },
  };
}

/** The package is there only when people install it: its name is no literal, so that it compiles without. */
async function load(): Promise<{ readonly ChatGoogle: new (fields: object) => ChatModel }> {
  const installed: string = "@langchain/google";
  return import(installed);
}
