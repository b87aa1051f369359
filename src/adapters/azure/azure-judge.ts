import { ConfigurationError } from "../../domain/errors.ts";
import { DEFAULT_RETRIES } from "../../platform/retry.ts";
import type { JudgeModel } from "../../ports/chat-model.ts";
import { type CompletionsSend, chatCompletions } from "../langchain/chat-openai.ts";
import { givenSetting, type ModelOptions } from "../model-provider.ts";
import { readCompletion } from "../model-server/chat-completions.ts";
import { FREE_SHAPE } from "../model-server/conversation-shape.ts";
import { fetchEvents } from "../model-server/http-events.ts";
import type { ServerName } from "../model-server/server-fault.ts";
import { createServerModel } from "../model-server/server-model.ts";
import { serverPlace, usualTimeoutMs } from "../model-server/server-place.ts";

/** Room for a judgment of a crowd when the server's own limit cut it off. */
const RAISED_MAX_TOKENS = 16_384;

/**
 * A deployment of Azure OpenAI: Chat Completions at an address with the deployment's name, and a header of its own for the key.
 * With an API version it is asked at that version's address, without one at the v1 address.
 *
 * @throws {ConfigurationError} if its address or its key is not given.
 */
export async function createAzureJudge(deployment: string, options: ModelOptions): Promise<JudgeModel> {
  const { address, key, version } = accessOf(options);
  const place = serverPlace(address);
  if (!place.loopback) await options.consent?.(place.name);
  const name: ServerName = {
    server: `Azure OpenAI at ${place.name}`,
    model: deployment,
    keyVariable: "AZURE_OPENAI_API_KEY",
    whenDown: "check --base-url or AZURE_OPENAI_ENDPOINT",
    secret: key,
  };
  const url =
    version === undefined
      ? `${address}/openai/v1/chat/completions`
      : `${address}/openai/deployments/${encodeURIComponent(deployment)}/chat/completions?api-version=${encodeURIComponent(version)}`;
  const effort: Readonly<Record<string, string>> =
    options.reasoningEffort === undefined ? {} : { reasoning_effort: options.reasoningEffort };
  const send: CompletionsSend = async (asked, { settings: { timeoutMs }, onSent, signal }) => {
    const headers = { accept: "application/json, text/event-stream", "api-key": key };
    const request = { url, headers, body: { ...asked, ...effort }, timeoutMs, onSent };
    return readCompletion(await fetchEvents(request, name, signal), name);
  };
  const { temperature = null, seed = null, maxTokens = null } = options;
  return createServerModel({
    id: `azure:${deployment}`,
    name,
    protocol: chatCompletions(deployment, name, send),
    capabilities: {
      tools: true,
      vision: true,
      severalImages: true,
      imagesAfterTools: true,
      structuredOutput: "beside-tools",
      contextTokens: null,
    },
    shape: FREE_SHAPE,
    remote: !place.loopback,
    identity: { server: place.name, version: version ?? null, contextTokens: null, maxTokens, ...effort },
    temperature,
    seed,
    maxTokens,
    raisedMaxTokens: Math.max(RAISED_MAX_TOKENS, 2 * (maxTokens ?? 0)),
    timeoutMs: options.timeoutMs ?? usualTimeoutMs(place),
    retries: options.retries ?? DEFAULT_RETRIES,
    turnedDown: options.turnedDown,
    beforeRequest: options.beforeRequest,
  });
}

function accessOf({ env = {}, baseUrl, apiKey }: ModelOptions) {
  const address = givenSetting(baseUrl) ?? givenSetting(env.AZURE_OPENAI_ENDPOINT);
  const key = givenSetting(apiKey) ?? givenSetting(env.AZURE_OPENAI_API_KEY);
  if (address === undefined || !URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) {
    throw new ConfigurationError(
      "Azure needs its address: set AZURE_OPENAI_ENDPOINT, https://<resource>.openai.azure.com",
    );
  }
  if (key === undefined) throw new ConfigurationError("Azure needs a key: set AZURE_OPENAI_API_KEY");
  return { address: address.replace(/\/+$/, ""), key, version: givenSetting(env.AZURE_OPENAI_API_VERSION) };
}
