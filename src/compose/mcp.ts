import { stat } from "node:fs/promises";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { ConfigurationError } from "../domain/errors.ts";
import { createImageSessions } from "../mcp/image-sessions.ts";
import { createMcpServer } from "../mcp/mcp-server.ts";
import { realPath } from "../platform/root-folder.ts";
import { whyRefused } from "../platform/system-error.ts";
import { systemPath } from "../platform/system-path.ts";
import { type AskOptions, openDependencies } from "./ask.ts";

interface McpOptions extends Omit<AskOptions, "shots"> {
  /** The folder that clients may name images in; the working folder unless told. */
  readonly root?: string;
  /** Place of the exemplars that clients may search; the store of the current folder unless told, if there is one. */
  readonly store?: string;
}

interface McpListeners {
  /** Told of bugs; clients are told only that there was one. */
  readonly onBug: (error: unknown) => void;
  /** Told of what came over the wire and is no message of the protocol. */
  readonly onBadMessage: (error: Error) => void;
}

/** How many exemplars one search gives: a client can search again, and each comes with an image. */
const FOUND_AT_ONCE = 4;

/**
 * Serves the agent's tools and `ask` over standard input and output until the client closes its end or the signal
 * aborts. Nothing else may write to standard output meanwhile.
 *
 * @throws {ConfigurationError} if a model, toolbox or root folder is asked for that does not exist.
 * @throws {ProviderError} if the model's server does not answer.
 */
export async function serveMcp(
  { store: named, root: rootNamed = ".", ...options }: McpOptions,
  { onBug, onBadMessage }: McpListeners,
  signal?: AbortSignal,
): Promise<void> {
  const root = await rootFolder(rootNamed);
  const { existingStore } = await import("./exemplars.ts");
  const store = existingStore(named);
  const shots = store === undefined ? {} : { shots: { store, shots: FOUND_AT_ONCE } };
  const { dependencies, close } = await openDependencies({ ...options, ...shots, clip: true }, signal);
  const sessions = createImageSessions(dependencies);
  const askDescription = dependencies.prompts.toolDescription("ask").body;
  // A store that happens to be there may be searched, but changes no judgment unasked.
  const mcpDependencies = {
    sessions,
    tools: dependencies.tools,
    ask: { ...dependencies, exemplars: null },
    askDescription,
    root,
    onBug,
  };
  const ended = new Promise<void>((resolve) => {
    process.stdin.once("end", resolve);
    process.stdin.once("close", resolve);
    signal?.addEventListener("abort", () => resolve(), { once: true });
  });
  const server = serveStdio(() => createMcpServer(mcpDependencies), { onerror: onBadMessage });
  await ended;
  await server.close();
  await close();
}

async function rootFolder(named: string): Promise<string> {
  const refuse = (reason: string, cause?: unknown) =>
    new ConfigurationError(`Cannot serve images as ${reason}: \`${named}\``, { cause });
  const place = await realPath(named).catch((cause: unknown) => {
    throw refuse(whyRefused(cause), cause);
  });
  if (!(await stat(systemPath(place))).isDirectory()) throw refuse("it is a file, not a folder");
  return place;
}
