import { ConfigurationError } from "../../domain/errors.ts";
import type { ServerName } from "../model-server/server-fault.ts";
import { serverPlace } from "../model-server/server-place.ts";

const DEFAULT_PORT = 11_434;

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
