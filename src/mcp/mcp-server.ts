import { type CallToolResult, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { AgentTool, Desk } from "../agent/agent-tool.ts";
import type { AskParts } from "../ask-dependencies.ts";
import { KuleshovError } from "../domain/errors.ts";
import type { ImageView } from "../domain/image-view.ts";
import { AskInput, AskOutput, askText, runAsk } from "./ask-tool.ts";
import type { PictureDesks } from "./image-sessions.ts";

export interface McpServerParts {
  readonly desks: PictureDesks;
  /** The list that the agent loop uses too. */
  readonly tools: readonly AgentTool[];
  readonly ask: AskParts;
  readonly askDescription: string;
  /** Told of bugs; clients are told only that there was one. */
  readonly onBug: (error: unknown) => void;
}

const IMAGE_ARGUMENT = z.string().min(1).describe("Path of a picture file on the server's machine");

/** Offers the agent's tools, and `ask` itself, to an MCP client, with schemas, structured results and pictures. */
export function createMcpServer(parts: McpServerParts): McpServer {
  const server = new McpServer({ name: "kuleshov", version: parts.ask.version }, { capabilities: { tools: {} } });
  for (const tool of parts.tools) registerTool(server, tool, parts);
  server.registerTool(
    "ask",
    { description: parts.askDescription, inputSchema: AskInput, outputSchema: AskOutput },
    (input, { mcpReq }) =>
      answered(parts, async () => {
        const output = await runAsk(input, parts.ask, mcpReq.signal);
        return { content: [{ type: "text", text: askText(output) }], structuredContent: { ...output } };
      }),
  );
  return server;
}

function registerTool(server: McpServer, tool: AgentTool, parts: McpServerParts): void {
  const inputSchema = tool.needsPicture ? tool.schema.extend({ image: IMAGE_ARGUMENT }) : tool.schema;
  server.registerTool(
    tool.name,
    { description: tool.description, inputSchema, outputSchema: tool.output },
    (input, { mcpReq }) =>
      answered(parts, async () => {
        const { image, ...rest } = input as { image?: string };
        const desk = image === undefined ? EMPTY_DESK : await parts.desks.open(image, mcpReq.signal);
        const { text, output, views = [] } = await tool.run(rest, desk, mcpReq.signal);
        return {
          content: [{ type: "text", text }, ...views.flatMap(pictureContent)],
          structuredContent: { ...output },
        };
      }),
  );
}

/** A tool that needs no picture gets none, and says so in its definition. */
const EMPTY_DESK: Desk = new Proxy({} as Desk, {
  get(_desk, field) {
    throw new TypeError(`A tool without a picture looked for ${String(field)}`);
  },
});

function pictureContent({ mimeType, data, caption }: ImageView): CallToolResult["content"] {
  return [
    { type: "text", text: `Picture: ${caption}` },
    { type: "image", mimeType, data: Buffer.from(data).toString("base64") },
  ];
}

/** Expected failures become an answer with one sentence; a bug is told to the operator, not to the client. */
async function answered(
  { onBug }: Pick<McpServerParts, "onBug">,
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
