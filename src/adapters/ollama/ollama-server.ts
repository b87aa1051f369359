import { Ollama } from "ollama";
import { ConfigurationError } from "../../domain/errors.ts";
import { serverPlace } from "../../platform/server-place.ts";
import { fetchEvents } from "../model-server/http-events.ts";
import type { ServerName } from "../model-server/server-fault.ts";

const DEFAULT_PORT = 11_434;

interface OllamaCall {
  readonly url: string;
  readonly name: ServerName;
  readonly timeoutMs: number;
  readonly onSent?: ((bytes: number) => void) | undefined;
  /** What the package is given to read of what was answered: its first value, if nothing else is said. */
  readonly check?: (events: readonly unknown[]) => readonly unknown[];
  readonly signal: AbortSignal | undefined;
}

/**
 * Asks through the `ollama` package, which sends our way: our faults, our patience, nothing to another host. A client for
 * each call, as it ends all of its calls when one is aborted.
 *
 * @throws {ProviderError} for everything but a success. @throws the signal's reason.
 */
export async function askOllama<Said>(
  { url: host, name, timeoutMs, onSent, check = ([first = null]) => [first], signal }: OllamaCall,
  ask: (client: Ollama) => Promise<Said>,
): Promise<Said> {
  const client = new Ollama({
    host,
    async fetch(address, { body } = {}) {
      const request = { url: String(address), timeoutMs, onSent };
      const sent = body == null ? request : { ...request, body: JSON.parse(String(body)) };
      const events = check(await fetchEvents(sent, name, signal));
      return new Response(events.map((event) => JSON.stringify(event)).join("\n"));
    },
  });
  return ask(client);
}

/** The address behind OLLAMA_HOST, which may be a host, a port or a URL; 0.0.0.0 means this machine. */
export function ollamaUrl(host: string | undefined): string {
  const given = host === undefined || host.trim() === "" ? "127.0.0.1" : host.trim();
  const address = given.startsWith(":") ? `127.0.0.1${given}` : given;
  const url = address.includes("://") ? address : `http://${address}`;
  if (!URL.canParse(url)) throw new ConfigurationError("OLLAMA_HOST must be an address such as 127.0.0.1:11434");
  const parsed = new URL(url);
  if (parsed.hostname === "0.0.0.0") parsed.hostname = "127.0.0.1";
  if (parsed.port === "" && !address.includes("://")) parsed.port = String(DEFAULT_PORT);
  return parsed.href.replace(/\/+$/, "");
}

export function ollamaName(url: string, model: string): ServerName {
  return {
    server: `Ollama at ${serverPlace(url).name}`,
    model,
    keyVariable: "the server's access rules",
    whenDown: "start it with `ollama serve`, or set --base-url or OLLAMA_HOST",
    secret: undefined,
  };
}
