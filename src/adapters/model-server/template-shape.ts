import type { ChatMessage, ChatTool } from "../../ports/chat-model.ts";
import { chatCompletions } from "../langchain/chat-openai.ts";
import { readCompletion } from "./chat-completions.ts";
import { type ConversationShape, FREE_SHAPE, STRICT_SHAPE, shaped } from "./conversation-shape.ts";
import type { ServerName } from "./server-fault.ts";

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

const SETTINGS = {
  temperature: null,
  seed: null,
  maxTokens: null,
  without: new Set(["stream" as const]),
  timeoutMs: 10_000,
};
/** A template is rendered, nothing is answered. */
const NO_ANSWER = [{ choices: [{ message: { content: "" } }] }];

/** From free to strict: the first that the template renders whole, with tool and results in it. */
const SHAPES: readonly ConversationShape[] = [
  FREE_SHAPE,
  { ...FREE_SHAPE, userAfterTool: false },
  { ...FREE_SHAPE, parallelCalls: false },
  { ...STRICT_SHAPE, systemRole: true },
  STRICT_SHAPE,
];

/**
 * Tries a chat template on a small conversation with a tool: templates drop tools without a word, want roles to alternate,
 * or take one call at a time, and only rendering shows it.
 *
 * @param render A request as the template writes it out; `undefined` where it refuses.
 * @returns how it takes a conversation; `undefined` when it drops or refuses tools.
 */
export async function templateShape(
  name: ServerName,
  render: (body: object) => Promise<string | undefined>,
  signal: AbortSignal | undefined,
): Promise<ConversationShape | undefined> {
  let prompt: string | undefined;
  const trial = chatCompletions(name.model, name, async (body) => {
    prompt = await render(body);
    return readCompletion(NO_ANSWER, name);
  });
  for (const shape of SHAPES) {
    await trial.ask({ messages: shaped(TRIAL, shape), tools: [TOOL] }, SETTINGS, signal);
    if (prompt?.includes(TOOL.description) && prompt.split(RESULT).length > 2 && prompt.includes("F2")) return shape;
  }
  return undefined;
}
