import type { ServerResponse } from "node:http";
import {
  type ModelServer,
  type Protocol,
  promptTokensOf,
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
  /** `/v1/chat/completions` when not given. */
  readonly chatPath?: string;
  /** The only key that it takes; any is taken without one. */
  readonly key?: string;
  /** As llama.cpp's: what it says of itself, and how its template renders a request; it refuses where that is `undefined`. */
  readonly llama?: { readonly props: object; readonly render?: (body: WireBody) => string | undefined };
}

/** A loopback server that speaks OpenAI's Chat Completions, streamed when asked to. Its base URL is `<url>/v1`. */
export function startOpenAiServer(script: Script, options: OpenAiServerOptions = {}): Promise<ModelServer> {
  const { models = ["test-model"], chatPath = "/v1/chat/completions", key, llama } = options;
  const refusesKey = (headers: NodeJS.Dict<string | string[]>) =>
    key !== undefined && headers.authorization !== `Bearer ${key}`;
  const protocol: Protocol = {
    chatPath,
    writeReply(reply, asked, response) {
      const whole = completion(reply, asked);
      if (asked.stream === true) stream(whole, response);
      else writeJson(response, whole);
    },
    writeOther({ path, headers, body }, response) {
      if (llama !== undefined && path === "/props") {
        writeJson(response, llama.props);
        return true;
      }
      if (llama?.render !== undefined && path === "/apply-template" && body !== undefined) {
        const prompt = llama.render(body);
        writeJson(
          response,
          prompt === undefined ? { error: { message: "no" } } : { prompt },
          prompt === undefined ? 500 : 200,
        );
        return true;
      }
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

type Completion = ReturnType<typeof completion>;

/** As llama.cpp writes a stream: the role first, the content in pieces, then the reason of its end, then the usage. */
function stream({ choices, usage, ...head }: Completion, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const write = (piece: object) => response.write(`data: ${JSON.stringify({ ...head, ...piece })}\n\n`);
  const delta = (piece: object, finish: string | null = null) =>
    write({ choices: [{ index: 0, finish_reason: finish, delta: piece }] });
  const [{ message, finish_reason: finish }] = choices;
  delta({ role: "assistant", content: null });
  for (const content of piecesOf(message.content)) delta({ content });
  for (const refusal of piecesOf(message.refusal)) delta({ refusal });
  for (const [index, call] of message.tool_calls.entries()) {
    delta({ tool_calls: [{ index, ...call, function: { ...call.function, arguments: "" } }] });
    for (const piece of piecesOf(call.function.arguments)) {
      delta({ tool_calls: [{ index, function: { arguments: piece } }] });
    }
  }
  delta({}, finish);
  write({ choices: [], usage });
  response.end("data: [DONE]\n\n");
}

function piecesOf(text: string | null): string[] {
  if (text === null) return [];
  const third = Math.ceil(text.length / 3) || 1;
  return [text.slice(0, third), text.slice(third, 2 * third), text.slice(2 * third)];
}

function completion(reply: Exclude<Reply, { type: "raw" | "hang" | "drop" }>, asked: WireBody) {
  return {
    id: "chatcmpl-test",
    object: "chat.completion",
    created: 1,
    model: `${asked.model}-2026-01-01`,
    system_fingerprint: "fp_test",
    choices: [{ index: 0, logprobs: null, ...choice(reply) }] as const,
    usage: usageOf(promptTokensOf(reply)),
  };
}

function usageOf(promptTokens: number) {
  return { prompt_tokens: promptTokens, completion_tokens: 20, total_tokens: promptTokens + 20 };
}

function choice(reply: Exclude<Reply, { type: "raw" | "hang" | "drop" }>) {
  const message = {
    role: "assistant",
    content: reply.type === "text" || reply.type === "cut-off" ? reply.text : null,
    refusal: reply.type === "refusal" ? reply.text : null,
    tool_calls: reply.type === "calls" ? reply.calls.map(toolCall) : [],
  };
  const finish = { text: "stop", refusal: "stop", "cut-off": "length", calls: "tool_calls" }[reply.type];
  return { finish_reason: finish, message };
}

function toolCall(call: { name: string; args: object | string }, index: number) {
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
