import { ConfigurationError } from "../../domain/errors.ts";
import { didYouMean } from "../../domain/nearest-name.ts";
import { serverPlace } from "../../platform/server-place.ts";
import type { JudgeModel, StructuredOutput } from "../../ports/chat-model.ts";
import { completionsAt, effortOf, raisedMaxTokens } from "../langchain/chat-openai.ts";
import type { CallOptions } from "../model-provider.ts";
import { callSettings } from "../model-server/call-settings.ts";
import { FREE_SHAPE } from "../model-server/conversation-shape.ts";
import type { ServerName } from "../model-server/server-fault.ts";
import { createServerModel } from "../model-server/server-model.ts";
import { type DeclaredModel, declaredModels } from "./declared-models.ts";
import { llamaServer } from "./llama-server.ts";

const OPENAI_BASE_URL = "https://api.openai.com/v1";

interface OpenAiOptions extends CallOptions {
  /** Any server that speaks Chat Completions; OpenAI's own by default. */
  readonly baseUrl?: string;
  /** Servers on this machine often want none. */
  readonly apiKey?: string;
}

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
  const { baseUrl, isOpenAi } = checkedAccess(options);
  const place = serverPlace(baseUrl);
  if (!place.loopback) await options.consent?.(place.name);
  const named: ServerName = {
    server: `The model server at ${place.name}`,
    model: modelName,
    keyVariable: "OPENAI_API_KEY",
    whenDown: "start it, or check --base-url or OPENAI_BASE_URL",
    secret: options.apiKey,
  };
  const headers = { accept: "application/json, text/event-stream", ...authorization(options.apiKey) };
  const models = await declaredModels(baseUrl, { name: named, headers }, signal);
  const declared = models?.find(({ id }) => id === modelName);
  const hint = hintFor(modelName, models);
  const name = hint === undefined ? named : { ...named, hint };
  const llama = isOpenAi ? undefined : await llamaServer({ baseUrl, name }, signal);
  const effort = effortOf(options);
  const { maxTokens = null } = options;
  const contextTokens = llama?.contextTokens ?? declared?.contextTokens ?? null;
  return createServerModel({
    id: `openai:${modelName}`,
    name,
    protocol: completionsAt({ url: `${baseUrl}/chat/completions`, headers, more: effort }, modelName, name),
    capabilities: {
      tools: llama === undefined ? (declared?.tools ?? true) : llama.shape !== undefined,
      vision: llama?.vision ?? declared?.vision ?? true,
      severalImages: true,
      imagesAfterTools: true,
      // Servers may drop without a word what they do not know, so that one has to say, or to be seen, that it takes video.
      ...(isOpenAi || llama !== undefined ? {} : { video: declared?.video ?? false }),
      structuredOutput: structuredOutputOf(isOpenAi, declared),
      contextTokens,
    },
    shape: llama?.shape ?? FREE_SHAPE,
    remote: !place.loopback,
    identity: { server: place.name, build: llama?.build ?? null, contextTokens, maxTokens, ...effort },
    ...callSettings(options, place),
    raisedMaxTokens: raisedMaxTokens(maxTokens),
  });
}

/** Of compatible servers llama.cpp, vLLM and LM Studio call no tool when a schema is there too; OpenAI does both. */
function structuredOutputOf(isOpenAi: boolean, declared: DeclaredModel | undefined): StructuredOutput {
  if (isOpenAi) return "beside-tools";
  return declared?.schema === false ? "as-tool" : "without-tools";
}

function authorization(apiKey: string | undefined): Record<string, string> {
  return apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
}

/** @throws {ConfigurationError} if the address is none, or is OpenAI's own and the key that it needs is missing. */
export function checkedAccess({ baseUrl: url = OPENAI_BASE_URL, apiKey }: Pick<OpenAiOptions, "baseUrl" | "apiKey">) {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new ConfigurationError("OPENAI_BASE_URL must be an address such as http://127.0.0.1:8080/v1");
  }
  const baseUrl = url.replace(/\/+$/, "");
  const isOpenAi = baseUrl === OPENAI_BASE_URL;
  if (apiKey === undefined && isOpenAi) {
    throw new ConfigurationError("OpenAI needs a key: set OPENAI_API_KEY, or OPENAI_BASE_URL for another server");
  }
  return { baseUrl, isOpenAi, ...(apiKey === undefined ? {} : { apiKey }) };
}

/** A near miss among the names that the server lists, for the message of a 404. */
function hintFor(name: string, models: readonly DeclaredModel[] | undefined): string | undefined {
  if (models === undefined || models.some(({ id }) => id === name)) return undefined;
  return didYouMean(
    name,
    models.map(({ id }) => id),
  );
}
