import type { CallOptions } from "../model-provider.ts";
import { readCompletion } from "../model-server/chat-completions.ts";
import type { RawReply } from "../model-server/chat-reply.ts";
import { fetchEvents } from "../model-server/http-events.ts";
import type { ServerName } from "../model-server/server-fault.ts";
import type { ChatProtocol } from "../model-server/server-model.ts";
import { asFetch, functionsOf, type LangChainPackage, overLangChain, type SentCall } from "./langchain-chat.ts";

/** Has a request of Chat Completions answered, by a server or by a process. @throws {ProviderError} as a protocol does. */
type CompletionsSend = (body: Readonly<Record<string, unknown>>, call: SentCall) => Promise<RawReply>;

/** LangChain is through when it has read this; what was answered is read from the wire, of which it drops too much. */
const END_OF_STREAM = `data: ${JSON.stringify({
  choices: [{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: "stop" }],
})}\n\ndata: [DONE]\n\n`;

/** By some names LangChain changes roles and the limit's name, whatever the server is: what one takes is tried instead. */
const NO_NAME = "model";

/** OpenAI's Chat Completions, as OpenAI speaks them and as compatible servers do: LangChain builds the request. */
export function chatCompletions(model: string, name: ServerName, send: CompletionsSend): ChatProtocol {
  const used: LangChainPackage = {
    async model({ tools = [], mustCall, answer }, { temperature, seed, maxTokens, timeoutMs, without }, fetch) {
      // Not ChatOpenAI, which goes over to the Responses API for models of some names.
      const { ChatOpenAICompletions } = await import("@langchain/openai");
      const chat = new ChatOpenAICompletions({
        model: NO_NAME,
        maxRetries: 0,
        timeout: timeoutMs + 60_000,
        supportsStrictToolCalling: true,
        ...(temperature === null ? {} : { temperature }),
        ...limitOf(maxTokens, without.has("max-tokens")),
        configuration: { ...NOTHING_FROM_THE_ENVIRONMENT, fetch: asFetch(fetch) },
      });
      const wishes = {
        ...(seed === null ? {} : { seed }),
        ...(tools.length === 0 ? {} : { tools: functionsOf(tools) }),
        ...(tools.length > 0 && mustCall === true ? { tool_choice: "required" as const } : {}),
        ...(answer === undefined
          ? {}
          : { response_format: { type: "json_schema" as const, json_schema: { ...answer, strict: true } } }),
      };
      return {
        // Whole answers it would count tokens of, for which it asks another server.
        async invoke(messages, { signal }) {
          let said: unknown;
          for await (const piece of await chat.stream(messages, { ...wishes, ...(signal && { signal }) })) said = piece;
          return said;
        },
      };
    },
    async exchange({ body }, call) {
      const { stream, stream_options, ...rest } = JSON.parse(body);
      const whole = { ...rest, model };
      // Without a stream a proxy, or a client, gives up on a local model that thinks for minutes.
      return send(call.settings.without.has("stream") ? whole : { stream, stream_options, ...whole }, call);
    },
    handed: END_OF_STREAM,
    read: ({ wire }) => wire as RawReply,
  };
  return overLangChain(used, name);
}

/** Chat Completions at an address. @param more what every request says besides. */
export function completionsAt(
  {
    url,
    headers,
    more,
  }: { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly more: object },
  model: string,
  name: ServerName,
): ChatProtocol {
  return chatCompletions(model, name, async (asked, { settings: { timeoutMs }, onSent, signal }) => {
    const request = { url, headers, body: { ...asked, ...more }, timeoutMs, onSent };
    return readCompletion(await fetchEvents(request, name, signal), name);
  });
}

/** What a request says of how long the model is to think. */
export function effortOf({ reasoningEffort }: CallOptions): Readonly<Record<string, string>> {
  return reasoningEffort === undefined ? {} : { reasoning_effort: reasoningEffort };
}

/** Room for a judgment of a crowd when a limit cut it off. */
export function raisedMaxTokens(maxTokens: number | null): number {
  return Math.max(16_384, 2 * (maxTokens ?? 0));
}

/** OpenAI's reasoning models refuse the older name, most compatible servers do not know the newer. */
function limitOf(maxTokens: number | null, isNewer: boolean): object {
  if (maxTokens === null) return {};
  return isNewer ? { modelKwargs: { max_completion_tokens: maxTokens } } : { maxTokens };
}

/** Address and key are those of whoever sends it. */
const NOTHING_FROM_THE_ENVIRONMENT = {
  baseURL: "http://127.0.0.1",
  apiKey: "none",
  organization: null,
  project: null,
  logLevel: "off",
} as const;
