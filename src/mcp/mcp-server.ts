import { type CallToolResult, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { AgentTool, ToolContext } from "../agent/agent-tool.ts";
import type { AskDependencies } from "../ask-dependencies.ts";
import { KuleshovError } from "../domain/errors.ts";
import type { ImageView } from "../domain/image.ts";
import { AskInput, AskOutput, askText, runAsk } from "./ask-tool.ts";
import type { ImageSessions } from "./image-sessions.ts";

export interface McpServerDependencies {
  readonly sessions: ImageSessions;
  /** The list that the agent loop uses too. */
  readonly tools: readonly AgentTool[];
  readonly ask: AskDependencies;
  readonly askDescription: string;
  /** Told of bugs; clients are told only that there was one. */
  readonly onBug: (error: unknown) => void;
}

const IMAGE_ARGUMENT = z.string().min(1).describe("Path of an image file on the server's machine");

/** Offers the agent's tools, and `ask` itself, to an MCP client, with schemas, structured results and images. */
export function createMcpServer(dependencies: McpServerDependencies): McpServer {
  const server = new McpServer(
    { name: "kuleshov", version: dependencies.ask.version },
    { capabilities: { tools: {} } },
  );
  for (const tool of dependencies.tools) registerTool(server, tool, dependencies);
  server.registerTool(
    "ask",
    { description: dependencies.askDescription, inputSchema: AskInput, outputSchema: AskOutput },
    (input, { mcpReq }) =>
      answered(dependencies, async () => {
        const output = await runAsk(input, dependencies.ask, mcpReq.signal);
        return { content: [{ type: "text", text: askText(output) }], structuredContent: { ...output } };
      }),
  );
  return server;
}

function registerTool(server: McpServer, tool: AgentTool, dependencies: McpServerDependencies): void {
  const inputSchema = tool.needsImage ? tool.schema.extend({ image: IMAGE_ARGUMENT }) : tool.schema;
  server.registerTool(
    tool.name,
    { description: tool.description, inputSchema, outputSchema: tool.output },
    (input, { mcpReq }) =>
      answered(dependencies, async () => {
        const { image, ...rest } = input as { image?: string };
        const toolContext = image === undefined ? EMPTY_DESK : await dependencies.sessions.open(image, mcpReq.signal);
        const { text, output, views = [] } = await tool.run(rest, toolContext, mcpReq.signal);
        return {
          content: [{ type: "text", text }, ...views.flatMap(imageContent)],
          structuredContent: { ...output },
        };
      }),
  );
}

/** A tool that needs no image gets none, and says so in its definition. */
const EMPTY_DESK: ToolContext = new Proxy({} as ToolContext, {
  get(_desk, field) {
    throw new TypeError(`A tool without an image looked for ${String(field)}`);
  },
});

function imageContent({ mimeType, data, caption }: ImageView): CallToolResult["content"] {
  return [
    { type: "text", text: `Image: ${caption}` },
    { type: "image", mimeType, data: Buffer.from(data).toString("base64") },
  ];
}

/** Expected failures become an answer with one sentence; a bug is told to the operator, not to the client. */
async function answered(
  { onBug }: Pick<McpServerDependencies, "onBug">,
  work: () => Promise<CallToolResult>,
): Promise<CallToolResult> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof KuleshovError) return failure(error.message);
    onBug(error);
    return failure("Kuleshov failed on this call, and that is its own fault: see the server's log");
  }
}

function failure(text: string): CallToolResult {
  return { isError: true, content: [{ type: "text", text }] };
}
