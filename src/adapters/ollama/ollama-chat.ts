import type { CallbackManagerForLLMRun } from "@langchain/core/callbacks/manager";
import {
  BaseChatModel,
  type BaseChatModelCallOptions,
  type BindToolsInput,
} from "@langchain/core/language_models/chat_models";
import { AIMessage, type BaseMessage } from "@langchain/core/messages";
import type { ChatResult } from "@langchain/core/outputs";
import type { ChatRequest, ChatResponse, Message, Tool, ToolCall } from "ollama";
import { faultOfTruncation, type ServerName } from "../model-server/server-fault.ts";
import { type RetryPolicy, withRetries } from "../model-server/with-retries.ts";
import { contextFor } from "./context-length.ts";
import { toOllamaMessages, toOllamaTools } from "./ollama-messages.ts";
import { ollamaClient, ollamaFault } from "./ollama-server.ts";

export interface OllamaCalls {
  readonly url: string;
  readonly name: ServerName;
  readonly model: string;
  /** What the server says the weights are, for provenance. */
  readonly digest: string | null;
  readonly temperature: number | null;
  readonly seed: number | null;
  /** Output tokens for one answer; unlimited within the context when `null`. */
  readonly maxTokens: number | null;
  /** Longest context that the model has, as the server says; `null` when it does not. */
  readonly contextLength: number | null;
  /** Fixed context length; `null` fits it to the conversation. */
  readonly numCtx: number | null;
  readonly keepAlive: string;
  readonly timeoutMs: number;
  readonly retries: RetryPolicy;
}

interface CallOptions extends BaseChatModelCallOptions {
  tools?: Tool[];
  response_format?: { json_schema: { schema: object } };
}

type Request = ChatRequest & { messages: Message[] };

/**
 * A chat model over the `ollama` package, as @langchain/ollama's drops images and formats and mistakes an abort for an
 * answer. It is a class because LangChain's chat models are extended, not wrapped.
 */
export class OllamaChat extends BaseChatModel<CallOptions> {
  readonly #calls: OllamaCalls;
  #numCtx = 0;

  constructor(calls: OllamaCalls) {
    super({ maxRetries: 0 });
    this.#calls = calls;
  }

  override _llmType(): string {
    return "ollama";
  }

  override bindTools(tools: BindToolsInput[], kwargs?: Partial<CallOptions>) {
    return this.withConfig({ ...kwargs, tools: toOllamaTools(tools) });
  }

  override async _generate(
    messages: BaseMessage[],
    options: this["ParsedCallOptions"],
    _run?: CallbackManagerForLLMRun,
  ): Promise<ChatResult> {
    const request = this.#requestFor(toOllamaMessages(messages), options);
    const format = options.response_format?.json_schema.schema;
    const answers = await this.#answersTo(request, format, options.signal);
    const message = this.#messageOf(answers);
    return { generations: [{ text: message.text, message }] };
  }

  /**
   * A server that is given both tools and a format never calls a tool. So tools go first; only when the model calls none
   * and has not answered in the format by itself, it is asked again with the format alone.
   */
  async #answersTo(request: Request, format: object | undefined, signal?: AbortSignal): Promise<ChatResponse[]> {
    if (format === undefined) return [await this.#untruncated(request, signal)];
    const { tools = [], ...bare } = request;
    if (tools.length === 0) return [await this.#untruncated({ ...bare, format }, signal)];
    const first = await this.#untruncated(request, signal);
    if (first.message.tool_calls?.length || isJsonObject(first.message.content)) return [first];
    return [first, await this.#untruncated({ ...bare, format }, signal)];
  }

  async #untruncated(request: Request, signal?: AbortSignal): Promise<ChatResponse> {
    const answer = await this.#asked(request, signal);
    if (answer.done_reason !== "length") return answer;
    const roomier = { ...request.options, num_predict: -1, num_ctx: this.#moreContext() };
    const second = await this.#asked({ ...request, options: roomier }, signal);
    if (second.done_reason === "length") throw faultOfTruncation(this.#calls.name);
    return second;
  }

  #asked(request: Request, signal?: AbortSignal): Promise<ChatResponse> {
    return withRetries(() => this.#once(request, signal), this.#calls.retries, signal);
  }

  async #once(request: Request, given?: AbortSignal): Promise<ChatResponse> {
    const { url, name, timeoutMs } = this.#calls;
    const timeout = AbortSignal.timeout(timeoutMs);
    const either = given === undefined ? timeout : AbortSignal.any([given, timeout]);
    try {
      // The package turns images into base64 in place.
      const own = { ...request, messages: request.messages.map((message) => ({ ...message })) };
      return await collected(await ollamaClient(url, name, either).chat({ ...own, stream: true }));
    } catch (error) {
      throw ollamaFault(error, name, { ...(given === undefined ? {} : { given }), timeout, timeoutMs });
    }
  }

  #requestFor(messages: Message[], { tools }: this["ParsedCallOptions"]): Request {
    const { model, keepAlive, temperature, seed, maxTokens } = this.#calls;
    // It never shrinks: another context length makes the server load the model again.
    this.#numCtx = Math.max(this.#numCtx, contextFor(messages, this.#calls));
    const options = {
      num_ctx: this.#numCtx,
      ...(temperature === null ? {} : { temperature }),
      ...(seed === null ? {} : { seed }),
      ...(maxTokens === null ? {} : { num_predict: maxTokens }),
    };
    return { model, messages, keep_alive: keepAlive, options, ...(tools?.length ? { tools } : {}) };
  }

  #moreContext(): number {
    const { contextLength, numCtx } = this.#calls;
    const doubled = numCtx === null ? 2 * this.#numCtx : this.#numCtx;
    this.#numCtx = contextLength === null ? doubled : Math.min(doubled, contextLength);
    return this.#numCtx;
  }

  #messageOf(answers: readonly ChatResponse[]): AIMessage {
    const last = answers.at(-1) as ChatResponse;
    const input = answers.reduce((sum, { prompt_eval_count: count }) => sum + (count ?? 0), 0);
    const output = answers.reduce((sum, { eval_count: count }) => sum + (count ?? 0), 0);
    const { digest } = this.#calls;
    return new AIMessage({
      content: last.message.content,
      tool_calls: (last.message.tool_calls ?? []).map(toolCall),
      usage_metadata: { input_tokens: input, output_tokens: output, total_tokens: input + output },
      response_metadata: { model_name: last.model, ...(digest === null ? {} : { system_fingerprint: digest }) },
    });
  }
}

/** Ollama gives calls no ids; LangChain needs them to pair a call with its result. */
function toolCall({ function: { name, arguments: args } }: ToolCall) {
  return { type: "tool_call" as const, id: `call_${crypto.randomUUID()}`, name, args };
}

async function collected(stream: AsyncIterable<ChatResponse>): Promise<ChatResponse> {
  let content = "";
  const toolCalls: ToolCall[] = [];
  let last: ChatResponse | undefined;
  for await (const chunk of stream) {
    content += chunk.message?.content ?? "";
    toolCalls.push(...(chunk.message?.tool_calls ?? []));
    last = chunk;
  }
  if (last?.done !== true) throw new Error("Did not receive done");
  return { ...last, message: { role: "assistant", content, tool_calls: toolCalls } };
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null;
  } catch {
    return false;
  }
}
