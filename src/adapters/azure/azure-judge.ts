import { ConfigurationError } from "../../domain/errors.ts";
import { serverPlace } from "../../platform/server-place.ts";
import type { JudgeModel } from "../../ports/chat-model.ts";
import { completionsAt, effortOf, raisedMaxTokens } from "../langchain/chat-openai.ts";
import { givenSetting, type ModelOptions } from "../model-provider.ts";
import { callSettings } from "../model-server/call-settings.ts";
import { FREE_SHAPE } from "../model-server/conversation-shape.ts";
import type { ServerName } from "../model-server/server-fault.ts";
import { createServerModel } from "../model-server/server-model.ts";

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
  const effort = effortOf(options);
  const headers = { accept: "application/json, text/event-stream", "api-key": key };
  const { maxTokens = null } = options;
  return createServerModel({
    id: `azure:${deployment}`,
    name,
    protocol: completionsAt({ url, headers, more: effort }, deployment, name),
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
    ...callSettings(options, place),
    raisedMaxTokens: raisedMaxTokens(maxTokens),
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
  // Azure's own pages give the address with its path.
  return {
    address: address.replace(/\/+$/, "").replace(/\/openai(\/v1)?$/, ""),
    key,
    version: givenSetting(env.AZURE_OPENAI_API_VERSION),
  };
}
