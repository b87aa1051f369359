import { ConfigurationError, ProviderError } from "../domain/errors.ts";
import { didYouMean } from "../domain/nearest-name.ts";
import type { RetryPolicy } from "../platform/retry.ts";
import type { JudgeModel } from "../ports/chat-model.ts";

export interface ModelOptions {
  /** OPENAI_API_KEY, OPENAI_BASE_URL and OLLAMA_HOST are read from here; the process's environment by default. */
  readonly env?: Readonly<NodeJS.ProcessEnv>;
  /** Address of an OpenAI-compatible server; goes before OPENAI_BASE_URL. */
  readonly baseUrl?: string;
  /** Goes before OPENAI_API_KEY. */
  readonly apiKey?: string;
  /** Address of an Ollama server; goes before OLLAMA_HOST. */
  readonly host?: string;
  readonly temperature?: number | null;
  readonly seed?: number | null;
  /** Output tokens for one answer. */
  readonly maxTokens?: number;
  /** For one call of the model. */
  readonly timeoutMs?: number;
  /** How often a request that may pass is tried. */
  readonly retries?: RetryPolicy;
}

/** A model as the user names it. */
export interface ModelSpec {
  readonly provider: "rules" | "openai" | "ollama";
  /** `null` for the built-in baseline. */
  readonly name: string | null;
}

const FORMS = "rules, openai:<name> or ollama:<name>";

/**
 * Reads `rules`, `openai:gpt-4.1` or `ollama:qwen2.5vl:7b`.
 *
 * @throws {ConfigurationError} if it is none of these; the message says what may have been meant.
 */
export function parseModelSpec(spec: string): ModelSpec {
  const text = spec.trim();
  if (text === "rules") return { provider: "rules", name: null };
  const colon = text.indexOf(":");
  const [provider, name] = [text.slice(0, Math.max(0, colon)), text.slice(colon + 1).trim()];
  if ((provider === "openai" || provider === "ollama") && name !== "") return { provider, name };
  const asked = provider === "" ? text : provider;
  if (asked === "openai" || asked === "ollama") {
    throw new ConfigurationError(`Which model of ${asked}? Write ${asked}:<name>`);
  }
  throw new ConfigurationError(`There is no model "${spec}": write ${FORMS}.${guess(text, provider, name)}`);
}

function guess(text: string, provider: string, name: string): string {
  if (provider !== "" && name !== "") {
    const suggestion = didYouMean(provider, ["openai", "ollama"]);
    return suggestion.startsWith("Did") ? ` ${suggestion.replace(/"(\w+)"/g, `"$1:${name}"`)}` : "";
  }
  if (didYouMean(text, ["rules"]).startsWith("Did")) return ' Did you mean "rules"?';
  if (text === "") return "";
  return /^(?:gpt|o\d|chatgpt)/.test(text) ? ` Did you mean "openai:${text}"?` : ` Did you mean "ollama:${text}"?`;
}

/**
 * Connects to a model. Its server is asked for its capabilities; nothing else is sent.
 *
 * @throws {ConfigurationError} if there is no such model, or a key is missing.
 * @throws {ProviderError} if its server does not answer or refuses the key.
 */
export async function openModel(spec: string, options: ModelOptions = {}, signal?: AbortSignal): Promise<JudgeModel> {
  const { provider, name } = parseModelSpec(spec);
  if (provider === "rules" || name === null) {
    const { createRulesModel } = await import("../adapters/rules/rules-model.ts");
    return createRulesModel();
  }
  const { env = process.env, baseUrl, apiKey, host, ...rest } = options;
  if (provider === "openai") {
    const { createOpenAiJudge } = await import("../adapters/openai/openai-judge.ts");
    const address = given(baseUrl ?? env.OPENAI_BASE_URL);
    const key = given(apiKey ?? env.OPENAI_API_KEY);
    const access = {
      ...(address === undefined ? {} : { baseUrl: address }),
      ...(key === undefined ? {} : { apiKey: key }),
    };
    return createOpenAiJudge(name, { ...rest, ...access }, signal);
  }
  const { createOllamaJudge } = await import("../adapters/ollama/ollama-judge.ts");
  const address = given(host ?? env.OLLAMA_HOST);
  return createOllamaJudge(name, { ...rest, ...(address === undefined ? {} : { host: address }) }, signal);
}

/** An empty environment variable is as good as none. */
function given(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === "" ? undefined : text.trim();
}

/** An offer is not worth waiting for. */
const OFFER_TIMEOUT_MS = 1_500;

/**
 * A model on this machine that could judge better than the baseline: the first that sees images on a reachable Ollama,
 * one with tools before one without. It is only named, never used unasked. `null` when there is none.
 */
export async function offerLocalModel(
  env: Readonly<NodeJS.ProcessEnv> = process.env,
  signal?: AbortSignal,
): Promise<string | null> {
  const { listOllamaModels } = await import("../adapters/ollama/ollama-judge.ts");
  const timeout = AbortSignal.timeout(OFFER_TIMEOUT_MS);
  try {
    const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
    const models = await listOllamaModels(given(env.OLLAMA_HOST), either);
    const seeing = models.filter(({ vision, local }) => vision && local);
    const best = seeing.find(({ tools }) => tools) ?? seeing[0];
    return best === undefined ? null : `ollama:${best.name}`;
  } catch (error) {
    signal?.throwIfAborted();
    if (timeout.aborted || error instanceof ConfigurationError || error instanceof ProviderError) return null;
    throw error;
  }
}
