import type { TokenUse } from "../../domain/token-use.ts";
import type { ChatReply, ChatRequest, MalformedCall, ToolCall } from "../../ports/chat-model.ts";
import { faultInAnswer, faultOfFilter, type ServerName } from "./server-fault.ts";
import { callsInText } from "./written-calls.ts";

/** A call as a protocol has it: arguments as text (OpenAI) or as an object (Ollama). */
export interface WireCall {
  readonly name: string;
  readonly args: unknown;
}

/** An answer as a protocol's reader puts it together, before anything is made of it. */
export interface RawReply {
  readonly content: string;
  /** Thoughts that the server sets apart. */
  readonly reasoning: string;
  readonly refusal: string;
  readonly calls: readonly WireCall[];
  /** `stop`, `length`, `tool_calls`, `content_filter`, `error`, ...; `null` when it is not said. */
  readonly finish: string | null;
  readonly tokens: TokenUse;
  readonly fingerprint: string | null;
}

/** Whether the answer stopped at a token limit. */
export function isCutOff({ finish }: RawReply): boolean {
  return finish === "length" || finish === "max_tokens";
}

/**
 * What the model said and called. Thoughts are taken off; where a server put the answer among them, or a refusal beside
 * the content, that is what the model said. Calls that a model wrote as text, as its template or server did not read
 * them, count as calls.
 *
 * @throws {ProviderError} if the answer was withheld or says itself that it failed.
 */
export function replyOf(raw: RawReply, { tools = [] }: ChatRequest, name: ServerName): ChatReply {
  if (raw.finish === "content_filter") throw faultOfFilter(name);
  if (raw.finish === "error") throw faultInAnswer(name, raw.content);
  const said = withoutThoughts(raw.content) || raw.refusal || withoutThoughts(raw.reasoning);
  const written = raw.calls.length > 0 ? { calls: [], rest: said } : callsInText(said, tools);
  const calls: ToolCall[] = [];
  const malformedCalls: MalformedCall[] = [];
  for (const call of [...raw.calls, ...written.calls]) {
    const args = argumentsOf(call.args);
    const id = newCallId();
    if (args === undefined) malformedCalls.push({ id, name: call.name, written: String(call.args) });
    else calls.push({ id, name: call.name, args });
  }
  return { text: written.rest, calls, malformedCalls, tokens: raw.tokens, fingerprint: raw.fingerprint };
}

/** `<think>...</think>` before the answer; some templates write the opening tag themselves. */
function withoutThoughts(text: string): string {
  const end = text.lastIndexOf("</think>");
  const rest = end === -1 ? text : text.slice(end + "</think>".length);
  return /^\s*<think>/.test(rest) ? "" : rest.trim();
}

/** No arguments at all are none: several servers send `""` or `null` for a tool that takes none. */
function argumentsOf(args: unknown): Record<string, unknown> | undefined {
  if (args === null || args === undefined || args === "") return {};
  const value = typeof args === "string" ? parsed(args) : args;
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const ID_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789";

/**
 * An id of ours for every call: some servers give none, some give all calls the same, and Mistral's templates refuse any
 * that is not nine letters and digits.
 */
function newCallId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(9));
  return Array.from(bytes, (byte) => ID_CHARACTERS[byte % ID_CHARACTERS.length]).join("");
}
