import { basename } from "node:path";
import { ConfigurationError } from "../../domain/errors.ts";
import { canonicalJson } from "../../platform/content-store.ts";
import { serverPlace } from "../../platform/server-place.ts";
import type { JudgeModel } from "../../ports/chat-model.ts";
import { givenSetting, type ModelOptions } from "../model-provider.ts";
import { callSettings } from "../model-server/call-settings.ts";
import { FREE_SHAPE } from "../model-server/conversation-shape.ts";
import { fetchEvents } from "../model-server/http-events.ts";
import { faultOfProtocol, type ServerName } from "../model-server/server-fault.ts";
import { type ChatProtocol, createServerModel } from "../model-server/server-model.ts";
import {
  filled,
  type HttpTemplate,
  placeholdersIn,
  readHttpTemplate,
  showsImages,
  valueAt,
  valuesOf,
} from "./http-template.ts";

/**
 * A model behind any endpoint that takes JSON and gives JSON, asked as a template says. It is asked in one pass, without tools and
 * schemas; it sees where the template sends images.
 *
 * @throws {ConfigurationError} if the template cannot be used, or its key is not set.
 */
export async function createHttpJudge(path: string, options: ModelOptions): Promise<JudgeModel> {
  const template = await readHttpTemplate(path);
  if (givenSetting(options.baseUrl) !== undefined) {
    throw new ConfigurationError(`The address of an endpoint stands in its template, where its key does: \`${path}\``);
  }
  const { url } = template;
  const place = serverPlace(url);
  const key = keyOf(template, options, path);
  if (!place.loopback) await options.consent?.(place.name);
  const model = basename(path).replace(/\.http\.(?:ya?ml|json)$/, "");
  const name: ServerName = {
    server: `The endpoint at ${place.name}`,
    model,
    keyVariable: template.keyVariable ?? "keyVariable",
    whenDown: `start it, or check url in ${basename(path)}`,
    secret: key,
  };
  const { maxTokens = null } = options;
  const { keyVariable: _variable, url: _url, headers: _headers, ...sent } = template;
  return createServerModel({
    id: `http:${model}`,
    name,
    protocol: protocolOf(template, { url, key, name }),
    capabilities: {
      tools: false,
      vision: showsImages(template),
      severalImages: true,
      imagesAfterTools: false,
      structuredOutput: "none",
      contextTokens: null,
    },
    shape: FREE_SHAPE,
    remote: !place.loopback,
    identity: { server: place.name, template: canonicalJson(sent), maxTokens },
    ...callSettings(options, place),
    raisedMaxTokens: maxTokens ?? 0,
  });
}

function keyOf({ keyVariable }: HttpTemplate, { apiKey, env = {} }: ModelOptions, path: string): string | undefined {
  const key = givenSetting(apiKey ?? (keyVariable === undefined ? undefined : env[keyVariable]));
  if (keyVariable === undefined || key !== undefined) return key;
  throw new ConfigurationError(`The endpoint takes its key from ${keyVariable}, which is not set: \`${path}\``);
}

function protocolOf(
  template: HttpTemplate,
  { url, key, name }: { readonly url: string; readonly key: string | undefined; readonly name: ServerName },
): ChatProtocol {
  const headers = headersOf(template, key);
  return {
    async ask({ messages, seed, onSent }, settings, signal) {
      const values = valuesOf(messages, { ...settings, seed: seed ?? settings.seed });
      const body = filled(template.body, values);
      const request = { url, headers, body, timeoutMs: settings.timeoutMs, onSent };
      const answer = (await fetchEvents(request, name, signal)).at(-1);
      const said = valueAt(answer, template.answer);
      if (said === undefined || said === null) throw faultOfProtocol(name, `nothing at ${template.answer}`);
      const tokens = (path: string | undefined) => {
        const count = path === undefined ? null : valueAt(answer, path);
        return typeof count === "number" ? count : null;
      };
      const version = template.version === undefined ? null : valueAt(answer, template.version);
      return {
        content: typeof said === "string" ? said : JSON.stringify(said),
        ...{ reasoning: "", refusal: "", calls: [], finish: null },
        tokens: { input: tokens(template.tokens?.input), output: tokens(template.tokens?.output) },
        fingerprint: typeof version === "string" ? version : null,
      };
    },
  };
}

function headersOf({ headers }: HttpTemplate, key: string | undefined): Record<string, string> {
  const own = filled(headers, { key: key ?? "" }) as Record<string, string>;
  const isSaid = placeholdersIn(headers).includes("key");
  return key === undefined || isSaid ? own : { authorization: `Bearer ${key}`, ...own };
}
