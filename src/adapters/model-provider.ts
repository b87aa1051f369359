import type { Taxonomy } from "../domain/category.ts";
import type { HealthCheck } from "../domain/health.ts";
import type { RetryPolicy } from "../platform/retry.ts";
import type { JudgeModel } from "../ports/chat-model.ts";
import type { TextEmbedder } from "../ports/embedder.ts";
import type { Transcriber } from "../ports/transcriber.ts";
import type { TurnedDown } from "./model-server/server-model.ts";

/** How each call of a model is made. */
export interface CallOptions {
  readonly temperature?: number | null;
  readonly seed?: number | null;
  /** How long it is to think before it answers; as the server pleases when not given. `openai:`, `ollama:` and `azure:` take it. */
  readonly reasoningEffort?: "minimal" | "low" | "medium" | "high";
  /** Output tokens for one answer; the server's own limit when not given. */
  readonly maxTokens?: number;
  /** For one call of the model, retries apart; 600 s on this machine and 300 s elsewhere when not given. */
  readonly timeoutMs?: number;
  /** How often a request that may pass is tried. */
  readonly retries?: RetryPolicy;
  /** What servers turned down, shared by the models of a run; each model finds out for itself when not given. */
  readonly turnedDown?: TurnedDown;
  /** Waited for before every request of the model, with the tokens that it is reckoned to have; what it throws ends the call. */
  readonly beforeRequest?: ((inputTokens?: number) => void | Promise<void>) | undefined;
  /** The taxonomy that labels were taken from, where one was named: what they mean for a model that compares images with that. */
  readonly taxonomy?: Taxonomy | undefined;
  /** Asked before anything is sent to a server that is not on this machine; throws where it may not be used. */
  readonly consent?: ((server: string) => Promise<void>) | undefined;
}

export interface ModelOptions extends CallOptions {
  /** Keys and addresses are read from here, e.g. OPENAI_API_KEY and OLLAMA_HOST; the process's environment by default. */
  readonly env?: Readonly<NodeJS.ProcessEnv>;
  /** Address of the model's server; goes before OPENAI_BASE_URL and OLLAMA_HOST. */
  readonly baseUrl?: string;
  /** Goes before OPENAI_API_KEY. */
  readonly apiKey?: string;
  /** Allows a server elsewhere once for this project; see `src/compose/consent.ts`. */
  readonly allowRemote?: boolean;
  /** Refuses every server that is not on this machine. */
  readonly localOnly?: boolean;
}

/**
 * All that Kuleshov knows of one provider of models before it is used; what speaks to it is loaded when it opens. The
 * list of them is `src/compose/models.ts`.
 */
export interface ModelProvider {
  /** First part of a model's name, as in `openai:gpt-4.1`. */
  readonly name: string;
  /** Whether it has several models, written `<name>:<model>`; one that has not is written by its name alone. */
  readonly severalModels: boolean;
  /** What stands after the colon, for help: `<name>` when not given. */
  readonly form?: string;
  /** Models of it by which people ask without naming the provider, e.g. `/^gpt/`; for "did you mean". */
  readonly wellKnown?: RegExp;
  /** Whether calls cost no money, as on a machine of one's own. */
  readonly free: boolean;
  /**
   * Connects to one of its models. @param model `""` where there is only one.
   *
   * @throws {ConfigurationError} if there is no such model, or a key is missing.
   * @throws {ProviderError} if its server does not answer or refuses the key.
   */
  open(model: string, options: ModelOptions, signal?: AbortSignal): Promise<JudgeModel>;
  /** Its line of `doctor`. */
  check(env: Readonly<NodeJS.ProcessEnv>, signal?: AbortSignal): Promise<HealthCheck>;
  /** The name of a model that is on this machine and sees images; `null` when there is none. */
  readonly offer?: (env: Readonly<NodeJS.ProcessEnv>, signal?: AbortSignal) => Promise<string | null>;
  /** Its models that can be asked now, as far as it can tell without being paid. */
  readonly list?: (
    env: Readonly<NodeJS.ProcessEnv>,
    signal?: AbortSignal,
  ) => Promise<readonly { readonly model: string; readonly sees: boolean; readonly remote: boolean }[]>;
  /** One of its models that turns texts into vectors. @throws {ConfigurationError} if a key is missing. */
  readonly openEmbedder?: (model: string, env: Readonly<NodeJS.ProcessEnv>) => Promise<TextEmbedder>;
  /** One of its models that turns speech into words. @throws {ConfigurationError} if a key is missing. */
  readonly openTranscriber?: (model: string, options: ModelOptions) => Promise<Transcriber>;
}

/** An empty environment variable is as good as none. */
export function givenSetting(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === "" ? undefined : text.trim();
}
