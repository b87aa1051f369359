import { AIMessage, type BaseMessage, type InvalidToolCall } from "@langchain/core/messages";
import { ChatOpenAICompletions } from "@langchain/openai";
import { z } from "zod";
import { ProviderError } from "../../domain/errors.ts";
import { faultOfProtocol, faultOfTimeout, faultOfTruncation, type ServerName } from "../model-server/server-fault.ts";
import { type RetryPolicy, withRetries } from "../model-server/with-retries.ts";
import { openAiFault } from "./openai-fault.ts";

type Fields = NonNullable<ConstructorParameters<typeof ChatOpenAICompletions>[0]>;
type Completions = ChatOpenAICompletions["completionWithRetry"];
type Request = Parameters<Completions>[0];
type RequestOptions = Parameters<Completions>[1];
type Completion = Awaited<ReturnType<Completions>>;
type ChatMessage = Completion["choices"][number]["message"];

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

  /** Sets calls whose arguments are not JSON apart: LangChain does too, but tells users to upgrade other packages. */
  protected override _convertCompletionsMessageToBaseMessage(
    message: ChatMessage,
    completion: Completion,
  ): BaseMessage {
    const { tool_calls: calls = [], ...rest } = message;
    const broken = calls.filter((call) => call.type === "function" && !isJson(call.function.arguments));
    const sound = calls.filter((call) => !broken.includes(call));
    const kept = sound.length === 0 ? rest : { ...rest, tool_calls: sound };
    const converted = super._convertCompletionsMessageToBaseMessage(kept, completion);
    if (AIMessage.isInstance(converted)) converted.invalid_tool_calls = broken.flatMap(invalidCall);
    return converted;
  }

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
      throw error instanceof ProviderError ? error : openAiFault(error, name);
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

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function invalidCall(call: NonNullable<ChatMessage["tool_calls"]>[number]): InvalidToolCall[] {
  if (call.type !== "function") return [];
  const { name, arguments: args } = call.function;
  return [{ type: "invalid_tool_call", id: call.id, name, args, error: "The arguments are not JSON" }];
}

/** LangChain drops refusals; as the content they are seen for what they are: words instead of an answer. */
function withRefusalShown(answer: Completion): Completion {
  for (const choice of answer.choices) {
    if (choice.message.content === null && choice.message.refusal) choice.message.content = choice.message.refusal;
  }
  return answer;
}

function isCutOff(answer: Completion): boolean {
  return answer.choices[0]?.finish_reason === "length";
}
