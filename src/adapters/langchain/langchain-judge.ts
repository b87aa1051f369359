import { ConfigurationError, ProviderError } from "../../domain/errors.ts";
import { didYouMean } from "../../domain/nearest-name.ts";
import { serverPlace } from "../../platform/server-place.ts";
import type { JudgeModel } from "../../ports/chat-model.ts";
import type { CallOptions } from "../model-provider.ts";
import { callSettings } from "../model-server/call-settings.ts";
import { FREE_SHAPE } from "../model-server/conversation-shape.ts";
import { fetchEvents } from "../model-server/http-events.ts";
import type { ServerName } from "../model-server/server-fault.ts";
import { createServerModel } from "../model-server/server-model.ts";
import { type LangChainPackage, overLangChain } from "./langchain-chat.ts";
import type { LangChainProvider } from "./through-langchain.ts";

/** What a provider's list says of one model; `undefined` where it says nothing. */
export interface DeclaredModel {
  readonly vision?: boolean | undefined;
  readonly structuredOutput?: boolean | undefined;
  readonly contextTokens?: number | undefined;
  readonly maxTokens?: number | undefined;
}

/** What one provider has of its own beside the name and the key. */
export interface Vendor {
  headers(key: string): Readonly<Record<string, string>>;
  /** Where it says what a model can do, and where it lists its models, from its address on. */
  readonly modelPath: (model: string) => string;
  readonly listPath: string;
  declared(value: unknown): DeclaredModel;
  names(value: unknown): readonly string[];
  /** Whether its API has one: what is never sent is not reported either. */
  readonly takesSeed: boolean;
  /** Output tokens to allow when nobody says: where it has to be said. */
  readonly usualMaxTokens: number | null;
  /** Loads the package. */
  use(access: {
    readonly address: string;
    readonly key: string;
    readonly model: string;
    readonly name: ServerName;
  }): Promise<LangChainPackage>;
}

interface LangChainOptions extends CallOptions {
  readonly about: LangChainProvider;
  readonly vendor: Vendor;
  readonly access: { readonly address: string; readonly key: string; readonly build: string };
}

/** Room for a judgment of a crowd when the first limit cut it off. */
const RAISED_MAX_TOKENS = 32_768;
const QUESTION_TIMEOUT_MS = 15_000;

/**
 * A model of a provider that is reached through LangChain. What it can do is asked of the provider before anything is sent.
 *
 * @throws {ConfigurationError} if its address is none, it may not be used, or there is no such model.
 * @throws {ProviderError} if nobody answers or the key is refused.
 */
export async function createLangChainJudge(
  model: string,
  { about, vendor, access, ...options }: LangChainOptions,
  signal?: AbortSignal,
): Promise<JudgeModel> {
  const { address, key, build } = access;
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) {
    throw new ConfigurationError(`${about.addressVariable} must be an address such as ${about.address}`);
  }
  const place = serverPlace(address);
  if (!place.loopback) await options.consent?.(place.name);
  const name: ServerName = {
    server: `${about.title} at ${place.name}`,
    model,
    keyVariable: about.keyVariables[0],
    whenDown: `check --base-url, ${about.addressVariable} and the network`,
    secret: key,
  };
  const said = await declaredOf(vendor, access, name, signal);
  const given = options.maxTokens ?? vendor.usualMaxTokens;
  const maxTokens = given === null ? null : Math.min(given, said.maxTokens ?? given);
  const settings = callSettings(options, place);
  return createServerModel({
    id: `${about.name}:${model}`,
    name,
    protocol: overLangChain(await vendor.use({ address, key, model, name }), name),
    capabilities: {
      tools: true,
      vision: said.vision ?? true,
      severalImages: true,
      imagesAfterTools: true,
      structuredOutput: said.structuredOutput === false ? "as-tool" : "without-tools",
      contextTokens: said.contextTokens ?? null,
    },
    shape: FREE_SHAPE,
    remote: !place.loopback,
    identity: {
      server: place.name,
      build,
      contextTokens: said.contextTokens ?? null,
      maxTokens: options.maxTokens ?? null,
    },
    ...settings,
    seed: vendor.takesSeed ? settings.seed : null,
    maxTokens,
    raisedMaxTokens: Math.min(said.maxTokens ?? RAISED_MAX_TOKENS, Math.max(RAISED_MAX_TOKENS, maxTokens ?? 0)),
  });
}

/** Nothing where the server keeps no such list, as gateways do; what is wrong with the key or the name is known now. */
async function declaredOf(
  vendor: Vendor,
  { address, key }: LangChainOptions["access"],
  name: ServerName,
  signal: AbortSignal | undefined,
): Promise<DeclaredModel> {
  const asked = async (path: string) => {
    const request = { url: `${address}${path}`, headers: vendor.headers(key), timeoutMs: QUESTION_TIMEOUT_MS };
    return (await fetchEvents(request, name, signal))[0];
  };
  try {
    return vendor.declared(await asked(vendor.modelPath(name.model)));
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    if (error.retryable) return {};
    if (error.status !== 404) throw error;
  }
  const names = await asked(vendor.listPath).then(vendor.names, (): readonly string[] => []);
  if (names.length === 0 || names.includes(name.model)) return {};
  throw new ConfigurationError(`${name.server} has no model "${name.model}". ${didYouMean(name.model, names)}`);
}
