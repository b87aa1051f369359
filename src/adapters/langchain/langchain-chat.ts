import { AIMessage, type BaseMessage, HumanMessage, SystemMessage, ToolMessage } from "@langchain/core/messages";
import * as undici from "undici";
import type { z } from "zod";
import { KuleshovError, ProviderError } from "../../domain/errors.ts";
import type { PromptPart } from "../../domain/prompt.ts";
import { forbidTracing } from "../../platform/forbid-tracing.ts";
import type { ChatMessage, ChatRequest, ChatTool } from "../../ports/chat-model.ts";
import type { RawReply } from "../model-server/chat-reply.ts";
import { wireParts } from "../model-server/conversation-shape.ts";
import { fetchEvents } from "../model-server/http-events.ts";
import { faultInAnswer, faultOfProtocol, type ServerName } from "../model-server/server-fault.ts";
import type { CallSettings, ChatProtocol } from "../model-server/server-model.ts";

/** A request as a package built it. */
interface BuiltRequest {
  readonly url: string;
  readonly headers: Iterable<[string, string]>;
  readonly body: string;
}

/** Sends one request of a package's, our way: our faults, our patience, nothing to another host. */
export type ServerFetch = (request: BuiltRequest) => Promise<Response>;

/** For what, and how long, a request is sent. */
export interface SentCall {
  readonly settings: CallSettings;
  readonly onSent: ChatRequest["onSent"];
  readonly signal: AbortSignal | undefined;
}

/** A message of the assistant's, as a package hands it back, and the answer on the wire that it was made from. */
export interface Answered {
  readonly message: AIMessage;
  readonly wire: unknown;
}

/** How one of LangChain's packages is used. */
export interface LangChainPackage {
  /** Its chat model for one call. Its own tries are off, and what it would read from the environment is given. */
  model(asked: ChatRequest, settings: CallSettings, send: ServerFetch): Invocable | Promise<Invocable>;
  /** Sends what it built, and gives the answer on the wire. @throws {ProviderError} for everything but an answer. */
  exchange(request: BuiltRequest, call: SentCall): Promise<unknown>;
  /** What it is given to read; the answer as JSON by default. */
  readonly handed?: string;
  /** The instructions, and a message of the assistant's, where they are more than words and calls. */
  readonly systemMessage?: (text: string) => SystemMessage;
  readonly assistantMessage?: (message: Extract<ChatMessage, { role: "assistant" }>) => AIMessage;
  read(answered: Answered): RawReply;
  /** What the package's own error means; `undefined` when it is none that is known. */
  faultOf?(error: Error): ProviderError | undefined;
}

/** What is used of LangChain's chat models; each package has its own class, which is known only when it is installed. */
interface Invocable {
  invoke(messages: BaseMessage[], options: { readonly signal?: AbortSignal | undefined }): Promise<unknown>;
}
export interface ChatModel extends Invocable {
  bindTools(tools: readonly object[], options: object): Invocable;
  withStructuredOutput(schema: object, options: object): Invocable;
}

/** A model behind one of LangChain's packages. Trying again is left to us, as everywhere. */
export function overLangChain(used: LangChainPackage, name: ServerName): ChatProtocol {
  return {
    async ask(asked, settings, signal) {
      forbidTracing();
      let wire: unknown;
      // Packages wrap what is thrown in there, or put an error of their own in its place.
      let ours: unknown;
      const model = await used.model(asked, settings, async (request) => {
        try {
          wire = await used.exchange(request, { settings, onSent: asked.onSent, signal });
        } catch (error) {
          ours = error;
          throw error;
        }
        const handed = used.handed ?? JSON.stringify(wire);
        // Not Node's own, which loads another copy of undici: that alone takes longer than building the request.
        const response = new undici.Response(handed, { headers: { "content-type": "application/json" } });
        return response as unknown as Response;
      });
      try {
        // LangChain listens to it once a step: dozens of calls at once would have Node warn of a leak in the user's own.
        const own = signal && AbortSignal.any([signal]);
        const said = await model.invoke(langChainMessages(asked.messages, used), { signal: own });
        return used.read({ message: messageIn(said), wire });
      } catch (error) {
        signal?.throwIfAborted();
        throw ours ?? faultIn(error, used, name);
      }
    },
  };
}

/** Over HTTP. `Wire` is what an answer looks like at least, for whatever else answers at this address. */
export function overHttp(Wire: z.ZodType, name: ServerName): LangChainPackage["exchange"] {
  return async ({ url, headers, body }, { settings: { timeoutMs }, onSent, signal }) => {
    const request = { url, headers: Object.fromEntries(headers), body: JSON.parse(body), timeoutMs, onSent };
    const [wire] = await fetchEvents(request, name, signal);
    refuseFailure(wire, Wire, name);
    return wire;
  };
}

/** The SDKs of OpenAI and Anthropic give an address and a request's parts. */
export function asFetch(send: ServerFetch) {
  return (url: string | URL | Request, init: { readonly headers?: unknown; readonly body?: unknown } = {}) =>
    send({
      url: String(url),
      headers: new undici.Headers(init.headers as undici.HeadersInit),
      body: String(init.body),
    });
}

/** A success by its status that says it is none, or that comes from something else. */
function refuseFailure(wire: unknown, Wire: z.ZodType, name: ServerName): void {
  if (typeof wire === "object" && wire !== null && "error" in wire && wire.error != null) {
    throw faultInAnswer(name, wire);
  }
  if (!Wire.safeParse(wire).success) throw faultOfProtocol(name, "JSON that is no answer of its API");
}

/** A model that is asked for an answer to a schema, or given tools. */
export function withWishes(model: ChatModel, { tools = [], mustCall, answer }: ChatRequest): Invocable {
  if (answer !== undefined) {
    const { schema, name } = answer;
    return model.withStructuredOutput(schema, { name, method: "jsonSchema", includeRaw: true });
  }
  return tools.length === 0
    ? model
    : model.bindTools(functionsOf(tools), mustCall === true ? { tool_choice: "any" } : {});
}

export function functionsOf(tools: readonly ChatTool[]) {
  return tools.map((each) => ({ type: "function" as const, function: each }));
}

/** A structured answer comes as `{ raw, parsed }`. */
function messageIn(said: unknown): AIMessage {
  return AIMessage.isInstance(said) ? said : (said as { readonly raw: AIMessage }).raw;
}

/** What a package throws of its own accord. */
function faultIn(error: unknown, { faultOf }: LangChainPackage, name: ServerName): unknown {
  if (error instanceof KuleshovError || !(error instanceof Error)) return error;
  const fault = /temperature is not supported/i.test(error.message)
    ? new ProviderError(`${name.server} takes no temperature`, { retryable: false, rejects: "temperature" })
    : faultOf?.(error);
  return fault ?? new ProviderError(`${name.server} cannot be asked ("${error.message}")`, { retryable: false });
}

function langChainMessages(messages: readonly ChatMessage[], used: LangChainPackage): BaseMessage[] {
  const { systemMessage = (text) => new SystemMessage(text), assistantMessage = plainAssistant } = used;
  return messages.map((message) => {
    if (message.role === "system") return systemMessage(message.text);
    if (message.role === "assistant") return assistantMessage(message);
    if (message.role === "user") return new HumanMessage({ content: contentOf(message.parts) });
    return new ToolMessage({ tool_call_id: message.callId, content: message.text });
  });
}

/** Words alone are sent as text, which servers without vision take too. */
function contentOf(parts: readonly PromptPart[]) {
  const pieces = wireParts(parts, (base64, mimeType) => {
    const url = `data:${mimeType};base64,${base64}`;
    // As vLLM takes clips; LangChain hands on what it does not know.
    if (mimeType === "video/mp4") return { type: "video_url" as const, video_url: { url } };
    return { type: "image_url" as const, image_url: { url } };
  });
  const texts = pieces.filter((piece) => typeof piece === "string");
  if (texts.length === pieces.length) return texts.join("\n\n");
  return pieces.map((piece) => (typeof piece === "string" ? { type: "text" as const, text: piece } : piece));
}

function plainAssistant({ text, calls }: Extract<ChatMessage, { role: "assistant" }>): AIMessage {
  return new AIMessage({ content: text, tool_calls: calls.map((call) => ({ type: "tool_call", ...call })) });
}
