import type { ServerResponse } from "node:http";
import {
  type ModelServer,
  type Protocol,
  type Reply,
  type Script,
  startModelServer,
  type WireBody,
  writeJson,
} from "./model-server.ts";

/** What `GET /v1/models` lists: names, or entries with whatever a compatible server declares of them. */
export type ListedModel = string | ({ readonly id: string } & Readonly<Record<string, unknown>>);

export interface OpenAiServerOptions {
  /** `null`: the server has no such list and answers 404. */
  readonly models?: readonly ListedModel[] | null;
  /** The only key that it takes; any is taken without one. */
  readonly key?: string;
}

/** A loopback server that speaks OpenAI's Chat Completions without streaming. Its base URL is `<url>/v1`. */
export function startOpenAiServer(script: Script, options: OpenAiServerOptions = {}): Promise<ModelServer> {
  const { models = ["test-model"], key } = options;
  const refusesKey = (headers: NodeJS.Dict<string | string[]>) =>
    key !== undefined && headers.authorization !== `Bearer ${key}`;
  const protocol: Protocol = {
    chatPath: "/v1/chat/completions",
    writeReply: (reply, asked, response) => writeJson(response, completion(reply, asked)),
    writeOther({ path, headers }, response) {
      if (path !== "/v1/models" || models === null) return false;
      if (refusesKey(headers)) wrongKey(response, String(headers.authorization));
      else writeJson(response, { object: "list", data: models.map(listed) });
      return true;
    },
  };
  return startModelServer(protocol, script);
}

function listed(model: ListedModel): object {
  return typeof model === "string" ? { id: model, object: "model", created: 1, owned_by: "test" } : model;
}

/** OpenAI repeats part of the key in its answer. */
export function wrongKeyBody(authorization: string): object {
  const message = `Incorrect API key provided: ${authorization.replace("Bearer ", "")}.`;
  return { error: { message, type: "invalid_request_error", param: null, code: "invalid_api_key" } };
}

function wrongKey(response: ServerResponse, authorization: string): void {
  writeJson(response, wrongKeyBody(authorization), 401);
}

function completion(reply: Exclude<Reply, { type: "raw" | "hang" | "drop" }>, asked: WireBody): object {
  return {
    id: "chatcmpl-test",
    object: "chat.completion",
    created: 1,
    model: `${asked.model}-2026-01-01`,
    system_fingerprint: "fp_test",
    choices: [{ index: 0, logprobs: null, ...choice(reply) }],
    usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 },
  };
}

function choice(reply: Exclude<Reply, { type: "raw" | "hang" | "drop" }>): object {
  const message = { role: "assistant", content: null, refusal: null };
  switch (reply.type) {
    case "text":
      return { finish_reason: "stop", message: { ...message, content: reply.text } };
    case "refusal":
      return { finish_reason: "stop", message: { ...message, refusal: reply.text } };
    case "cut-off":
      return { finish_reason: "length", message: { ...message, content: reply.text } };
    case "calls":
      return { finish_reason: "tool_calls", message: { ...message, tool_calls: reply.calls.map(toolCall) } };
  }
}

function toolCall(call: { name: string; args: object | string }, index: number): object {
  const args = typeof call.args === "string" ? call.args : JSON.stringify(call.args);
  return {
    id: `call_${call.name}_${index}_${nextCall()}`,
    type: "function",
    function: { name: call.name, arguments: args },
  };
}

let callCount = 0;
function nextCall(): number {
  callCount += 1;
  return callCount;
}
