import { z } from "zod";
import { ProviderError } from "../../domain/errors.ts";
import type { ChatMessage, ChatTool } from "../../ports/chat-model.ts";
import { type ConversationShape, FREE_SHAPE, STRICT_SHAPE, shaped } from "../model-server/conversation-shape.ts";
import { fetchEvents } from "../model-server/http-events.ts";
import type { ServerName } from "../model-server/server-fault.ts";
import { type CompletionsAddress, chatCompletions } from "./chat-completions.ts";

/** What llama.cpp's server tells of the model that it has loaded. */
interface LlamaServer {
  readonly contextTokens: number | undefined;
  readonly vision: boolean | undefined;
  readonly build: string | undefined;
  /** How its chat template takes a conversation with tools; `undefined` when it drops or refuses them. */
  readonly shape: ConversationShape | undefined;
}

const Props = z.looseObject({
  chat_template: z.string(),
  chat_template_caps: z.record(z.string(), z.unknown()).optional().catch(undefined),
  default_generation_settings: z.looseObject({ n_ctx: z.number().optional().catch(undefined) }),
  modalities: z
    .looseObject({ vision: z.boolean().optional().catch(undefined) })
    .optional()
    .catch(undefined),
  build_info: z.string().optional().catch(undefined),
});

const Rendered = z.looseObject({ prompt: z.string() });

const QUESTION_TIMEOUT_MS = 10_000;

/**
 * Asks a server whether it is llama.cpp's, and tries its chat template on a small conversation with a tool: templates drop
 * tools without a word, want roles to alternate, or take one call at a time, and only rendering shows it.
 *
 * @returns `undefined` for any other server.
 */
export async function llamaServer(address: CompletionsAddress, signal?: AbortSignal): Promise<LlamaServer | undefined> {
  const root = address.baseUrl.replace(/\/v1$/, "");
  const props = Props.safeParse(await answerOf({ url: `${root}/props` }, address.name, signal));
  if (!props.success) return undefined;
  const { default_generation_settings: settings, modalities, build_info: build } = props.data;
  return {
    contextTokens: settings.n_ctx,
    vision: modalities?.vision,
    build,
    shape: await templateShape(`${root}/apply-template`, address, signal),
  };
}

const TOOL: ChatTool = {
  name: "look_at_face",
  description: "Looks at one face.",
  parameters: {
    type: "object",
    properties: { faceId: { type: "string" } },
    required: ["faceId"],
    additionalProperties: false,
  },
};
const RESULT = "the brows are raised";
const call = (id: string, faceId: string) => ({ id, name: TOOL.name, args: { faceId } });
const result = (callId: string): ChatMessage => {
  return { role: "tool", callId, name: TOOL.name, text: RESULT, output: null, views: [] };
};

/** Two calls at once, their results, and a user who has a word to add: everything that the agent's loop sends. */
const TRIAL: readonly ChatMessage[] = [
  { role: "system", text: "Rules." },
  { role: "user", parts: [{ type: "text", text: "Question?" }] },
  { role: "assistant", text: "", calls: [call("a1b2c3d4e", "F1"), call("f5g6h7i8j", "F2")] },
  result("a1b2c3d4e"),
  result("f5g6h7i8j"),
  { role: "user", parts: [{ type: "text", text: "And this?" }] },
];

/** From free to strict: the first that the template renders whole, with tool and results in it. */
const SHAPES: readonly ConversationShape[] = [
  FREE_SHAPE,
  { ...FREE_SHAPE, userAfterTool: false },
  { ...FREE_SHAPE, parallelCalls: false },
  { ...STRICT_SHAPE, systemRole: true },
  STRICT_SHAPE,
];

async function templateShape(
  url: string,
  address: CompletionsAddress,
  signal?: AbortSignal,
): Promise<ConversationShape | undefined> {
  const settings = { temperature: null, seed: null, maxTokens: null, without: new Set<never>() };
  for (const shape of SHAPES) {
    const messages = shaped(TRIAL, shape);
    const { body } = chatCompletions(address).request({ messages, tools: [TOOL] }, settings);
    const rendered = Rendered.safeParse(await answerOf({ url, body }, address.name, signal));
    if (!rendered.success) continue;
    const { prompt } = rendered.data;
    const holdsAll = prompt.includes(TOOL.description) && prompt.split(RESULT).length > 2 && prompt.includes("F2");
    if (holdsAll) return shape;
  }
  return undefined;
}

/** `undefined` where the server has no such address, or refuses: that is an answer too. */
async function answerOf(
  { url, body }: { readonly url: string; readonly body?: unknown },
  name: ServerName,
  signal?: AbortSignal,
): Promise<unknown> {
  try {
    const request = { url, ...(body === undefined ? {} : { body }), timeoutMs: QUESTION_TIMEOUT_MS };
    return (await fetchEvents(request, name, signal))[0];
  } catch (error) {
    if (error instanceof ProviderError) return undefined;
    throw error;
  }
}
