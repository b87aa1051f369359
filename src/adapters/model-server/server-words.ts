import { z } from "zod";

/*
 * What servers say of an error, wherever they put it: `{error: {message, code}}` (OpenAI, llama.cpp), `{error: "..."}`
 * (Ollama), `{message}` at top level (Mistral, Bedrock), `{detail}` as text or a list of `{msg}` (FastAPI, so vLLM and
 * SGLang), all of these in a list (Google's compatible address), `{error: {metadata: {raw}}}` (OpenRouter, with what the
 * provider behind it said), or plain text.
 */
const Words = z.looseObject({
  message: z.string().optional().catch(undefined),
  msg: z.string().optional().catch(undefined),
  code: z.union([z.string(), z.number()]).optional().catch(undefined),
  type: z.string().optional().catch(undefined),
  error: z.unknown().optional(),
  detail: z.unknown().optional(),
  metadata: z.looseObject({ raw: z.unknown().optional() }).optional().catch(undefined),
});

/** The server's own sentence in an error body; `""` when it says nothing a person could read. */
export function wordsOf(body: string): string {
  const value = parsed(body);
  if (value === undefined) return /^\s*</.test(body) ? "" : body.trim();
  return wordsIn(value);
}

/** The protocol's code of an error body, such as `insufficient_quota`, where there is one. */
export function codeOf(body: string): string | undefined {
  return codeIn(parsed(body));
}

/** `google.rpc.RetryInfo`: Gemini says in the body how long it wants to be left alone. */
const RetryInfo = z.looseObject({
  error: z.looseObject({ details: z.array(z.looseObject({ retryDelay: z.string().optional().catch(undefined) })) }),
});

/** The pause that an error body asks for, in milliseconds. */
export function pauseIn(body: string): number | undefined {
  const info = RetryInfo.safeParse(parsed(body));
  if (!info.success) return undefined;
  const delay = info.data.error.details.find(({ retryDelay }) => retryDelay !== undefined)?.retryDelay;
  const seconds = /^([\d.]+)s$/.exec(delay ?? "")?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

/** The words of a value that is no text any more. */
export function wordsIn(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) {
    return value
      .map(wordsIn)
      .filter((words) => words !== "")
      .join("; ");
  }
  const words = Words.safeParse(value);
  if (!words.success) return "";
  const { message, msg, error, detail, metadata } = words.data;
  const behind = metadata === undefined ? "" : wordsIn(parsed(String(metadata.raw)) ?? metadata.raw);
  const own = message ?? msg ?? wordsIn(error ?? detail);
  return behind === "" || behind === own ? own : `${own}: ${behind}`;
}

/** The status that an error names as its own: `{code: 503}`, as number or text. */
export function statusIn(value: unknown): number | undefined {
  const words = Words.safeParse(Array.isArray(value) ? value[0] : value);
  if (!words.success) return undefined;
  const { code, error } = words.data;
  const status = Number(code);
  return Number.isInteger(status) && status >= 400 && status < 600 ? status : statusIn(error);
}

export function codeIn(value: unknown): string | undefined {
  if (Array.isArray(value)) return codeIn(value[0]);
  const words = Words.safeParse(value);
  if (!words.success) return undefined;
  const { code, type, error } = words.data;
  const inner = codeIn(error);
  if (inner !== undefined) return inner;
  return typeof code === "string" ? code : type;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
