import { tool } from "langchain";
import type { ImageView } from "../domain/image.ts";
import { jsonSchemaOf } from "../judging/answer-format.ts";
import type { AgentTool, ToolContext, ToolOutput } from "./agent-tool.ts";

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
