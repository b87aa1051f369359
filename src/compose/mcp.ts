import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { createMcpServer } from "../mcp/mcp-server.ts";
import { createPictureDesks } from "../mcp/picture-desks.ts";
import { type AskOptions, openParts } from "./ask.ts";

/**
 * Serves the agent's tools and `ask` over standard input and output until the client closes its end or the signal
 * aborts. Nothing else may write to standard output meanwhile.
 *
 * @throws {ConfigurationError} if a model or toolbox is asked for that does not exist.
 * @throws {ProviderError} if the model's server does not answer.
 */
export async function serveMcp(
  options: AskOptions,
  onBug: (error: unknown) => void,
  signal?: AbortSignal,
): Promise<void> {
  const { parts, close } = await openParts(options, signal);
  const desks = createPictureDesks(parts);
  const askDescription = parts.prompts.toolDescription("ask").body;
  const mcpParts = { desks, tools: parts.tools, ask: parts, askDescription, onBug };
  const ended = new Promise<void>((resolve) => {
    process.stdin.once("end", resolve);
    process.stdin.once("close", resolve);
    signal?.addEventListener("abort", () => resolve(), { once: true });
  });
  const server = serveStdio(() => createMcpServer(mcpParts), { onerror: onBug });
  await ended;
  await server.close();
  await close();
}
