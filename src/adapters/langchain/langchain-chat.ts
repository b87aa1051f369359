import { AIMessage, type BaseMessage, HumanMessage, SystemMessage, ToolMessage } from "@langchain/core/messages";
import type { z } from "zod";
import { KuleshovError, ProviderError } from "../../domain/errors.ts";
import type { PromptPart } from "../../domain/prompt.ts";
import { forbidTracing } from "../../platform/forbid-tracing.ts";
import type { ChatMessage, ChatRequest } from "../../ports/chat-model.ts";
import type { RawReply } from "../model-server/chat-reply.ts";
import { wireParts } from "../model-server/conversation-shape.ts";
import { fetchEvents } from "../model-server/http-events.ts";
import { faultInAnswer, faultOfProtocol, type ServerName } from "../model-server/server-fault.ts";
import type { CallSettings, ChatProtocol } from "../model-server/server-model.ts";

/** Sends one request of a package's, our way: our faults, our patience, nothing to another host. */
export type ServerFetch = (request: {
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
}) => Promise<Response>;

/** A message of the assistant's, as a package hands it back, and the answer on the wire that it was made from. */
export interface Answered {
  readonly message: AIMessage;
  readonly wire: unknown;
}

/** How one of LangChain's packages is used. */
export interface LangChainPackage {
  /** Its chat model for one call. Its own tries are off, and what it would read from the environment is given. */
  model(settings: CallSettings, send: ServerFetch): ChatModel;
  /** What an answer on the wire looks like at least, for whatever else answers at this address. */
  readonly Wire: z.ZodType;
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
      const model = used.model(settings, async ({ url, headers, body }) => {
        const { timeoutMs } = settings;
        const request = { url, headers: Object.fromEntries(headers), body: JSON.parse(body), timeoutMs };
        try {
          [wire] = await fetchEvents({ ...request, onSent: asked.onSent }, name, signal);
          refuseFailure(wire, used, name);
        } catch (error) {
          ours = error;
          throw error;
        }
        return new Response(JSON.stringify(wire), { headers: { "content-type": "application/json" } });
      });
      try {
        const said = await withWishes(model, asked).invoke(langChainMessages(asked.messages, used), { signal });
        return used.read({ message: messageIn(said), wire });
      } catch (error) {
        signal?.throwIfAborted();
        throw ours ?? faultIn(error, used, name);
      }
    },
  };
}

/** A success by its status that says it is none, or that comes from something else. */
function refuseFailure(wire: unknown, { Wire }: LangChainPackage, name: ServerName): void {
  if (typeof wire === "object" && wire !== null && "error" in wire && wire.error != null) {
    throw faultInAnswer(name, wire);
  }
  if (!Wire.safeParse(wire).success) throw faultOfProtocol(name, "JSON that is no answer of its API");
}

function withWishes(model: ChatModel, { tools = [], mustCall, answer }: ChatRequest): Invocable {
  if (answer !== undefined) {
    const { schema, name } = answer;
    return model.withStructuredOutput(schema, { name, method: "jsonSchema", includeRaw: true });
  }
  if (tools.length === 0) return model;
  const functions = tools.map((each) => ({ type: "function", function: each }));
  return model.bindTools(functions, mustCall === true ? { tool_choice: "any" } : {});
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
    return new ToolMessage({ tool_call_id: message.callId, name: message.name, content: message.text });
  });
}

function contentOf(parts: readonly PromptPart[]) {
  const pieces = wireParts(parts, (base64, mimeType) => ({
    type: "image_url" as const,
    image_url: { url: `data:${mimeType};base64,${base64}` },
  }));
  return pieces.map((piece) => (typeof piece === "string" ? { type: "text" as const, text: piece } : piece));
}

function plainAssistant({ text, calls }: Extract<ChatMessage, { role: "assistant" }>): AIMessage {
  return new AIMessage({ content: text, tool_calls: calls.map((call) => ({ type: "tool_call", ...call })) });
}
