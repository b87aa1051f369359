import { z } from "zod";
import type { ChatTool } from "../../ports/chat-model.ts";
import type { WireCall } from "./chat-reply.ts";

/** A call as models write it down: Hermes and Qwen `arguments`, Llama `parameters`. */
const WrittenCall = z.looseObject({
  name: z.string(),
  arguments: z.unknown().optional(),
  parameters: z.unknown().optional(),
});

/*
 * Hermes and Qwen: <tool_call>{...}</tool_call>; Mistral: [TOOL_CALLS][{...}]; Llama 3.1: <function=name>{...}</function>
 * or the bare object; others a fenced block.
 */
const WRAPPED = /<tool_call>\s*([\s\S]*?)\s*(?:<\/tool_call>|$)/g;
const NAMED = /<function=([\w-]+)>\s*([\s\S]*?)\s*<\/function>/g;
const BARE = /^(?:\[TOOL_CALLS\]|<\|python_tag\|>)?\s*(?:```(?:json|tool_call)?\s*)?([[{][\s\S]*[\]}])\s*(?:```)?$/;

/**
 * Calls of known tools that a model wrote as text, and the text without them. What looks like a call of something else
 * stays text.
 */
export function callsInText(
  text: string,
  tools: readonly ChatTool[],
): { readonly calls: readonly WireCall[]; readonly rest: string } {
  const known = new Set(tools.map(({ name }) => name));
  const nothing = { calls: [], rest: text };
  if (known.size === 0) return nothing;
  const named = [...text.matchAll(NAMED)].map(([, name = "", args]) => ({ name, args }));
  const wrapped = [...text.matchAll(WRAPPED)].flatMap(([, body = ""]) => callsOf(body));
  const tagged = [...named, ...wrapped].filter(({ name }) => known.has(name));
  if (tagged.length > 0) return { calls: tagged, rest: text.replace(NAMED, "").replace(WRAPPED, "").trim() };
  const bare = callsOf(BARE.exec(text.trim())?.[1] ?? "");
  return bare.length > 0 && bare.every(({ name }) => known.has(name)) ? { calls: bare, rest: "" } : nothing;
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
