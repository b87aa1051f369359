import { z } from "zod";
import { ConfigurationError, ProviderError } from "../../domain/errors.ts";
import { didYouMean } from "../../domain/nearest-name.ts";
import type { JudgeModel } from "../../ports/chat-model.ts";
import { faultOfProtocol } from "../model-server/server-fault.ts";
import { serverPlace } from "../model-server/server-place.ts";
import { DEFAULT_RETRIES, type RetryPolicy } from "../model-server/with-retries.ts";
import { OllamaChat } from "./ollama-chat.ts";
import { ollamaClient, ollamaFault, ollamaName, ollamaUrl } from "./ollama-server.ts";

export interface OllamaOptions {
  /** As OLLAMA_HOST: a host, a port or a URL; this machine by default. */
  readonly host?: string;
  readonly temperature?: number | null;
  readonly seed?: number | null;
  readonly maxTokens?: number;
  /** Context length in tokens; fitted to the conversation when not given. */
  readonly numCtx?: number;
  /** How long the server keeps the model loaded, in Ollama's notation. */
  readonly keepAlive?: string;
  /** For one call of the model; the first one may have to load it. */
  readonly timeoutMs?: number;
  readonly retries?: RetryPolicy;
}

/** A model that an Ollama server has, with what it can do. */
export interface OllamaModelInfo {
  readonly name: string;
  readonly tools: boolean;
  readonly vision: boolean;
  /** Whether it runs on this machine: a cloud model behind a local server does not. */
  readonly local: boolean;
}

const Shown = z.looseObject({
  capabilities: z.array(z.string()).optional(),
  template: z.string().optional(),
  projector_info: z.looseObject({}).nullish(),
  model_info: z.record(z.string(), z.unknown()).nullish(),
  remote_host: z.string().nullish(),
});
type Shown = z.infer<typeof Shown>;

const Tags = z.looseObject({ models: z.array(z.looseObject({ name: z.string(), digest: z.string().optional() })) });

const DEFAULT_TIMEOUT_MS = 600_000;
const QUESTION_TIMEOUT_MS = 15_000;

/**
 * A model behind Ollama. Asks the server for its capabilities and context length before anything is sent.
 *
 * @throws {ConfigurationError} if the server has no such model; the message names near ones.
 * @throws {ProviderError} if nobody answers.
 */
export async function createOllamaJudge(
  modelName: string,
  options: OllamaOptions = {},
  signal?: AbortSignal,
): Promise<JudgeModel> {
  const url = ollamaUrl(options.host);
  const tags = await installed(url, signal);
  const shown = await show(url, modelName, { tags: tags.map(({ name }) => name), signal });
  const { temperature = null, seed = null, maxTokens = null, numCtx = null } = options;
  const chat = new OllamaChat({
    url,
    name: ollamaName(url, modelName),
    model: modelName,
    digest: tags.find(({ name }) => name === modelName || name === `${modelName}:latest`)?.digest ?? null,
    temperature,
    seed,
    maxTokens,
    contextLength: contextLengthOf(shown),
    numCtx,
    keepAlive: options.keepAlive ?? "10m",
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    retries: options.retries ?? DEFAULT_RETRIES,
  });
  return {
    id: `ollama:${modelName}`,
    chat,
    capabilities: capabilitiesOf(shown),
    structuredOutput: "provider",
    remote: isRemote(url, shown),
    temperature,
    seed,
  };
}

/**
 * The models of an Ollama server, with what each can do. Nobody there is an empty list: this is for an offer.
 */
export async function listOllamaModels(host: string | undefined, signal?: AbortSignal): Promise<OllamaModelInfo[]> {
  const url = ollamaUrl(host);
  try {
    const tags = await installed(url, signal);
    const names = tags.map(({ name }) => name);
    return await Promise.all(
      names.map(async (name) => {
        const shown = await show(url, name, { tags: names, signal });
        return { name, ...capabilitiesOf(shown), local: !isRemote(url, shown) };
      }),
    );
  } catch (error) {
    if (error instanceof ProviderError || error instanceof ConfigurationError) return [];
    throw error;
  }
}

async function installed(url: string, signal: AbortSignal | undefined) {
  const list = Tags.safeParse(await asked(url, "", (client) => client.list(), signal));
  if (!list.success) throw faultOfProtocol(ollamaName(url, ""), "a list of models that is not Ollama's");
  return list.data.models;
}

async function show(
  url: string,
  model: string,
  { tags, signal }: { tags: readonly string[]; signal: AbortSignal | undefined },
): Promise<Shown> {
  try {
    const shown = Shown.safeParse(await asked(url, model, (client) => client.show({ model }), signal));
    if (!shown.success) throw faultOfProtocol(ollamaName(url, model), "a description that is not Ollama's");
    return shown.data;
  } catch (error) {
    if (!(error instanceof ProviderError) || error.status !== 404) throw error;
    const hint = tags.length === 0 ? "It has none yet." : didYouMean(model, tags);
    const advice = `Run \`ollama pull ${model}\` to get it.`;
    throw new ConfigurationError(`${ollamaName(url, model).server} has no model "${model}". ${hint} ${advice}`);
  }
}

async function asked<T>(
  url: string,
  model: string,
  question: (client: ReturnType<typeof ollamaClient>) => Promise<T>,
  given: AbortSignal | undefined,
): Promise<T> {
  const timeout = AbortSignal.timeout(QUESTION_TIMEOUT_MS);
  const either = given === undefined ? timeout : AbortSignal.any([given, timeout]);
  const name = ollamaName(url, model);
  try {
    return await question(ollamaClient(url, name, either));
  } catch (error) {
    throw ollamaFault(error, name, {
      ...(given === undefined ? {} : { given }),
      timeout,
      timeoutMs: QUESTION_TIMEOUT_MS,
    });
  }
}

/** Servers from before `capabilities` still show a projector for vision and a template that mentions tools. */
function capabilitiesOf({ capabilities, projector_info: projector, template }: Shown) {
  return {
    tools: capabilities?.includes("tools") ?? /\.Tools\b/.test(template ?? ""),
    vision: capabilities?.includes("vision") ?? (projector !== undefined && projector !== null),
  };
}

function contextLengthOf({ model_info: info }: Shown): number | null {
  const entry = Object.entries(info ?? {}).find(([key]) => key.endsWith(".context_length"));
  return typeof entry?.[1] === "number" ? entry[1] : null;
}

/** A cloud model runs elsewhere although its server is on this machine. */
function isRemote(url: string, { remote_host: remoteHost }: Shown): boolean {
  return !serverPlace(url).loopback || Boolean(remoteHost);
}
