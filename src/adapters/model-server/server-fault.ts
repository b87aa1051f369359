import { ProviderError } from "../../domain/errors.ts";
import type { RejectedFeature } from "../../domain/rejected-feature.ts";
import { NO_TOKENS, type TokenUse } from "../../domain/token-use.ts";
import { codeIn, statusIn, wordsIn } from "./server-words.ts";

/** Who failed, in words for a message. */
export interface ServerName {
  /** `The model server at http://127.0.0.1:8080/v1`, `Ollama at ...`. */
  readonly server: string;
  readonly model: string;
  /** What to check when the key is refused: `OPENAI_API_KEY`. */
  readonly keyVariable: string;
  /** What to do when nobody answers: `start it, or set OLLAMA_HOST`. */
  readonly whenDown: string;
  /** Never to be repeated in a message. */
  readonly secret: string | undefined;
  /** Which model may have been meant, when there is none of this name. */
  readonly hint?: string;
}

/** An HTTP answer that is not a success. */
interface FailedAnswer {
  readonly status: number;
  /** What the server says of it, in its own words; `""` when it says nothing. */
  readonly message: string;
  /** The protocol's error code, where there is one. */
  readonly code: string | undefined;
  readonly retryAfterMs: number | undefined;
}

/** Turns an HTTP failure into one clear sentence. */
export function faultOfAnswer(name: ServerName, answer: FailedAnswer): ProviderError {
  const { status, retryAfterMs } = answer;
  const words = saidBy(name, answer.message);
  const fault = (sentence: string, retryable: boolean) =>
    new ProviderError(`${name.server} ${sentence}`, { retryable, status, retryAfterMs });
  if (isTooLong(answer)) {
    return fault(`says that this conversation is longer than "${name.model}" can read${words}`, false);
  }
  // Ollama's runner crashes on what its grammars cannot say; without a schema the same request may pass.
  if (CRASH.test(answer.message)) {
    const sentence = `failed with status ${status}${words}: try again later`;
    return new ProviderError(`${name.server} ${sentence}`, { retryable: true, status, rejects: "schema" });
  }
  const rejects = rejectedFeature(answer);
  if (rejects !== undefined) {
    const sentence = `does not take ${FEATURE_WORDS[rejects]} for "${name.model}"${words}`;
    return new ProviderError(`${name.server} ${sentence}`, { retryable: false, status, rejects });
  }
  if (status === 401) return fault(`refused the key: check ${name.keyVariable}`, false);
  if (status === 403)
    return fault(`refuses access${words}: check ${name.keyVariable} and what it may be used for`, false);
  if (isUsedUp(answer)) return fault(`says that the account's quota is used up${words}: top it up`, false);
  if (status === 404) return fault(`has no model "${name.model}"${words}${name.hint ? `. ${name.hint}` : ""}`, false);
  if (status === 413) return fault(`takes no request of this size${words}: show fewer or smaller images`, false);
  if (status === 429) return fault(limitSentence(retryAfterMs), true);
  if (status >= 500 || PASSING.has(status)) return fault(`failed with status ${status}${words}: try again later`, true);
  return fault(`refused the request with status ${status}${words}`, false);
}

const CRASH = /runner .*(?:unexpectedly stopped|has crashed|terminated)/i;

/** Request timeout, conflict, too early: of the moment, not of the request. */
const PASSING: ReadonlySet<number> = new Set([408, 409, 425]);

/**
 * A success by its status that says it is none: `{error}`, alone, in a choice or in the middle of a stream. OpenRouter and
 * llama.cpp put the status that it should have had beside the words.
 */
export function faultInAnswer(name: ServerName, error: unknown): ProviderError {
  const [message, code] = [wordsIn(error), codeIn(error)];
  const status = statusIn(error);
  const answer = { status: status ?? 200, message, code, retryAfterMs: undefined };
  if (status !== undefined || isUsedUp(answer) || isTooLong(answer)) return faultOfAnswer(name, answer);
  return noAnswer(name, saidBy(name, message));
}

/** `finish_reason: "error"`, with what was written up to it. */
export function faultOfNoAnswer(name: ServerName, raw: { readonly content: string; readonly tokens: TokenUse }) {
  return taken(noAnswer(name, `: it ended with an error${saidBy(name, raw.content)}`), raw.tokens);
}

/** An empty list of choices. */
export function faultOfNoChoice(name: ServerName): ProviderError {
  return noAnswer(name, ": its list of choices was empty");
}

function noAnswer(name: ServerName, why: string): ProviderError {
  return taken(new ProviderError(`${name.server} gave no answer${why}: try again later`, { retryable: true }));
}

/** A fault after the server had taken the request: how many tokens it read, it may have said or not. */
function taken(fault: ProviderError, spent: TokenUse = NO_TOKENS): ProviderError {
  fault.spent = spent;
  return fault;
}

/** The provider's own filter took the answer away. */
export function faultOfFilter(name: ServerName, spent: TokenUse): ProviderError {
  const sentence = `withheld the answer of "${name.model}": its content filter stepped in`;
  return taken(new ProviderError(`${name.server} ${sentence}`, { retryable: false, refused: true }), spent);
}

export function faultOfRedirect(name: ServerName, target: URL): ProviderError {
  const sentence = `sends requests on to ${target.host}: give that address if it is right`;
  return new ProviderError(`${name.server} ${sentence}`, { retryable: false });
}

/** Nobody answered, or not to the end. `code` is Node's, such as ECONNREFUSED. */
export function faultOfConnection(name: ServerName, code: string | undefined, during: "connecting" | "answering") {
  if (during === "answering" || code === "ECONNRESET" || code === "UND_ERR_SOCKET" || code === "EPIPE") {
    const sentence = "broke off the connection before its answer was complete";
    return taken(new ProviderError(`${name.server} ${sentence}`, { retryable: true }));
  }
  const reason = code === undefined ? "" : ` (${code})`;
  return new ProviderError(`${name.server} cannot be reached${reason}: ${name.whenDown}`, {
    retryable: false,
    unreachable: true,
  });
}

export function faultOfTimeout(name: ServerName, timeoutMs: number): ProviderError {
  const seconds = Math.round(timeoutMs / 1000);
  const sentence = `gave no complete answer within ${seconds} s: allow more with --timeout <seconds>, or use a faster model`;
  return taken(new ProviderError(`${name.server} ${sentence}`, { retryable: false }));
}

/** The answer is a success, but not of this protocol. `what` completes "answered with ...". */
export function faultOfProtocol(name: ServerName, what: string): ProviderError {
  const sentence = `answered with ${what}: check that its address is right and that no login page is in between`;
  return new ProviderError(`${name.server} ${sentence}`, { retryable: false });
}

/** Both answers were paid for. */
export function faultOfTruncation(name: ServerName, spent: TokenUse): ProviderError {
  const sentence = `cut off the answer of "${name.model}" at its token limit, twice: allow more with --max-tokens`;
  return taken(new ProviderError(`${name.server} ${sentence}`, { retryable: false }), spent);
}

const FEATURE_WORDS: Readonly<Record<RejectedFeature, string>> = {
  tools: "tools",
  images: "images",
  schema: "a JSON schema",
  temperature: "a temperature",
  seed: "a seed",
  roles: "this order of roles",
  stream: "streaming",
  thinking: "thinking",
  "several-images": "more than one image",
  video: "video",
  "parallel-calls": "several tool calls at once",
  "max-tokens": "this limit of output tokens",
};

/**
 * Compatible servers say in words only what they do not take. The phrases are those of OpenAI, OpenRouter (404), vLLM,
 * llama.cpp (500), Ollama, Groq and DeepSeek; a phrase that is not recognised stays an ordinary refusal.
 */
const FEATURE_PHRASES: readonly (readonly [RejectedFeature, RegExp])[] = [
  // Of a list of what is taken, images may be a part: what is named first is what is turned down.
  ["video", /^(?:(?!image)[\s\S])*?\bvideo/i],
  ["roles", /roles must alternate|unexpected role|last message.*(?:user|role)|after the optional system message/i],
  ["parallel-calls", /parallel_tool_calls|parallel tool|single tool-?calls? at once/i],
  [
    "several-images",
    /at most 1 image|only (?:one|1|a single) image|(?:multiple|more than one) images?|too many images/i,
  ],
  ["max-tokens", /max_(?:completion_)?tokens/i],
  ["stream", /stream_options|\bstream(?:ing)?\b/i],
  ["seed", /\bseed\b/i],
  ["thinking", /\bthinking\b|\bthink\b/i],
  ["temperature", /temperature\b.*(?:not support|unsupported|only the default|must be)|unsupported.*\btemperature\b/i],
  [
    "images",
    /image_url|image input|at most 0 image|images? (?:is|are) not|(?:support|accept|process)\w* (?:\w+ )?images?\b|not a multimodal|\bvision\b|mmproj|unsupported content type/i,
  ],
  ["schema", /response_format|json_schema|structured output|json mode|\bgrammar\b/i],
  ["tools", /\btools?\b|tool[-_ ]?(?:use|choice|call)|function[-_ ]?call/i],
];

const TURNS_DOWN =
  /support|enable|requires?|unknown variant|not allowed|cannot be|invalid|must\b|unrecognized|unexpected|not permitted|only|at most|too many/i;

function rejectedFeature({ status, message }: FailedAnswer): RejectedFeature | undefined {
  if (![400, 404, 415, 422, 500, 501].includes(status)) return undefined;
  if (!TURNS_DOWN.test(message)) {
    return undefined;
  }
  return FEATURE_PHRASES.find(([, phrase]) => phrase.test(message))?.[0];
}

/** Rate limits speak of quotas too; the account's are told by a code, or in words of money. */
function isUsedUp({ status, message, code, retryAfterMs }: FailedAnswer): boolean {
  if (status === 402 || code === "insufficient_quota") return true;
  if (status !== 429 || retryAfterMs !== undefined || /(?:retry|again) in \d/i.test(message)) return false;
  return /billing|credits?\b|balance|current quota/i.test(message);
}

const TOO_LONG_CODES: ReadonlySet<string | undefined> = new Set([
  "context_length_exceeded",
  "exceed_context_size_error",
  "string_above_max_length",
]);

function isTooLong({ status, message, code }: FailedAnswer): boolean {
  if (TOO_LONG_CODES.has(code)) return true;
  const phrase = /context (?:length|size|window)|too many tokens|maximum.*tokens|prompt is too long|input length/i;
  return status !== 429 && phrase.test(message);
}

function limitSentence(retryAfter: number | undefined): string {
  if (retryAfter === undefined) return "limits how often it may be asked, and kept doing so: ask less often, or later";
  return `limits how often it may be asked: it wants ${Math.ceil(retryAfter / 1000)} s of pause`;
}

/** The server's own words in brackets, short and without the key. */
function saidBy(name: ServerName, message: string): string {
  const words = withoutSecret(message, name.secret).replace(/\s+/g, " ").trim();
  if (words === "") return "";
  return ` ("${words.length > 200 ? `${words.slice(0, 200)}...` : words}")`;
}

/** Takes out the key, and whatever looks like one: servers repeat keys, or parts of them, in their errors. */
function withoutSecret(text: string, secret: string | undefined): string {
  const known = secret === undefined || secret.length < 4 ? text : text.split(secret).join("[key]");
  return known.replace(/\b(?:sk|pk|gsk|key)[-_][\w*.-]{4,}/gi, "[key]").replace(/Bearer\s+\S+/gi, "Bearer [key]");
}

/** `Retry-After` in seconds or as a date, or OpenAI's `retry-after-ms`. */
export function retryAfterMs(headers: { get(name: string): string | null }): number | undefined {
  const ms = Number.parseFloat(headers.get("retry-after-ms") ?? "");
  if (Number.isFinite(ms)) return ms;
  const after = headers.get("retry-after");
  if (after === null) return undefined;
  const seconds = Number(after);
  const waitMs = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(after) - Date.now();
  return Number.isFinite(waitMs) ? Math.max(0, waitMs) : undefined;
}
