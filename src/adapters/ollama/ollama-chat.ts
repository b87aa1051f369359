import type { ChatResponse, Message, ChatRequest as OllamaRequest, Tool } from "ollama";
import { z } from "zod";
import { ProviderError } from "../../domain/errors.ts";
import type { ChatMessage, ChatRequest } from "../../ports/chat-model.ts";
import type { RawReply } from "../model-server/chat-reply.ts";
import { wireParts } from "../model-server/conversation-shape.ts";
import { faultInAnswer, faultOfConnection, faultOfProtocol, type ServerName } from "../model-server/server-fault.ts";
import type { CallSettings, ChatProtocol } from "../model-server/server-model.ts";
import { askOllama } from "./ollama-server.ts";

interface OllamaCalls {
  readonly url: string;
  readonly name: ServerName;
  readonly model: string;
  /** What the server says the weights are, for provenance. */
  readonly digest: string | null;
  /** Longest context that the model has, as the server says; `null` when it does not. */
  readonly contextLength: number | null;
  /** Fixed context length; `null` fits it to the conversation. */
  readonly numCtx: number | null;
  readonly keepAlive: string;
  /** Whether, or how long, the model thinks before it answers; its thoughts are then had apart. */
  readonly thinks: boolean | "low" | "medium" | "high";
}

/** Ollama's own chat protocol: only there the context length, the schema and thinking can be set. */
export function ollamaChat(calls: OllamaCalls): ChatProtocol {
  const { url, name } = calls;
  let numCtx = 0;
  return {
    async ask(asked, settings, signal) {
      // It never shrinks: another context length makes the server load the model again.
      const needed = contextFor(asked, settings, calls);
      // An answer without a limit was cut off before: it gets twice the room, as far as the model has it.
      const roomier = settings.maxTokens === -1 && calls.numCtx === null ? 2 * numCtx : needed;
      numCtx = Math.max(numCtx, Math.min(Math.max(needed, roomier), calls.contextLength ?? Number.POSITIVE_INFINITY));
      const request = requestOf(asked, settings, { ...calls, numCtx });
      const sending = { url, name, timeoutMs: settings.timeoutMs, onSent: asked.onSent, check: chunksIn(name), signal };
      const chunks = await askOllama(sending, async (client) => {
        const said: ChatResponse[] = [];
        for await (const chunk of await client.chat(request)) said.push(chunk);
        return said;
      });
      return replyIn(chunks, calls);
    },
  };
}

function requestOf(
  { messages, tools = [], answer }: ChatRequest,
  { temperature, seed, maxTokens, without }: CallSettings,
  { model, keepAlive, thinks, numCtx }: Omit<OllamaCalls, "numCtx"> & { readonly numCtx: number },
): OllamaRequest & { stream: true } {
  const options = {
    num_ctx: numCtx,
    ...(temperature === null ? {} : { temperature }),
    ...(seed === null ? {} : { seed }),
    ...(maxTokens === null ? {} : { num_predict: maxTokens }),
  };
  return {
    model,
    messages: messages.map(ollamaMessage),
    stream: true,
    keep_alive: keepAlive,
    options,
    ...(thinks !== false && !without.has("thinking") ? { think: thinks } : {}),
    ...(tools.length === 0 ? {} : { tools: tools.map((each) => ({ type: "function", function: each }) as Tool) }),
    ...(answer === undefined ? {} : { format: answer.schema }),
  };
}

/** One message each, words joined, images beside them. */
function ollamaMessage(message: ChatMessage): Message {
  switch (message.role) {
    case "system":
      return { role: "system", content: message.text };
    case "tool":
      return { role: "tool", tool_name: message.name, content: message.text };
    case "assistant": {
      const calls = message.calls.map(({ name, args }) => ({ function: { name, arguments: args } }));
      return { role: "assistant", content: message.text, ...(calls.length === 0 ? {} : { tool_calls: calls }) };
    }
    case "user": {
      const pieces = wireParts(message.parts, (base64) => ({ base64 }));
      const images = pieces.flatMap((piece) => (typeof piece === "string" ? [] : [piece.base64]));
      const content = pieces.filter((piece) => typeof piece === "string").join("\n\n");
      return { role: "user", content, ...(images.length === 0 ? {} : { images }) };
    }
  }
}

const Chunk = z.looseObject({
  message: z
    .looseObject({
      content: z.string().nullish(),
      thinking: z.string().nullish(),
      tool_calls: z.array(z.looseObject({ function: z.looseObject({ name: z.string() }) })).nullish(),
    })
    .nullish(),
  done: z.boolean().nullish(),
  error: z.unknown().optional(),
});

/** What the package is given to read: it would take a stream that broke off for one of its own faults, and drop codes. */
const chunksIn = (name: ServerName) => (events: readonly unknown[]) => {
  const chunks = events.map((event) => {
    const chunk = Chunk.safeParse(event);
    if (!chunk.success) throw faultOfProtocol(name, "JSON that is no answer of Ollama's");
    const { error, ...said } = chunk.data;
    // A failure in mid-stream is a line of its own.
    if (error != null) throw faultInAnswer(name, error);
    return said;
  });
  if (chunks.at(-1)?.done !== true) throw faultOfConnection(name, undefined, "answering");
  return chunks;
};

/** What older servers and gateways leave out is `undefined` or `null`, whatever the package's types say. */
function replyIn(chunks: readonly Partial<ChatResponse>[], { digest }: OllamaCalls): RawReply {
  const last = chunks.at(-1);
  const messages = chunks.flatMap(({ message }) => message ?? []);
  return {
    content: messages.map(({ content }) => content ?? "").join(""),
    reasoning: messages.map(({ thinking }) => thinking ?? "").join(""),
    refusal: "",
    calls: messages.flatMap(({ tool_calls: calls }) =>
      (calls ?? []).map(({ function: made }) => ({ name: made.name, args: made.arguments })),
    ),
    finish: last?.done_reason ?? null,
    tokens: { input: last?.prompt_eval_count ?? null, output: last?.eval_count ?? null },
    fingerprint: [last?.model, digest].filter((part) => part != null).join(" ") || null,
  };
}

/** Context to start with: room for the instructions, one image, the evidence of a few faces and a judgment. */
const USUAL_CONTEXT = 16_384;
const STEP = 8_192;
/** Room for a judgment after the prompt. */
const ANSWER_TOKENS = 4_096;
/** Vision models spend 256 to 2 900 tokens on an image (LLaVA 576 a tile, Qwen-VL up to 1 280 at our size). */
const IMAGE_TOKENS = 1_500;
/** Evidence comes to 2.4 characters a token, prose to four. */
const FEWEST_CHARACTERS_PER_TOKEN = 2.4;
const MOST_CHARACTERS_PER_TOKEN = 6;

/**
 * Context length, in tokens, that this conversation needs. Ollama cuts longer conversations silently, at the front,
 * where the rules are.
 *
 * @throws {ProviderError} if it certainly does not fit the model or the fixed length.
 */
function contextFor(
  { messages, tools = [] }: ChatRequest,
  { maxTokens }: Pick<CallSettings, "maxTokens">,
  { contextLength, numCtx, name }: OllamaCalls,
): number {
  const characters = JSON.stringify([messages.map(wordsOfMessage), tools]).length;
  const images = messages.flatMap((each) => (each.role === "user" ? each.parts : [])).filter(isImage).length;
  const limit = numCtx ?? contextLength;
  if (limit !== null && characters / MOST_CHARACTERS_PER_TOKEN > limit) {
    const length = Math.round(characters / MOST_CHARACTERS_PER_TOKEN);
    const sentence = `cannot read a conversation of more than ${length} tokens with "${name.model}", which reads ${limit}`;
    throw new ProviderError(`${name.server} ${sentence}: use a model with a longer context`, { retryable: false });
  }
  if (numCtx !== null) return numCtx;
  const needed =
    characters / FEWEST_CHARACTERS_PER_TOKEN + images * IMAGE_TOKENS + Math.max(ANSWER_TOKENS, maxTokens ?? 0);
  const rounded = Math.max(USUAL_CONTEXT, Math.ceil(needed / STEP) * STEP);
  return contextLength === null ? rounded : Math.min(rounded, contextLength);
}

function wordsOfMessage(message: ChatMessage): unknown {
  if (message.role === "user") return message.parts.map((part) => (part.type === "text" ? part.text : ""));
  return message.role === "assistant" ? [message.text, message.calls] : message.text;
}

function isImage({ type }: { readonly type: string }): boolean {
  return type === "image";
}
