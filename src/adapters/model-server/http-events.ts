import { createParser } from "eventsource-parser";
import { Agent, FormData, fetch, type Response } from "undici";
import { ProviderError } from "../../domain/errors.ts";
import {
  faultOfAnswer,
  faultOfConnection,
  faultOfProtocol,
  faultOfRedirect,
  faultOfTimeout,
  retryAfterMs,
  type ServerName,
} from "./server-fault.ts";
import { codeOf, pauseIn, wordsOf } from "./server-words.ts";

interface HttpRequest {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent by POST, a form as one and everything else as JSON; GET without one. */
  readonly body?: unknown;
  /** For the whole answer. */
  readonly timeoutMs: number;
  /** Told the length of the body when it is sent. */
  readonly onSent?: ((bytes: number) => void) | undefined;
}

/** Node gives up on headers, and between two pieces, after 300 s; a local model may read a prompt for longer. */
const patient = new Agent({ headersTimeout: 0, bodyTimeout: 0 });

const MOST_REDIRECTS = 3;

/**
 * One request, and everything that was answered: the events of a stream (server-sent events or JSON lines), or one JSON
 * value as a list of one. What the answer is told by its text, as gateways send JSON as `text/plain`.
 *
 * @throws {ProviderError} for everything but a success that is JSON. @throws the signal's reason.
 */
export async function fetchEvents(request: HttpRequest, name: ServerName, signal?: AbortSignal): Promise<unknown[]> {
  const timeout = AbortSignal.timeout(request.timeoutMs);
  const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  try {
    const response = await followed(request, name, either);
    const text = await textOf(response, name);
    if (!response.ok) throw faultOfResponse(response, text, name);
    return eventsIn(text, name);
  } catch (error) {
    signal?.throwIfAborted();
    if (timeout.aborted) throw faultOfTimeout(name, request.timeoutMs);
    if (error instanceof ProviderError) throw error;
    throw faultOfConnection(name, nodeCodeIn(error), isTermination(error) ? "answering" : "connecting");
  }
}

/** Ten times what a long judgment or a batch of embeddings takes. */
const MOST_ANSWER_BYTES = 16 * 2 ** 20;

/** @throws {ProviderError} as soon as more has come than any answer takes. */
async function textOf({ body }: Response, name: ServerName): Promise<string> {
  const decoder = new TextDecoder();
  let [text, bytes] = ["", 0];
  for await (const piece of body ?? []) {
    bytes += piece.length;
    if (bytes > MOST_ANSWER_BYTES) throw faultOfProtocol(name, `more than ${MOST_ANSWER_BYTES / 2 ** 20} MB`);
    text += decoder.decode(piece, { stream: true });
  }
  return text + decoder.decode();
}

/** A redirect repeats the request as it is, on the same host only: another one would be sent the image and the key. */
async function followed(request: HttpRequest, name: ServerName, signal: AbortSignal): Promise<Response> {
  let url = request.url;
  for (let hops = 0; ; hops++) {
    const response = await sent({ ...request, url }, signal);
    const location = response.headers.get("location");
    if (response.status < 300 || response.status >= 400 || location === null) return response;
    const target = new URL(location, url);
    await response.body?.cancel();
    if (hops === MOST_REDIRECTS || target.hostname !== new URL(url).hostname) throw faultOfRedirect(name, target);
    url = target.href;
  }
}

function sent({ url, headers = {}, body, onSent }: HttpRequest, signal: AbortSignal): Promise<Response> {
  const shared = { redirect: "manual" as const, dispatcher: patient, signal };
  if (body === undefined) return fetch(url, { ...shared, headers });
  if (body instanceof FormData) return fetch(url, { ...shared, method: "POST", headers, body });
  const json = { ...headers, "content-type": "application/json" };
  const text = JSON.stringify(body);
  onSent?.(Buffer.byteLength(text));
  return fetch(url, { ...shared, method: "POST", headers: json, body: text });
}

function faultOfResponse({ status, headers }: Response, text: string, name: ServerName): ProviderError {
  return faultOfAnswer(name, {
    status,
    message: wordsOf(text),
    code: codeOf(text),
    retryAfterMs: retryAfterMs(headers) ?? pauseIn(text),
  });
}

function eventsIn(text: string, name: ServerName): unknown[] {
  if (/^\s*<(?:!doctype|html|head|body|\?xml)/i.test(text)) throw faultOfProtocol(name, "a web page instead of JSON");
  if (/^\s*(?:data|event|id|retry)?:/.test(text)) return serverSentEvents(text, name);
  const whole = parsed(text);
  if (whole !== undefined) return [whole];
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => {
    const value = parsed(line);
    if (value !== undefined) return value;
    throw faultOfProtocol(name, /^\s*[[{]/.test(text) ? "JSON that is cut short or malformed" : "text instead of JSON");
  });
}

function serverSentEvents(text: string, name: ServerName): unknown[] {
  const events: unknown[] = [];
  const parser = createParser({
    onEvent({ data }) {
      if (data.trim() === "[DONE]") return;
      const value = parsed(data);
      if (value === undefined) throw faultOfProtocol(name, "JSON that is cut short or malformed");
      events.push(value);
    },
  });
  // A server that broke off leaves its last event without the empty line that ends one.
  parser.feed(`${text}\n\n`);
  return events;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function nodeCodeIn(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof AggregateError) return nodeCodeIn(cause.errors[0]);
    if ("code" in cause && typeof cause.code === "string") return cause.code;
  }
  return undefined;
}

/** undici says "terminated" when the body breaks off. */
function isTermination(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (/terminated|other side closed|premature close/i.test(cause.message)) return true;
  }
  return false;
}
