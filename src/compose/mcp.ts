import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { createImageSessions } from "../mcp/image-sessions.ts";
import { createMcpServer } from "../mcp/mcp-server.ts";
import { type AskOptions, openDependencies } from "./ask.ts";

interface McpOptions extends Omit<AskOptions, "shots"> {
  /** Place of the exemplars that clients may search; the store of the current folder unless told, if there is one. */
  readonly store?: string;
}

/** How many exemplars one search gives: a client can search again, and each comes with an image. */
const FOUND_AT_ONCE = 4;

/**
 * Serves the agent's tools and `ask` over standard input and output until the client closes its end or the signal
 * aborts. Nothing else may write to standard output meanwhile.
 *
 * @throws {ConfigurationError} if a model or toolbox is asked for that does not exist.
 * @throws {ProviderError} if the model's server does not answer.
 */
export async function serveMcp(
  { store: named, ...options }: McpOptions,
  onBug: (error: unknown) => void,
  signal?: AbortSignal,
): Promise<void> {
  const { existingStore } = await import("./exemplars.ts");
  const store = existingStore(named);
  const shots = store === undefined ? {} : { shots: { store, shots: FOUND_AT_ONCE } };
  const { dependencies, close } = await openDependencies({ ...options, ...shots }, signal);
  const sessions = createImageSessions(dependencies);
  const askDescription = dependencies.prompts.toolDescription("ask").body;
  // A store that happens to be there may be searched, but changes no judgment unasked.
  const mcpDependencies = {
    sessions,
    tools: dependencies.tools,
    ask: { ...dependencies, exemplars: null },
    askDescription,
    onBug,
  };
  const ended = new Promise<void>((resolve) => {
    process.stdin.once("end", resolve);
    process.stdin.once("close", resolve);
    signal?.addEventListener("abort", () => resolve(), { once: true });
  });
  const server = serveStdio(() => createMcpServer(mcpDependencies), { onerror: onBug });
  await ended;
  await server.close();
  await close();
}
