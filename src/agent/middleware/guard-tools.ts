import { ToolMessage } from "@langchain/core/messages";
import { createMiddleware } from "langchain";
import { issueSentences } from "../../domain/complaint.ts";
import { ToolInputError } from "../../domain/errors.ts";
import type { AgentTool } from "../agent-tool.ts";
import type { ToolArtifact } from "../model-bridge.ts";
import type { TraceRecorder } from "../trace-recorder.ts";
import type { Turn } from "../turn.ts";

interface GuardedTools {
  readonly tools: readonly AgentTool[];
  /** Name of the tool that takes the final answer, `null` when the answer comes another way. */
  readonly answerTool: string | null;
  /** Most tool calls in one conversation. */
  readonly limit: number;
}

/**
 * Stands between the model and its tools. The model reads the message of a {@link ToolInputError}, what was wrong with
 * its arguments, which tools there are, and that its calls are used up; never a stack, a path, or a bug of ours, which
 * ends the run instead. LangChain alone would show it all of these.
 */
export function guardTools({ tools, answerTool, limit }: GuardedTools, turn: Turn, trace: TraceRecorder) {
  let calls = 0;
  return createMiddleware({
    name: "guardTools",
    async wrapToolCall({ toolCall, ...request }, handler) {
      const started = performance.now();
      const reply = (content: string, status: "success" | "error") =>
        new ToolMessage({ content, status, name: toolCall.name, tool_call_id: toolCall.id ?? "" });
      if (toolCall.name !== answerTool) trace.calling(toolCall.name, toolCall.args);
      const message = await answerCall();
      if (toolCall.name !== answerTool) {
        const { evidence = [], views = [] } = (message.artifact ?? {}) as Partial<ToolArtifact>;
        const images = views.map(({ caption }) => caption);
        trace.tool({ name: toolCall.name, input: toolCall.args, output: message.text, started, evidence, images });
      }
      return message;

      async function answerCall(): Promise<ToolMessage> {
        if (toolCall.name === answerTool) {
          turn.answered(toolCall);
          return reply("Received.", "success");
        }
        if (turn.isMalformed(toolCall)) {
          return reply(`The arguments of ${toolCall.name} were not valid JSON: call it again.`, "error");
        }
        const known = tools.find((tool) => tool.name === toolCall.name);
        if (known === undefined) return reply(unknownTool(toolCall.name, tools, answerTool), "error");
        calls += 1;
        if (calls > limit) return reply("No tool calls are left: give your answer now, with what you have.", "error");
        try {
          return (await handler({ toolCall, ...request })) as ToolMessage;
        } catch (error) {
          return reply(toldToModel(error, known, toolCall.args), "error");
        }
      }
    },
  });
}

function unknownTool(name: string, tools: readonly AgentTool[], answerTool: string | null): string {
  const names = [...tools.map((tool) => tool.name), ...(answerTool === null ? [] : [answerTool])];
  return `There is no tool ${JSON.stringify(name)}: the tools are ${names.join(", ")}.`;
}

/** @throws the error itself, when it is not the model's doing. */
function toldToModel(error: unknown, tool: AgentTool, args: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ToolInputError) return cause.message;
  }
  const parsed = tool.schema.safeParse(args);
  if (!parsed.success) return `Bad arguments for ${tool.name}: ${issueSentences(parsed.error).join("; ")}`;
  throw error;
}
