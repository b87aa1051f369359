import { anthropicProvider } from "../adapters/anthropic/anthropic-provider.ts";
import { azureProvider } from "../adapters/azure/azure-provider.ts";
import { clipProvider } from "../adapters/clip/clip-provider.ts";
import { ggufProvider } from "../adapters/gguf/gguf-provider.ts";
import { googleProvider } from "../adapters/google/google-provider.ts";
import { httpProvider } from "../adapters/http/http-provider.ts";
import type { ModelOptions, ModelProvider } from "../adapters/model-provider.ts";
import { ollamaProvider } from "../adapters/ollama/ollama-provider.ts";
import { openAiProvider } from "../adapters/openai/openai-provider.ts";
import { replayProvider } from "../adapters/replay/replay-provider.ts";
import { rulesProvider } from "../adapters/rules/rules-provider.ts";
import { ConfigurationError, ProviderError } from "../domain/errors.ts";
import { didYouMean } from "../domain/nearest-name.ts";
import { jobOfProcess } from "../fleet/job-of-process.ts";
import type { JudgeModel } from "../ports/chat-model.ts";
import type { TextEmbedder } from "../ports/embedder.ts";
import type { Transcriber } from "../ports/transcriber.ts";

import type { RemotePolicy } from "./consent.ts";

export type { ModelOptions } from "../adapters/model-provider.ts";

/** Every provider of models, in the order in which help and `doctor` name them. */
export const MODEL_PROVIDERS: readonly ModelProvider[] = [
  rulesProvider,
  openAiProvider,
  ollamaProvider,
  anthropicProvider,
  googleProvider,
  azureProvider,
  ggufProvider,
  clipProvider,
  httpProvider,
  replayProvider,
];

/** How models are written, for help and messages: `rules, openai:<name> or ollama:<name>`. */
export const MODEL_FORMS = inWords(MODEL_PROVIDERS.map(formOf));
/** The same of models that look now: neither the baseline nor what was recorded. */
export const NAMED_MODEL_FORMS = inWords(
  MODEL_PROVIDERS.filter((provider) => provider.severalModels && provider !== replayProvider).map(formOf),
);
/** The same of models that turn texts into vectors. */
export const EMBEDDER_FORMS = inWords(MODEL_PROVIDERS.filter(({ openEmbedder }) => openEmbedder).map(formOf));

/** The same of models that turn speech into words. */
export const TRANSCRIBER_FORMS = inWords(MODEL_PROVIDERS.filter(({ openTranscriber: opens }) => opens).map(formOf));

/** A model as the user names it. */
interface ModelSpec {
  readonly provider: ModelProvider;
  /** `""` where the provider has only one. */
  readonly model: string;
}

/**
 * Reads `rules`, `openai:gpt-4.1` or `ollama:qwen2.5vl:7b`.
 *
 * @throws {ConfigurationError} if it is none of these; the message says what may have been meant.
 */
export function parseModelSpec(spec: string): ModelSpec {
  const text = spec.trim();
  const colon = text.indexOf(":");
  const [named, model] = colon < 0 ? [text, ""] : [text.slice(0, colon), text.slice(colon + 1).trim()];
  const provider = MODEL_PROVIDERS.find(({ name }) => name === named);
  if (provider?.severalModels === (model !== "")) return { provider, model };
  if (provider?.severalModels) throw new ConfigurationError(`Which model of ${named}? Write ${formOf(provider)}`);
  throw new ConfigurationError(`There is no model "${spec}": write ${MODEL_FORMS}.${guess(text, named, model)}`);
}

function guess(text: string, named: string, model: string): string {
  if (text === "") return "";
  const several = model !== "";
  const near = didYouMean(
    named,
    MODEL_PROVIDERS.filter(({ severalModels }) => severalModels === several).map(({ name }) => name),
  );
  if (near.startsWith("Did")) return ` ${several ? near.replace(/"(\w+)"/g, `"$1:${model}"`) : near}`;
  const owner = MODEL_PROVIDERS.find(({ wellKnown }) => wellKnown?.test(text));
  return several || owner === undefined ? "" : ` Did you mean "${owner.name}:${text}"?`;
}

function formOf({ name, severalModels, form = "<name>" }: ModelProvider): string {
  return severalModels ? `${name}:${form}` : name;
}

function inWords(forms: readonly string[]): string {
  return forms.join(", ").replace(/, ([^,]+)$/, " or $1");
}

/**
 * Connects to a model. Its server is asked for its capabilities; nothing else is sent. Where `models probe` has seen what
 * it does, that goes before what it declares. A server elsewhere must have been allowed for this project.
 *
 * @throws {ConfigurationError} if there is no such model, it is elsewhere and not allowed, or a key is missing.
 * @throws {ProviderError} if its server does not answer or refuses the key.
 */
export async function openModel(spec: string, options: ModelOptions = {}, signal?: AbortSignal): Promise<JudgeModel> {
  const { consentUnder } = await import("./consent.ts");
  const open = (own: ModelOptions) => connectModel(spec, { consent: consentUnder(own), ...own }, signal);
  const job = spec === "rules" ? undefined : jobOfProcess();
  const model =
    job === undefined
      ? await open(options)
      : await (await import("./fleet-calls.ts")).openThroughLedger(open, options, job);
  const { keptProbe } = await import("./kept-probes.ts");
  const seen = await keptProbe(model);
  if (seen !== undefined) model.learn?.(seen.capabilities);
  return model;
}

/** The same by what its server declares alone. */
export async function connectModel(
  spec: string,
  options: ModelOptions = {},
  signal?: AbortSignal,
): Promise<JudgeModel> {
  const { provider, model } = parseModelSpec(spec);
  return provider.open(model, { env: process.env, ...options }, signal);
}

/** The judges of a panel as evaluations write one, `openai:gpt-4.1,rules`; any other model is one by itself. */
export function judgesIn(spec: string): readonly string[] {
  const names = spec.split(",").map((name) => name.trim());
  const isModel = (text: string) => MODEL_PROVIDERS.some(({ name }) => text === name || text.startsWith(`${name}:`));
  return names.length > 1 && names.every(isModel) ? names : [spec];
}

/** @throws {ConfigurationError} if one server's address would be taken for models of several kinds of servers. */
export function refuseOneAddressForTwo(models: readonly string[], baseUrl: string | undefined): void {
  const asked = models.filter((name) => name !== "rules");
  const kinds = new Set(asked.map((name) => parseModelSpec(name).provider));
  if (baseUrl === undefined || kinds.size < 2) return;
  throw new ConfigurationError(
    `One --base-url cannot serve ${[...new Set(asked)].join(", ")}: set OPENAI_BASE_URL and OLLAMA_HOST instead`,
  );
}

/** Whether asking a model, or a panel, costs no money. */
export function isFreeModel(spec: string): boolean {
  return judgesIn(spec).every((name) => parseModelSpec(name).provider.free);
}

/**
 * A text embedder as the user names it, e.g. `ollama:nomic-embed-text`; `null` when none is named.
 * @throws {ConfigurationError} if it is no model that embeds, it is elsewhere and not allowed, or its key is missing.
 */
export async function openTextEmbedder(
  spec: string | undefined,
  policy: RemotePolicy = {},
): Promise<TextEmbedder | null> {
  if (spec === undefined) return null;
  const [, named, model = ""] = /^(\w+):(.+)$/.exec(spec.trim()) ?? [];
  const open = MODEL_PROVIDERS.find(({ name }) => name === named)?.openEmbedder;
  if (open === undefined) throw new ConfigurationError(`An embedder is written ${EMBEDDER_FORMS}, not "${spec}"`);
  const embedder = await open(model, process.env);
  const { consentUnder } = await import("./consent.ts");
  if (embedder.remote) await consentUnder(policy)(embedder.server, "the texts that are embedded");
  return embedder;
}

/**
 * A transcriber as the user names it, e.g. `openai:whisper-1`.
 * @throws {ConfigurationError} if it is no model that transcribes, it is elsewhere and not allowed, or its key is missing.
 */
export async function openTranscriber(
  spec: string,
  { allowRemote, localOnly, ...options }: ModelOptions & RemotePolicy = {},
): Promise<Transcriber> {
  const [, named, model = ""] = /^(\w+):(.+)$/.exec(spec.trim()) ?? [];
  const open = MODEL_PROVIDERS.find(({ name }) => name === named)?.openTranscriber;
  if (open === undefined) throw new ConfigurationError(`A transcriber is written ${TRANSCRIBER_FORMS}, not "${spec}"`);
  const transcriber = await open(model, { env: process.env, ...options });
  const { consentUnder } = await import("./consent.ts");
  if (transcriber.remote) await consentUnder({ allowRemote, localOnly })(transcriber.server, "the sound of the clip");
  return transcriber;
}

/** An offer is not worth waiting for. */
const OFFER_TIMEOUT_MS = 1_500;

/**
 * A model on this machine that could judge better than the baseline: one that sees images, with tools before one
 * without. It is only named, never used unasked. `null` when there is none.
 */
export async function offerLocalModel(
  env: Readonly<NodeJS.ProcessEnv> = process.env,
  signal?: AbortSignal,
): Promise<string | null> {
  const timeout = AbortSignal.timeout(OFFER_TIMEOUT_MS);
  const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  try {
    for (const { offer } of MODEL_PROVIDERS) {
      const offered = await offer?.(env, either);
      if (offered) return offered;
    }
    return null;
  } catch (error) {
    signal?.throwIfAborted();
    if (timeout.aborted || error instanceof ConfigurationError || error instanceof ProviderError) return null;
    throw error;
  }
}
