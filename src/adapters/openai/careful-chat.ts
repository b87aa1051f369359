import { ChatOpenAICompletions } from "@langchain/openai";
import { z } from "zod";
import { ProviderError } from "../../domain/errors.ts";
import {
  faultOfAnswer,
  faultOfConnection,
  faultOfProtocol,
  faultOfTimeout,
  faultOfTruncation,
  type ServerName,
} from "../model-server/server-fault.ts";
import { type RetryPolicy, retryAfterMs, withRetries } from "../model-server/with-retries.ts";

type Fields = NonNullable<ConstructorParameters<typeof ChatOpenAICompletions>[0]>;
type Completions = ChatOpenAICompletions["completionWithRetry"];
type Request = Parameters<Completions>[0];
type RequestOptions = Parameters<Completions>[1];
type Completion = Awaited<ReturnType<Completions>>;

/** How this model is to be called. */
export interface CarefulCalls {
  readonly name: ServerName;
  readonly timeoutMs: number;
  readonly retries: RetryPolicy;
  /** Output tokens to allow when the first answer was cut off. */
  readonly raisedMaxTokens: number;
  /** Called once when the model turns out to take no temperature. */
  onTemperatureRejected(): void;
}

const Answer = z.looseObject({
  choices: z
    .array(
      z.looseObject({
        finish_reason: z.string().nullish(),
        message: z.looseObject({ content: z.unknown(), refusal: z.string().nullish() }),
      }),
    )
    .min(1),
});

/**
 * @langchain/openai's chat model with the calls made carefully. As it comes, it throws away refusals, parses JSON that is
 * not JSON into a crash, gives up at a 429 without `retry-after`, and reports HTML as "reading 'message' of undefined".
 *
 * It is a class because LangChain's chat models are extended, not wrapped.
 */
export class CarefulChat extends ChatOpenAICompletions {
  readonly #calls: CarefulCalls;
  #temperatureTaken = true;

  constructor(fields: Exclude<Fields, string>, calls: CarefulCalls) {
    super({ ...fields, maxRetries: 0, timeout: 2 * calls.timeoutMs });
    this.#calls = calls;
  }

  override completionWithRetry = (async (request: Request, options?: RequestOptions): Promise<Completion> => {
    const allowed = this.#temperatureTaken ? request : { ...request, temperature: undefined };
    try {
      return await this.#untruncated(allowed, options);
    } catch (error) {
      if (!(error instanceof ProviderError && error.rejects === "temperature" && this.#temperatureTaken)) throw error;
      this.#temperatureTaken = false;
      this.#calls.onTemperatureRejected();
      return this.#untruncated({ ...request, temperature: undefined }, options);
    }
  }) as Completions;

  async #untruncated(request: Request, options: RequestOptions): Promise<Completion> {
    const answer = await this.#asked(request, options);
    if (!isCutOff(answer)) return answer;
    const budget = request.max_completion_tokens === undefined ? "max_tokens" : "max_completion_tokens";
    const second = await this.#asked({ ...request, [budget]: this.#calls.raisedMaxTokens }, options);
    if (isCutOff(second)) throw faultOfTruncation(this.#calls.name);
    return second;
  }

  #asked(request: Request, options: RequestOptions): Promise<Completion> {
    return withRetries(() => this.#once(request, options), this.#calls.retries, options?.signal ?? undefined);
  }

  async #once(request: Request, options: RequestOptions): Promise<Completion> {
    const { name, timeoutMs } = this.#calls;
    const timeout = AbortSignal.timeout(timeoutMs);
    const given = options?.signal ?? undefined;
    const signal = given === undefined ? timeout : AbortSignal.any([given, timeout]);
    const clientOptions = this._getClientOptions({ signal, maxRetries: 0 });
    try {
      const answer: unknown = await this.client.chat.completions.create(request, clientOptions);
      return withRefusalShown(checked(answer, name));
    } catch (error) {
      given?.throwIfAborted();
      if (timeout.aborted) throw faultOfTimeout(name, timeoutMs);
      throw error instanceof ProviderError ? error : faultOf(error, name);
    }
  }
}

function checked(answer: unknown, name: ServerName): Completion {
  if (typeof answer === "string") {
    throw faultOfProtocol(name, /^\s*</.test(answer) ? "a web page instead of JSON" : "text instead of JSON");
  }
  if (!Answer.safeParse(answer).success) throw faultOfProtocol(name, "JSON that is no chat completion");
  return answer as Completion;
}

/** LangChain drops refusals; as the content they are seen for what they are: words instead of an answer. */
function withRefusalShown(answer: Completion): Completion {
  for (const choice of "choices" in answer ? answer.choices : []) {
    if (choice.message.content === null && choice.message.refusal) choice.message.content = choice.message.refusal;
  }
  return answer;
}

function isCutOff(answer: Completion): boolean {
  return "choices" in answer && answer.choices[0]?.finish_reason === "length";
}

const HttpFailure = z.looseObject({
  status: z.number(),
  headers: z.instanceof(Headers).optional(),
  code: z.unknown(),
  message: z.string(),
  error: z.unknown(),
});

/** Sorts what the SDK throws. The SDK's error is not kept as a cause: it may repeat the key. */
function faultOf(error: unknown, name: ServerName): ProviderError {
  const failure = HttpFailure.safeParse(error);
  if (failure.success) {
    const { status, headers, code } = failure.data;
    return faultOfAnswer(name, {
      status,
      message: messageOf(failure.data),
      code: typeof code === "string" ? code : undefined,
      retryAfterMs: headers === undefined ? undefined : retryAfterMs(headers),
    });
  }
  if (error instanceof SyntaxError) return faultOfProtocol(name, "JSON that is cut short or malformed");
  const code = nodeCodeIn(error);
  if (code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT") return faultOfTimeout(name, 300_000);
  return faultOfConnection(name, code, isTermination(error) ? "answering" : "connecting");
}

/** The server's own sentence. Without a body the SDK makes one of the status, and an HTML body is no sentence. */
function messageOf({ error, message }: z.infer<typeof HttpFailure>): string {
  if (typeof error === "string") return error;
  if (typeof error === "object" && error !== null && "message" in error) return String(error.message);
  const text = message.replace(/^\d{3}\s*/, "");
  return /^\s*<|no body/.test(text) ? "" : text;
}

function nodeCodeIn(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ("code" in cause && typeof cause.code === "string") return cause.code;
    if (cause instanceof AggregateError) return nodeCodeIn(cause.errors[0]);
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
