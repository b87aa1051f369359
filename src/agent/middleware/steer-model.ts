import { AIMessage } from "@langchain/core/messages";
import { createMiddleware } from "langchain";
import { JudgmentError } from "../../domain/errors.ts";
import { type AnswerShape, answerSchemaOf } from "../../judging/answer-format.ts";
import { jsonIn } from "../../judging/answer-json.ts";
import type { StructuredOutput } from "../../ports/chat-model.ts";
import type { TraceRecorder } from "../trace-recorder.ts";
import type { Turn } from "../turn.ts";

interface Steering {
  readonly shape: AnswerShape;
  readonly format: StructuredOutput;
  /** Most calls of the model in one conversation. */
  readonly limit: number;
}

/**
 * Goes with every call of the model: asks for the answer in the agreed format, counts and records the call, and mends
 * tool calls whose arguments are not JSON, at which LangChain would stop silently.
 *
 * A server that cannot hold an answer to a schema beside tools would never call one: there the tools go first, and only a
 * model that calls none and has not answered in the format by itself is asked for the answer, with the schema alone.
 */
export function steerModel({ shape, format, limit }: Steering, turn: Turn, trace: TraceRecorder) {
  const answer = answerSchemaOf(shape);
  let calls = 0;
  return createMiddleware({
    name: "steerModel",
    async wrapModelCall(request, handler) {
      // An answer given beside other tool calls leaves nothing to ask.
      if (turn.isAnswered()) return new AIMessage("");
      const asked = async (changes: Partial<typeof request>) => {
        calls += 1;
        if (calls > limit) throw new JudgmentError(`The model gave no answer within ${limit} calls`, []);
        const started = performance.now();
        const message = (await handler({ ...request, ...changes })) as AIMessage;
        trace.model(message, started);
        return mended(message, turn);
      };
      const held = { modelSettings: { answer } };
      if (format === "as-tool") return asked({ toolChoice: "required" });
      if (format === "none") return asked({});
      if (format === "beside-tools" || request.tools.length === 0) return asked(held);
      const free = await asked({});
      const isDone = (free.tool_calls ?? []).length > 0 || jsonIn(free.text) !== undefined;
      return isDone ? free : asked({ ...held, tools: [] });
    },
  });
}

/** The message as the loop keeps it: a broken call stands as one without arguments, so that its result can say so. */
function mended(message: AIMessage, turn: Turn): AIMessage {
  const broken = (message.invalid_tool_calls ?? []).map(({ id = "", name = "", args = "" }) => ({ id, name, args }));
  turn.malformed(new Map(broken.map(({ id, args }) => [id, args])));
  return new AIMessage({
    content: message.text,
    tool_calls: [
      ...(message.tool_calls ?? []),
      ...broken.map(({ id, name }) => ({ type: "tool_call" as const, id, name, args: {} })),
    ],
  });
}
