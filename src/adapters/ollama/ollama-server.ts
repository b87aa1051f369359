import { Ollama } from "ollama";
import { z } from "zod";
import { ConfigurationError, ProviderError } from "../../domain/errors.ts";
import {
  faultOfAnswer,
  faultOfConnection,
  faultOfProtocol,
  faultOfTimeout,
  type ServerName,
} from "../model-server/server-fault.ts";
import { serverPlace } from "../model-server/server-place.ts";
import { retryAfterMs } from "../model-server/with-retries.ts";

const DEFAULT_PORT = 11_434;

/** The address behind OLLAMA_HOST, which may be a host, a port or a URL; 0.0.0.0 means this machine. */
export function ollamaUrl(host: string | undefined): string {
  const given = host === undefined || host.trim() === "" ? "127.0.0.1" : host.trim();
  const address = given.startsWith(":") ? `127.0.0.1${given}` : given;
  const url = address.includes("://") ? address : `http://${address}`;
  if (!URL.canParse(url)) throw new ConfigurationError("OLLAMA_HOST must be an address such as 127.0.0.1:11434");
  const parsed = new URL(url);
  if (parsed.hostname === "0.0.0.0") parsed.hostname = "127.0.0.1";
  if (parsed.port === "" && !address.includes("://")) parsed.port = String(DEFAULT_PORT);
  return parsed.href.replace(/\/+$/, "");
}

export function ollamaName(url: string, model: string): ServerName {
  return {
    server: `Ollama at ${serverPlace(url).name}`,
    model,
    keyVariable: "the server's access rules",
    whenDown: "start it with `ollama serve`, or set OLLAMA_HOST",
    secret: undefined,
  };
}

/**
 * A client for one call. The package's own client cannot abort before the first token, aborts every call at once, prints
 * to stdout when an error is not JSON, and skips lines that are not JSON; so its `fetch` is ours.
 */
export function ollamaClient(url: string, name: ServerName, signal: AbortSignal): Ollama {
  return new Ollama({
    host: url,
    fetch: async (input, init) => {
      const inner = init?.signal ?? undefined;
      const either = inner === undefined ? signal : AbortSignal.any([signal, inner]);
      const response = await fetch(input, { ...init, signal: either });
      if (!response.ok) throw await faultOfResponse(response, name);
      if (response.headers.get("content-type")?.includes("html")) {
        throw faultOfProtocol(name, "a web page instead of JSON");
      }
      const { body } = response;
      return body === null ? response : new Response(body.pipeThrough(jsonLinesOnly(name)), response);
    },
  });
}

const ErrorBody = z.looseObject({ error: z.string() });

async function faultOfResponse(response: Response, name: ServerName): Promise<ProviderError> {
  const text = await response.text().catch(() => "");
  return faultOfAnswer(name, {
    status: response.status,
    message: sentenceIn(text),
    code: undefined,
    retryAfterMs: retryAfterMs(response.headers),
  });
}

function sentenceIn(text: string): string {
  try {
    const body = ErrorBody.safeParse(JSON.parse(text));
    return body.success ? body.data.error : "";
  } catch {
    return /^\s*</.test(text) ? "" : text;
  }
}

/** Passes a body on unchanged and fails at the first line that is not JSON, instead of leaving it out. */
function jsonLinesOnly(name: ServerName): TransformStream<Uint8Array, Uint8Array> {
  const decoder = new TextDecoder();
  let rest = "";
  const check = (lines: readonly string[]) => {
    for (const line of lines.filter((each) => each.trim() !== "")) {
      try {
        JSON.parse(line);
      } catch {
        throw faultOfProtocol(name, "JSON that is cut short or malformed");
      }
    }
  };
  return new TransformStream({
    transform(chunk, controller) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      check(lines);
      controller.enqueue(chunk);
    },
    flush: () => check([rest]),
  });
}

/** Sorts what a call threw: ours as it is, an abort as its reason, everything else as a fault of the connection. */
export function ollamaFault(
  error: unknown,
  name: ServerName,
  { given, timeout, timeoutMs }: { given?: AbortSignal; timeout: AbortSignal; timeoutMs: number },
): unknown {
  if (given?.aborted) return given.reason;
  if (timeout.aborted) return faultOfTimeout(name, timeoutMs);
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ProviderError) return cause;
    if (cause instanceof AggregateError) return ollamaFault(cause.errors[0], name, { given, timeout, timeoutMs });
    if ("code" in cause && typeof cause.code === "string") return faultOfConnection(name, cause.code, "connecting");
  }
  const message = error instanceof Error ? error.message : "";
  if (/terminated|Did not receive done/i.test(message)) return faultOfConnection(name, undefined, "answering");
  // Ollama reports a failure in mid-stream as a line with an error in it.
  return faultOfAnswer(name, { status: 500, message, code: undefined, retryAfterMs: undefined });
}
