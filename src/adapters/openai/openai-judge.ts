import { ConfigurationError } from "../../domain/errors.ts";
import { didYouMean } from "../../domain/nearest-name.ts";
import type { JudgeModel } from "../../ports/chat-model.ts";
import type { ServerName } from "../model-server/server-fault.ts";
import { serverPlace } from "../model-server/server-place.ts";
import { DEFAULT_RETRIES, type RetryPolicy } from "../model-server/with-retries.ts";
import { CarefulChat } from "./careful-chat.ts";
import { type DeclaredModel, declaredModels } from "./declared-models.ts";

export const OPENAI_BASE_URL = "https://api.openai.com/v1";

export interface OpenAiOptions {
  /** Any server that speaks Chat Completions; OpenAI's own by default. */
  readonly baseUrl?: string;
  /** Servers on this machine often want none. */
  readonly apiKey?: string;
  readonly temperature?: number | null;
  readonly seed?: number | null;
  /** Output tokens for one answer; the server's own limit when not given. */
  readonly maxTokens?: number;
  /** For one call of the model, retries apart. */
  readonly timeoutMs?: number;
  readonly retries?: RetryPolicy;
}

const DEFAULT_TIMEOUT_MS = 180_000;
/** Room for a judgment of a crowd when the server's own limit cut it off. */
const RAISED_MAX_TOKENS = 16_384;

/**
 * A model behind OpenAI's Chat Completions, at OpenAI or at any compatible server. Capabilities are what the server
 * declares; what it leaves open is tried, and a server that refuses tools, images or schemas is believed then.
 *
 * @throws {ConfigurationError} if a key is needed and not given, or the address is no URL.
 * @throws {ProviderError} if nobody answers or the key is refused.
 */
export async function createOpenAiJudge(
  modelName: string,
  options: OpenAiOptions = {},
  signal?: AbortSignal,
): Promise<JudgeModel> {
  const baseUrl = checkedBaseUrl(options.baseUrl ?? OPENAI_BASE_URL);
  const place = serverPlace(baseUrl);
  if (options.apiKey === undefined && baseUrl === OPENAI_BASE_URL) {
    throw new ConfigurationError("OpenAI needs a key: set OPENAI_API_KEY, or OPENAI_BASE_URL for another server");
  }
  const name: ServerName = {
    server: `The model server at ${place.name}`,
    model: modelName,
    keyVariable: "OPENAI_API_KEY",
    whenDown: "start it, or check OPENAI_BASE_URL",
    secret: options.apiKey,
  };
  const apiKey = options.apiKey ?? "none";
  const models = await declaredModels(baseUrl, { name, apiKey }, signal);
  const declared = models?.find(({ id }) => id === modelName);
  let temperature = options.temperature ?? null;
  const chat = new CarefulChat(fieldsFor(modelName, { ...options, baseUrl, apiKey }), {
    name: { ...name, hint: hintFor(modelName, models) },
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    retries: options.retries ?? DEFAULT_RETRIES,
    raisedMaxTokens: Math.max(RAISED_MAX_TOKENS, 2 * (options.maxTokens ?? 0)),
    onTemperatureRejected() {
      temperature = null;
    },
  });
  return {
    id: `openai:${modelName}`,
    chat,
    capabilities: { tools: declared?.tools ?? true, vision: declared?.vision ?? true },
    structuredOutput: declared?.schema === false ? "tool" : "provider",
    remote: !place.loopback,
    get temperature() {
      return temperature;
    },
    seed: options.seed ?? null,
  };
}

function fieldsFor(model: string, options: OpenAiOptions & { baseUrl: string; apiKey: string }) {
  const { baseUrl, apiKey, temperature, seed, maxTokens } = options;
  return {
    model,
    apiKey,
    streaming: false,
    // The SDK would log requests at OPENAI_LOG=debug.
    configuration: { baseURL: baseUrl, logLevel: "off" as const },
    ...(temperature === null || temperature === undefined ? {} : { temperature }),
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(seed === null || seed === undefined ? {} : { modelKwargs: { seed } }),
  };
}

function checkedBaseUrl(url: string): string {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new ConfigurationError(`OPENAI_BASE_URL must be an address such as http://127.0.0.1:8080/v1`);
  }
  return url.replace(/\/+$/, "");
}

/** A near miss among the names that the server lists, for the message of a 404. */
function hintFor(name: string, models: readonly DeclaredModel[] | undefined): string | undefined {
  if (models === undefined || models.some(({ id }) => id === name)) return undefined;
  return didYouMean(
    name,
    models.map(({ id }) => id),
  );
}
