import {
  type ModelServer,
  promptTokensOf,
  type Reply,
  type Script,
  startModelServer,
  type WireBody,
  type WireMessage,
  writeJson,
} from "./model-server.ts";

type Spoken = Exclude<Reply, { type: "raw" | "hang" | "drop" }>;

/** A block of Anthropic's, a part of Google's: what a script reads of them. */
interface Block {
  readonly type?: string;
  readonly text?: string;
  readonly content?: string | readonly Block[];
  readonly functionResponse?: { readonly response: unknown };
}

interface Listed {
  /** What its list says of the one model that it has; `null`: it has none of this name. */
  readonly model?: object | null;
}

/**
 * Anthropic's Messages API, as documented: platform.claude.com/docs/en/api/messages/create, .../api/models/retrieve and
 * .../api/errors.
 */
export function startAnthropicServer(script: Script, { model = DECLARED_CLAUDE }: Listed = {}): Promise<ModelServer> {
  return startModelServer(
    {
      chatPath: "/v1/messages",
      writeReply: (reply, asked, response) => writeJson(response, anthropicMessage(reply, asked)),
      writeOther({ path }, response) {
        if (path === "/v1/models?limit=1000") writeJson(response, { data: [{ type: "model", id: "claude-test" }] });
        else if (!path.startsWith("/v1/models/claude-") || model === null)
          writeJson(response, ANTHROPIC_NOT_FOUND, 404);
        else writeJson(response, { type: "model", id: path.slice(11), ...model });
        return true;
      },
    },
    asRead(script, ({ messages, system = [] }) => [
      { role: "system", content: textOf(system as unknown as Block[]) },
      ...messages.map(({ role, content }) => ({ role, content: textOf(content as string | Block[]) })),
    ]),
  );
}

const DECLARED_CLAUDE = {
  display_name: "Claude Test",
  max_input_tokens: 200_000,
  max_tokens: 64_000,
  capabilities: { image_input: { supported: true }, structured_outputs: { supported: true } },
};
const ANTHROPIC_NOT_FOUND = { type: "error", error: { type: "not_found_error", message: "model: claude-tset" } };

function anthropicMessage(reply: Spoken, { model }: WireBody): object {
  const stop = { text: "end_turn", "cut-off": "max_tokens", refusal: "refusal", calls: "tool_use" }[reply.type];
  return {
    ...{ id: "msg_013Zva2CMHLNnjNjJJKqJ2EF", type: "message", role: "assistant", model: `${model}-20260101` },
    content: reply.type === "calls" ? reply.calls.map(toolUse) : [{ type: "text", text: reply.text }],
    ...{ stop_reason: stop, stop_sequence: null },
    usage: {
      input_tokens: promptTokensOf(reply) - 60,
      ...{ cache_creation_input_tokens: 0, cache_read_input_tokens: 60, output_tokens: 20, service_tier: "standard" },
    },
  };
}

function toolUse({ name, args }: { readonly name: string; readonly args: object | string }, index: number): object {
  return { type: "tool_use", id: `toolu_01D7FLrfh4GYq7yT1ULFeyM${index}`, name, input: args };
}

/**
 * Google's Gemini API, as documented: ai.google.dev/api/generate-content, /api/models, /gemini-api/docs/thought-signatures
 * and cloud.google.com/apis/design/errors.
 */
export function startGeminiServer(script: Script, { model = DECLARED_GEMINI }: Listed = {}): Promise<ModelServer> {
  return startModelServer(
    {
      chatPath: "/v1beta/models/gemini-test:generateContent",
      writeReply: (reply, _asked, response) => writeJson(response, geminiAnswer(reply)),
      writeOther({ path }, response) {
        if (path.startsWith("/v1beta/models?")) writeJson(response, { models: [{ name: "models/gemini-test" }] });
        else if (path !== "/v1beta/models/gemini-test" || model === null) writeJson(response, GEMINI_NOT_FOUND, 404);
        else writeJson(response, { name: "models/gemini-test", ...model });
        return true;
      },
    },
    asRead(script, (body) => {
      const { contents = [], systemInstruction } = body as unknown as {
        contents: readonly { readonly role: string; readonly parts: readonly Block[] }[];
        systemInstruction?: { readonly parts: readonly Block[] };
      };
      return [
        { role: "system", content: textOf(systemInstruction?.parts ?? []) },
        ...contents.map(({ role, parts }) => ({ role, content: textOf(parts) })),
      ];
    }),
  );
}

const DECLARED_GEMINI = {
  inputTokenLimit: 1_048_576,
  outputTokenLimit: 65_536,
  supportedGenerationMethods: ["generateContent"],
};
const GEMINI_NOT_FOUND = { error: { code: 404, message: "models/gemini-tset is not found", status: "NOT_FOUND" } };

function geminiAnswer(reply: Spoken): object {
  const parts =
    reply.type === "calls"
      ? reply.calls.map(({ name, args }, index) => ({
          functionCall: { name, args },
          ...(index === 0 ? { thoughtSignature: `signed ${name}` } : {}),
        }))
      : [{ text: "Let me see.", thought: true }, { text: reply.text }];
  const finishReason = { text: "STOP", "cut-off": "MAX_TOKENS", refusal: "SAFETY", calls: "STOP" }[reply.type];
  return {
    candidates: [{ content: { role: "model", parts }, finishReason, index: 0 }],
    usageMetadata: {
      ...{ promptTokenCount: promptTokensOf(reply), candidatesTokenCount: 12, thoughtsTokenCount: 8 },
      ...{ cachedContentTokenCount: 60, totalTokenCount: promptTokensOf(reply) + 20 },
    },
    ...{ modelVersion: "gemini-test-001", responseId: "mAitaLmkHPPlz7IPvtfUqQ4" },
  };
}

/** A script reads what it was told as of any server: words by role. */
function asRead(
  script: Script,
  messagesOf: (body: WireBody & { readonly system?: unknown }) => readonly WireMessage[],
): Script {
  return typeof script === "function"
    ? (body, index) => script({ ...body, messages: messagesOf(body) }, index)
    : script;
}

function textOf(content: string | readonly Block[]): string {
  if (typeof content === "string") return content;
  return content
    .map(({ text, content: inner, functionResponse: called }) => {
      if (called !== undefined) return String((called.response as { readonly result: unknown }).result);
      return text ?? (inner === undefined ? "" : textOf(inner));
    })
    .join("\n");
}
