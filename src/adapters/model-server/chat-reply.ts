import { z } from "zod";
import type { TokenUse } from "../../domain/token-use.ts";
import type { ChatReply, ChatRequest, ChatTool, MalformedCall, ToolCall } from "../../ports/chat-model.ts";
import { faultOfFilter, type ServerName } from "./server-fault.ts";

/** A call as a protocol has it: arguments as text (OpenAI) or as an object (Ollama). */
interface WireCall {
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
 * @throws {ProviderError} if the answer was withheld.
 */
export function replyOf(raw: RawReply, { tools = [] }: ChatRequest, name: ServerName): ChatReply {
  if (raw.finish === "content_filter") throw faultOfFilter(name, raw.tokens);
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

/** A call as models write it down: Hermes and Qwen `arguments`, Llama `parameters`. */
const WrittenCall = z.looseObject({
  name: z.string(),
  arguments: z.unknown().optional(),
  parameters: z.unknown().optional(),
});

/*
 * Hermes and Qwen: <tool_call>{...}</tool_call>; Qwen3-Coder: <function=name><parameter=key>value</parameter></function>;
 * Mistral: [TOOL_CALLS][{...}], later [TOOL_CALLS]name[ARGS]{...}; Llama 3.1: <function=name>{...}</function> or the bare
 * object; others a fenced block.
 */
const WRAPPED: Wrapping = { opening: /<tool_call>/g, closing: "</tool_call>", mayEndOpen: true };
const NAMED: Wrapping = { opening: /<function=([\w-]+)>/g, closing: "</function>", mayEndOpen: false };
const PARAMETER: Wrapping = { opening: /<parameter=([\w-]+)>/g, closing: "</parameter>", mayEndOpen: false };
const BARE = /^(?:\[TOOL_CALLS\]|<\|python_tag\|>)?\s*(?:```(?:json|tool_call)?\s*)?([[{][\s\S]*[\]}])\s*(?:```)?$/;

/**
 * Calls of known tools that a model wrote as text, and the text without them. What looks like a call of something else
 * stays text.
 */
function callsInText(
  text: string,
  tools: readonly ChatTool[],
): { readonly calls: readonly WireCall[]; readonly rest: string } {
  const known = new Set(tools.map(({ name }) => name));
  const nothing = { calls: [], rest: text };
  if (known.size === 0) return nothing;
  const named = unwrapped(withFunctions(text), NAMED);
  const wrapped = unwrapped(named.rest, WRAPPED);
  const calls = [
    ...named.bodies.map(({ name, body }) => ({ name, args: parametersIn(body) ?? body })),
    ...wrapped.bodies.flatMap(({ body }) => callsOf(body)),
  ];
  const tagged = calls.filter(({ name }) => known.has(name));
  if (tagged.length > 0) return { calls: tagged, rest: wrapped.rest.trim() };
  const bare = callsOf(BARE.exec(text.trim())?.[1] ?? "");
  return bare.length > 0 && bare.every(({ name }) => known.has(name)) ? { calls: bare, rest: "" } : nothing;
}

/** Mistral's later calls, which only the next one ends, written as Llama's. */
function withFunctions(text: string): string {
  const [before = "", ...made] = text.split("[TOOL_CALLS]");
  const rewritten = made.map((part) => {
    const [opening, name] = /^([\w-]+)\[ARGS\]/.exec(part) ?? [];
    return opening === undefined ? `[TOOL_CALLS]${part}` : `<function=${name}>${part.slice(opening.length)}</function>`;
  });
  return before + rewritten.join("");
}

/** Each of them is JSON where it can be, and words otherwise. */
function parametersIn(body: string): Record<string, unknown> | undefined {
  const { bodies } = unwrapped(body, PARAMETER);
  return bodies.length === 0
    ? undefined
    : Object.fromEntries(bodies.map(({ name, body: value }) => [name, parsed(value) ?? value]));
}

interface Wrapping {
  /** With the name that it gives, if it gives one. */
  readonly opening: RegExp;
  readonly closing: string;
  /** Whether the end of the text closes it too. */
  readonly mayEndOpen: boolean;
}

/** What stands between an opening and the next closing mark, and the text without it. One pass over the text. */
function unwrapped(text: string, { opening, closing, mayEndOpen }: Wrapping) {
  const bodies: { readonly name: string; readonly body: string }[] = [];
  let [rest, from] = ["", 0];
  for (const { index, 0: mark, 1: name = "" } of text.matchAll(opening)) {
    if (index < from) continue;
    const closed = text.indexOf(closing, index);
    if (closed === -1 && !mayEndOpen) break;
    const end = closed === -1 ? text.length : closed;
    bodies.push({ name, body: text.slice(index + mark.length, end).trim() });
    rest += text.slice(from, index);
    from = closed === -1 ? end : end + closing.length;
  }
  return { bodies, rest: rest + text.slice(from) };
}

function callsOf(json: string): WireCall[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return [];
  }
  return (Array.isArray(value) ? value : [value]).flatMap((each) => {
    const call = WrittenCall.safeParse(each);
    return call.success ? [{ name: call.data.name, args: call.data.arguments ?? call.data.parameters }] : [];
  });
}
