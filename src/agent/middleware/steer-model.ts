import { AIMessage, type BaseMessage, HumanMessage, ToolMessage } from "@langchain/core/messages";
import { createMiddleware } from "langchain";
import { JudgmentError } from "../../domain/errors.ts";
import type { ImageView } from "../../domain/image.ts";
import { type AnswerFormat, type AnswerShape, responseFormatOf } from "../answer-format.ts";
import type { ToolArtifact } from "../langchain-tools.ts";
import { imageBlocks } from "../messages.ts";
import type { TraceRecorder } from "../trace-recorder.ts";
import type { Turn } from "../turn.ts";

export interface Steering {
  readonly shape: AnswerShape;
  readonly format: AnswerFormat;
  /** Most calls of the model in one conversation. */
  readonly limit: number;
}

/**
 * Goes with every call of the model: asks for the answer in the agreed format, shows the images that tools returned,
 * counts and records the call, and mends tool calls whose arguments are not JSON, at which LangChain would stop silently.
 */
export function steerModel({ shape, format, limit }: Steering, turn: Turn, trace: TraceRecorder) {
  const settings = format === "provider" ? { modelSettings: { response_format: responseFormatOf(shape) } } : {};
  let calls = 0;
  return createMiddleware({
    name: "steerModel",
    async wrapModelCall(request, handler) {
      // An answer given beside other tool calls leaves nothing to ask.
      if (turn.isAnswered()) return new AIMessage("");
      calls += 1;
      if (calls > limit) throw new JudgmentError(`The model gave no answer within ${limit} calls`, []);
      const started = performance.now();
      const message = (await handler({
        ...request,
        messages: withImages(request.messages),
        ...settings,
        ...(format === "tool" ? { toolChoice: "required" as const } : {}),
      })) as AIMessage;
      trace.model(message, performance.now() - started);
      return mended(message, turn);
    },
  });
}

/**
 * Puts the images of tool results into a user message after them: servers take images from users only, and a
 * image inside a tool message is refused or dropped.
 */
export function withImages(messages: readonly BaseMessage[]): BaseMessage[] {
  const shown: BaseMessage[] = [];
  let waiting: ImageView[] = [];
  const show = () => {
    if (waiting.length > 0) shown.push(new HumanMessage({ contentBlocks: waiting.flatMap(imageBlocks) }));
    waiting = [];
  };
  for (const message of messages) {
    if (!ToolMessage.isInstance(message)) show();
    shown.push(message);
    if (ToolMessage.isInstance(message)) waiting.push(...((message.artifact as ToolArtifact | undefined)?.views ?? []));
  }
  show();
  return shown;
}

/**
 * The message as the loop keeps it. Its id is dropped: LangGraph replaces a message by the next one of the same id, and
 * some compatible servers give all of theirs one id.
 */
function mended(message: AIMessage, turn: Turn): AIMessage {
  const written = new Map<string, string>();
  const broken = (message.invalid_tool_calls ?? []).map((call) => {
    const id = call.id || newCallId();
    written.set(id, call.args ?? "");
    return { type: "tool_call" as const, id, name: call.name ?? "", args: {} };
  });
  turn.malformed(written);
  const calls = (message.tool_calls ?? []).map((call) => ({ ...call, id: call.id || newCallId() }));
  const { content, response_metadata, usage_metadata } = message;
  return new AIMessage({
    content,
    tool_calls: [...calls, ...broken],
    response_metadata,
    ...(usage_metadata === undefined ? {} : { usage_metadata }),
  });
}

/** Some servers leave it out; results are matched to calls by it. */
function newCallId(): string {
  return `call_${crypto.randomUUID()}`;
}
