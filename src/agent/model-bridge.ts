import {
  BaseChatModel,
  type BaseChatModelCallOptions,
  type BindToolsInput,
} from "@langchain/core/language_models/chat_models";
import { AIMessage, type BaseMessage, HumanMessage, ToolMessage } from "@langchain/core/messages";
import type { ChatResult } from "@langchain/core/outputs";
import { convertToOpenAITool } from "@langchain/core/utils/function_calling";
import { tool } from "langchain";
import { z } from "zod";
import type { Complaint } from "../domain/complaint.ts";
import type { ImageView } from "../domain/image.ts";
import { captionOf, type PromptPart } from "../domain/prompt.ts";
import { jsonSchemaOf } from "../judging/answer-format.ts";
import { nextTurn } from "../platform/turns.ts";
import type { AnswerSchema, ChatMessage, ChatReply, ChatTool, JudgeModel } from "../ports/chat-model.ts";
import type { AgentTool, ToolContext, ToolOutput } from "./agent-tool.ts";
import type { TransferRecorder } from "./transfer.ts";

interface BridgeOptions extends BaseChatModelCallOptions {
  tools?: BindToolsInput[];
  /** Wanted of the closing answer. */
  answer?: AnswerSchema;
}

/** One of our models as LangChain's loop calls it. A class, because LangChain's chat models are extended, not wrapped. */
export class ModelBridge extends BaseChatModel<BridgeOptions> {
  readonly #model: JudgeModel;
  readonly #transfer: TransferRecorder;

  constructor(model: JudgeModel, transfer: TransferRecorder) {
    super({ maxRetries: 0 });
    this.#model = model;
    this.#transfer = transfer;
  }

  override _llmType(): string {
    return "kuleshov";
  }

  override bindTools(tools: BindToolsInput[], options?: Partial<BridgeOptions>) {
    return this.withConfig({ ...options, tools });
  }

  override async _generate(messages: BaseMessage[], options: this["ParsedCallOptions"]): Promise<ChatResult> {
    const { tools = [], answer, tool_choice: choice, signal } = options;
    const said = messages.map(chatMessage);
    this.#transfer.asked(said);
    const reply = await this.#model.reply(
      {
        messages: said,
        onSent: this.#transfer.sent,
        ...(tools.length === 0 ? {} : { tools: tools.map(chatTool) }),
        ...(choice === "required" ? { mustCall: true } : {}),
        ...(answer === undefined ? {} : { answer }),
      },
      signal,
    );
    await nextTurn();
    const message = aiMessage(reply);
    return { generations: [{ text: reply.text, message }] };
  }
}

/** A user's message. Its parts go along as they are: images need no second encoding. */
export function userMessage(parts: readonly PromptPart[], complaints: readonly Complaint[] = []): HumanMessage {
  const texts = parts.flatMap((part) => (part.type === "text" ? [part.text] : []));
  return new HumanMessage({ content: texts.join("\n\n"), additional_kwargs: { parts, complaints } });
}

/** Ours, put there by `userMessage`; LangChain itself writes messages of words alone. */
const Kept = z.object({ parts: z.array(z.custom<PromptPart>()), complaints: z.array(z.custom<Complaint>()) });

/** The same message with the captions of what it showed alone. */
export function withoutImages(message: BaseMessage): BaseMessage {
  const kept = Kept.safeParse(message.additional_kwargs);
  if (!kept.success) return message;
  const parts = kept.data.parts.map((part) =>
    part.type === "text" ? part : { type: "text" as const, text: `(${captionOf(part.view)}, shown before)` },
  );
  return userMessage(parts, kept.data.complaints);
}

function chatMessage(message: BaseMessage): ChatMessage {
  if (AIMessage.isInstance(message)) {
    const calls = (message.tool_calls ?? []).map(({ id = "", name, args }) => ({ id, name, args }));
    return { role: "assistant", text: message.text, calls };
  }
  if (ToolMessage.isInstance(message)) {
    const { views = [], ...output } = (message.artifact ?? {}) as Partial<ToolArtifact>;
    const { tool_call_id: callId, name = "", text } = message;
    return { role: "tool", callId, name, text, output, views: views as readonly ImageView[] };
  }
  if (message.type === "system") return { role: "system", text: message.text };
  const kept = Kept.safeParse(message.additional_kwargs);
  return { role: "user", ...(kept.success ? kept.data : { parts: [{ type: "text", text: message.text }] }) };
}

const FunctionTool = z.looseObject({
  function: z.looseObject({
    name: z.string(),
    description: z.string().default(""),
    parameters: z.record(z.string(), z.unknown()).default({}),
  }),
});

function chatTool(tool: BindToolsInput): ChatTool {
  const { name, description, parameters } = FunctionTool.parse(convertToOpenAITool(tool)).function;
  return { name, description, parameters };
}

function aiMessage({ text, calls, malformedCalls, tokens, fingerprint }: ChatReply): AIMessage {
  return new AIMessage({
    content: text,
    tool_calls: calls.map((call) => ({ type: "tool_call", ...call })),
    invalid_tool_calls: malformedCalls.map(({ id, name, written }) => {
      return { type: "invalid_tool_call", id, name, args: written, error: "The arguments are not a JSON object" };
    }),
    response_metadata: { tokens, fingerprint },
  });
}

/** What stays with a tool message for the program: the evidence, and the images that the next message shows. */
export type ToolArtifact = ToolOutput & { readonly views: readonly ImageView[] };

/**
 * One of our tools as LangChain calls it, in this tool context: `[what the model reads, what the program keeps]`. A model without
 * vision is shown no image, also by tools that are of use without one.
 */
export function asLangChainTool(agentTool: AgentTool, toolContext: ToolContext, vision: boolean) {
  return tool(
    async (input: unknown, runtime: { signal?: AbortSignal }): Promise<[string, ToolArtifact]> => {
      const { text, output, views = [] } = await agentTool.run(input, toolContext, runtime.signal);
      return [text, { ...output, views: vision ? views : [] }];
    },
    {
      name: agentTool.name,
      description: agentTool.description,
      schema: jsonSchemaOf(agentTool.schema),
      responseFormat: "content_and_artifact",
    },
  );
}
