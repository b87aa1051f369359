import { ProviderError, type RejectedFeature } from "../../domain/errors.ts";

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
export interface FailedAnswer {
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
  const rejects = rejectedFeature(answer);
  if (rejects !== undefined) {
    const sentence = `does not take ${FEATURE_WORDS[rejects]} for "${name.model}"${words}`;
    return new ProviderError(`${name.server} ${sentence}`, { retryable: false, status, rejects });
  }
  if (status === 401 || status === 403) return fault(`refused the key: check ${name.keyVariable}`, false);
  if (status === 402 || isUsedUp(answer)) return fault("says that the account's quota is used up: top it up", false);
  if (status === 404) return fault(`has no model "${name.model}"${words}${name.hint ? `. ${name.hint}` : ""}`, false);
  if (status === 429) return fault(limitSentence(retryAfterMs), true);
  if (isTooLong(answer)) {
    return fault(`says that this conversation is longer than "${name.model}" can read${words}`, false);
  }
  if (status >= 500) return fault(`failed with status ${status}${words}: try again later`, true);
  return fault(`refused the request with status ${status}${words}`, false);
}

/** Nobody answered, or not to the end. `code` is Node's, such as ECONNREFUSED. */
export function faultOfConnection(name: ServerName, code: string | undefined, during: "connecting" | "answering") {
  if (during === "answering" || code === "ECONNRESET" || code === "UND_ERR_SOCKET" || code === "EPIPE") {
    return new ProviderError(`${name.server} broke off the connection before its answer was complete`, {
      retryable: true,
    });
  }
  const reason = code === undefined ? "" : ` (${code})`;
  return new ProviderError(`${name.server} cannot be reached${reason}: ${name.whenDown}`, { retryable: false });
}

export function faultOfTimeout(name: ServerName, timeoutMs: number): ProviderError {
  const seconds = Math.round(timeoutMs / 1000);
  const sentence = `gave no complete answer within ${seconds} s: try again, or allow more time`;
  return new ProviderError(`${name.server} ${sentence}`, { retryable: false });
}

/** The answer is a success, but not of this protocol. `what` completes "answered with ...". */
export function faultOfProtocol(name: ServerName, what: string): ProviderError {
  const sentence = `answered with ${what}: check that its address is right and that no login page is in between`;
  return new ProviderError(`${name.server} ${sentence}`, { retryable: false });
}

export function faultOfTruncation(name: ServerName): ProviderError {
  const sentence = `cut off the answer of "${name.model}" at its token limit, twice: allow more output tokens`;
  return new ProviderError(`${name.server} ${sentence}`, { retryable: false });
}

const FEATURE_WORDS: Readonly<Record<RejectedFeature, string>> = {
  tools: "tools",
  images: "images",
  schema: "a JSON schema",
  temperature: "a temperature",
};

/**
 * Compatible servers say in words only what they do not take. The phrases are those of OpenAI, OpenRouter (404), vLLM,
 * llama.cpp (500), Ollama, Groq and DeepSeek; a phrase that is not recognised stays an ordinary refusal.
 */
const FEATURE_PHRASES: readonly (readonly [RejectedFeature, RegExp])[] = [
  ["temperature", /temperature\b.*(?:not support|unsupported|only the default|must be)|unsupported.*\btemperature\b/i],
  [
    "images",
    /image_url|image input|images? (?:is|are) not|(?:support|accept|process)\w* (?:\w+ )?images?\b|not a multimodal|\bvision\b|mmproj|unsupported content type/i,
  ],
  ["schema", /response_format|json_schema|structured output|json mode|\bgrammar\b/i],
  ["tools", /\btools?\b|tool[-_ ]?(?:use|choice|call)|function[-_ ]?call/i],
];

function rejectedFeature({ status, message, code }: FailedAnswer): RejectedFeature | undefined {
  if (![400, 404, 415, 422, 500, 501].includes(status)) return undefined;
  if (!/support|enable|require|unknown variant|not allowed|cannot be|invalid|unsupported|must be/i.test(message)) {
    return undefined;
  }
  if (code === "context_length_exceeded") return undefined;
  return FEATURE_PHRASES.find(([, phrase]) => phrase.test(message))?.[0];
}

function isUsedUp({ status, message, code }: FailedAnswer): boolean {
  return status === 429 && (code === "insufficient_quota" || /quota|billing|credit/i.test(message));
}

function isTooLong({ message, code }: FailedAnswer): boolean {
  return (
    code === "context_length_exceeded" ||
    /context (?:length|size|window)|too many tokens|maximum.*tokens/i.test(message)
  );
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
export function withoutSecret(text: string, secret: string | undefined): string {
  const known = secret === undefined || secret.length < 4 ? text : text.split(secret).join("[key]");
  return known.replace(/\b(?:sk|pk|gsk|key)[-_][\w*.-]{4,}/gi, "[key]").replace(/Bearer\s+\S+/gi, "Bearer [key]");
}
