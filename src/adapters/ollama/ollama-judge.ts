import { z } from "zod";
import { ConfigurationError, ProviderError } from "../../domain/errors.ts";
import { didYouMean } from "../../domain/nearest-name.ts";
import { serverPlace } from "../../platform/server-place.ts";
import type { JudgeModel } from "../../ports/chat-model.ts";
import type { CallOptions } from "../model-provider.ts";
import { callSettings } from "../model-server/call-settings.ts";
import { FREE_SHAPE } from "../model-server/conversation-shape.ts";
import { faultOfProtocol, type ServerName } from "../model-server/server-fault.ts";
import { createServerModel } from "../model-server/server-model.ts";
import { ollamaChat } from "./ollama-chat.ts";
import { askOllama, ollamaName, ollamaUrl } from "./ollama-server.ts";

export interface OllamaOptions extends CallOptions {
  /** As OLLAMA_HOST: a host, a port or a URL; this machine by default. */
  readonly host?: string;
  /** Context length in tokens; fitted to the conversation when not given. */
  readonly numCtx?: number;
  /** How long the server keeps the model loaded, in Ollama's notation. */
  readonly keepAlive?: string;
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

const Version = z.looseObject({ version: z.string() });

const QUESTION_TIMEOUT_MS = 15_000;
/** Ollama's word for it. */
const UNLIMITED = -1;

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
  const place = serverPlace(url);
  if (!place.loopback) await options.consent?.(place.name);
  const tags = await installed(url, signal);
  const shown = await show(url, modelName, { tags: tags.map(({ name }) => name), signal });
  if (shown.remote_host) await options.consent?.(shown.remote_host);
  const { maxTokens = null, numCtx = null } = options;
  const name = ollamaName(url, modelName);
  const contextLength = contextLengthOf(shown);
  const digest = tags.find((tag) => tag.name === modelName || tag.name === `${modelName}:latest`)?.digest ?? null;
  const keepAlive = options.keepAlive ?? "10m";
  const { reasoningEffort } = options;
  const canThink = shown.capabilities?.includes("thinking") ?? false;
  // Ollama's word for the least is to have it think at all.
  const thinks = canThink && (reasoningEffort === "minimal" ? "low" : (reasoningEffort ?? true));
  return createServerModel({
    id: `ollama:${modelName}`,
    name,
    protocol: ollamaChat({ url, name, model: modelName, digest, contextLength, numCtx, keepAlive, thinks }),
    capabilities: {
      ...capabilitiesOf(shown),
      severalImages: true,
      imagesAfterTools: true,
      structuredOutput: "without-tools",
      contextTokens: numCtx ?? contextLength,
    },
    shape: FREE_SHAPE,
    remote: isRemote(url, shown),
    identity: {
      server: place.name,
      build: await versionOf(url, name, signal),
      digest,
      contextTokens: numCtx ?? contextLength,
      maxTokens,
      ...(reasoningEffort === undefined ? {} : { reasoningEffort }),
    },
    ...callSettings(options, place),
    // Without a limit of its own an answer ends where the context does.
    raisedMaxTokens: UNLIMITED,
  });
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
  const name = ollamaName(url, "");
  const list = Tags.safeParse(await askOllama(question(url, name, signal), (client) => client.list()));
  if (!list.success) throw faultOfProtocol(name, "a list of models that is not Ollama's");
  return list.data.models;
}

/** Another version may do other things. `null` where it is not told. */
async function versionOf(url: string, name: ServerName, signal: AbortSignal | undefined): Promise<string | null> {
  try {
    return Version.parse(await askOllama(question(url, name, signal), (client) => client.version())).version;
  } catch (error) {
    if (error instanceof ProviderError || error instanceof z.ZodError) return null;
    throw error;
  }
}

async function show(
  url: string,
  model: string,
  { tags, signal }: { tags: readonly string[]; signal: AbortSignal | undefined },
): Promise<Shown> {
  const name = ollamaName(url, model);
  try {
    const shown = Shown.safeParse(await askOllama(question(url, name, signal), (client) => client.show({ model })));
    if (!shown.success) throw faultOfProtocol(name, "a description that is not Ollama's");
    return shown.data;
  } catch (error) {
    if (!(error instanceof ProviderError) || error.status !== 404) throw error;
    const hint = tags.length === 0 ? "It has none yet." : didYouMean(model, tags);
    const advice = `Run \`ollama pull ${model}\` to get it.`;
    throw new ConfigurationError(`${name.server} has no model "${model}". ${hint} ${advice}`);
  }
}

const question = (url: string, name: ServerName, signal: AbortSignal | undefined) => {
  return { url, name, timeoutMs: QUESTION_TIMEOUT_MS, signal };
};

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
