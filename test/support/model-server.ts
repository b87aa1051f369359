import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** What a scripted model server does with one chat request, whatever its protocol. */
export type Reply =
  | { readonly type: "text"; readonly text: string; readonly promptTokens?: number }
  | { readonly type: "calls"; readonly calls: readonly ScriptedCall[] }
  | { readonly type: "refusal"; readonly text: string }
  /** The answer stops in the middle, as at a token limit. */
  | { readonly type: "cut-off"; readonly text: string }
  /** Any HTTP answer, word for word. */
  | { readonly type: "raw"; readonly status: number; readonly body: string; readonly headers: Record<string, string> }
  /** Accepts the request and never answers. */
  | { readonly type: "hang" }
  /** Closes the socket without an answer. */
  | { readonly type: "drop" };

/** Arguments as an object, or as text that need not be JSON. */
export interface ScriptedCall {
  readonly name: string;
  readonly args: object | string;
}

export const says = (text: string): Reply => ({ type: "text", text });
/** The same, counting what it was told as that many tokens; 100 otherwise, whatever it was told. */
export const saysOf = (promptTokens: number, text: string): Reply => ({ type: "text", text, promptTokens });
export const saysJson = (value: unknown): Reply => says(JSON.stringify(value));
export const calls = (name: string, args: object | string = {}): Reply => ({ type: "calls", calls: [{ name, args }] });
export const callsAll = (...list: ScriptedCall[]): Reply => ({ type: "calls", calls: list });
export const refuses = (text: string): Reply => ({ type: "refusal", text });
export const cutOff = (text: string): Reply => ({ type: "cut-off", text });
export const hangs: Reply = { type: "hang" };
export const drops: Reply = { type: "drop" };
export const html = (status = 200): Reply => ({
  type: "raw",
  status,
  body: "<!doctype html><html><body>Sign in to the hotel's network</body></html>",
  headers: { "content-type": "text/html; charset=utf-8" },
});
export const failsWith = (status: number, body: unknown, headers: Record<string, string> = {}): Reply => ({
  type: "raw",
  status,
  body: typeof body === "string" ? body : JSON.stringify(body),
  headers: { "content-type": "application/json", ...headers },
});

/** A message on the wire, of either protocol. */
export interface WireMessage {
  readonly role: string;
  readonly content:
    | string
    | null
    | readonly { readonly type: string; readonly text?: string; readonly image_url?: { url: string } }[];
  readonly tool_calls?: readonly { readonly function: { readonly name: string; readonly arguments: unknown } }[];
  readonly tool_call_id?: string;
  readonly tool_name?: string;
  readonly images?: readonly string[];
}

/** A chat request on the wire, of either protocol. */
export interface WireBody {
  readonly model: string;
  readonly messages: readonly WireMessage[];
  readonly tools?: readonly {
    readonly function: {
      readonly name: string;
      readonly strict?: boolean;
      readonly parameters: Record<string, unknown>;
    };
  }[];
  readonly tool_choice?: unknown;
  readonly response_format?: { readonly type: string; readonly json_schema: { readonly schema: unknown } };
  readonly format?: unknown;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly keep_alive?: string;
  readonly temperature?: number;
  readonly seed?: number;
  readonly max_tokens?: number;
  readonly stream?: boolean;
}

/** A request as the server got it. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  /** `undefined` when there was none. */
  readonly body: WireBody | undefined;
}

/** The replies in order, one for each chat request, or a function that makes them. */
export type Script = readonly Reply[] | ((asked: WireBody, index: number) => Reply | Promise<Reply>);

export interface ModelServer {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** Every request, of any kind, in order. */
  readonly requests: readonly Asked[];
  /** The bodies of the chat requests only. */
  readonly chats: readonly WireBody[];
  /** Resolves when a client has gone away before its answer. */
  readonly abandoned: Promise<void>;
  close(): Promise<void>;
}

/** What a protocol adds: its chat path, how it writes a reply, and its other paths. */
export interface Protocol {
  readonly chatPath: string;
  writeReply(reply: Exclude<Reply, { type: "raw" | "hang" | "drop" }>, asked: WireBody, response: ServerResponse): void;
  /** @returns whether it answered. */
  writeOther(asked: Asked, response: ServerResponse): boolean;
}

export function promptTokensOf(reply: Reply): number {
  return reply.type === "text" ? (reply.promptTokens ?? 100) : 100;
}

export function writeJson(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}

/** Starts a scripted server on loopback; it ends with the test that started it. Past its script it answers 500. */
export async function startModelServer(protocol: Protocol, script: Script): Promise<ModelServer> {
  const requests: Asked[] = [];
  const chats: WireBody[] = [];
  let noteAbandoned: () => void = () => {};
  const abandoned = new Promise<void>((resolve) => {
    noteAbandoned = resolve;
  });
  const server = createServer(async (request, response) => {
    response.on("close", () => {
      if (!response.writableEnded) noteAbandoned();
    });
    const asked = await readAsked(request);
    requests.push(asked);
    if (asked.path !== protocol.chatPath || asked.body === undefined) {
      if (!protocol.writeOther(asked, response)) writeJson(response, { error: "not found" }, 404);
      return;
    }
    chats.push(asked.body);
    const index = chats.length - 1;
    const reply = typeof script === "function" ? await script(asked.body, index) : script[index];
    if (reply === undefined) writeJson(response, { error: { message: "the script is over" } }, 500);
    else if (reply.type === "raw") response.writeHead(reply.status, reply.headers).end(reply.body);
    else if (reply.type === "drop") request.socket.destroy();
    else if (reply.type !== "hang") protocol.writeReply(reply, asked.body, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(close);
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests, chats, abandoned, close };
}

async function readAsked(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString("utf8");
  const { method = "", url = "", headers } = request;
  return { method, path: url, headers, body: text === "" ? undefined : (JSON.parse(text) as WireBody) };
}
