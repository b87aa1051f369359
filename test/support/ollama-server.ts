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

export interface OllamaModel {
  readonly name: string;
  /** As `/api/show` says; `undefined` plays a server from before capabilities were told. */
  readonly capabilities?: readonly string[];
  readonly contextLength?: number;
  readonly template?: string;
  readonly projector?: boolean;
  /** Of its weights; made of the name unless told. */
  readonly digest?: string;
  /** Where a cloud model really runs. */
  readonly remoteHost?: string;
}

export const VISION_AGENT: OllamaModel = { name: "seer:7b", capabilities: ["completion", "vision", "tools"] };
export const LLAVA_LIKE: OllamaModel = { name: "lava:7b", capabilities: ["completion", "vision"] };

/** A loopback server that speaks Ollama's `/api/chat` (streamed, one JSON line per chunk), `/api/show` and `/api/tags`. */
export function startOllamaServer(
  script: Script,
  models: readonly OllamaModel[] = [VISION_AGENT],
): Promise<ModelServer> {
  const protocol: Protocol = {
    chatPath: "/api/chat",
    writeReply: (reply, asked, response) => stream(reply, asked, response),
    writeOther({ path, body }, response) {
      if (path === "/api/tags") writeJson(response, { models: models.map(tag) });
      else if (path === "/api/show") show(models, body?.model ?? "", response);
      else return false;
      return true;
    },
  };
  return startModelServer(protocol, script);
}

function tag({ name, digest = `sha256-of-${name}` }: OllamaModel): object {
  return { name, model: name, modified_at: "2026-01-01T00:00:00Z", size: 1, digest, details: {} };
}

function show(models: readonly OllamaModel[], name: string, response: ServerResponse): void {
  const model = models.find((each) => each.name === name || each.name === `${name}:latest`);
  if (model === undefined) {
    writeJson(response, { error: `model '${name}' not found` }, 404);
    return;
  }
  writeJson(response, {
    template: model.template ?? "{{ .Prompt }}",
    details: { family: "test", families: ["test"] },
    model_info: { "general.architecture": "test", "test.context_length": model.contextLength ?? 32_768 },
    ...(model.capabilities === undefined ? {} : { capabilities: model.capabilities }),
    ...(model.projector === true ? { projector_info: { "clip.has_vision_encoder": true } } : {}),
    ...(model.remoteHost === undefined ? {} : { remote_host: model.remoteHost, remote_model: name }),
  });
}

function stream(
  reply: Exclude<Reply, { type: "raw" | "hang" | "drop" }>,
  asked: WireBody,
  response: ServerResponse,
): void {
  response.writeHead(200, { "content-type": "application/x-ndjson" });
  const head = { model: asked.model, created_at: "2026-01-01T00:00:00Z" };
  for (const message of messagesOf(reply)) {
    response.write(`${JSON.stringify({ ...head, message: { role: "assistant", ...message }, done: false })}\n`);
  }
  const end = { done: true, done_reason: reply.type === "cut-off" ? "length" : "stop" };
  const counts = { prompt_eval_count: promptTokensOf(reply), eval_count: 20, total_duration: 1, load_duration: 1 };
  response.end(`${JSON.stringify({ ...head, message: { role: "assistant", content: "" }, ...end, ...counts })}\n`);
}

/** Text in three pieces, so that a client has to put it together; a tool call in one. */
function messagesOf(reply: Exclude<Reply, { type: "raw" | "hang" | "drop" }>): object[] {
  if (reply.type === "calls") {
    const calls = reply.calls.map(({ name, args }) => ({ function: { name, arguments: args } }));
    return [{ content: "", tool_calls: calls }];
  }
  const third = Math.ceil(reply.text.length / 3) || 1;
  const pieces = [reply.text.slice(0, third), reply.text.slice(third, 2 * third), reply.text.slice(2 * third)];
  return pieces.map((content) => ({ content }));
}
