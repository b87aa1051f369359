import { isIP } from "node:net";

/** Where a model server is, for messages and for the question whether images leave this machine. */
export interface ServerPlace {
  /** As a person would name it, without user or password: `http://127.0.0.1:11434`. */
  readonly name: string;
  /** Whether it runs on this machine, by its loopback address. */
  readonly loopback: boolean;
}

/** @throws {TypeError} if it is not a URL. */
export function serverPlace(baseUrl: string): ServerPlace {
  const { protocol, host, hostname, pathname } = new URL(baseUrl);
  return { name: `${protocol}//${host}${pathname.replace(/\/+$/, "")}`, loopback: isLoopback(hostname) };
}

function isLoopback(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (name === "localhost" || name.endsWith(".localhost") || name === "::1") return true;
  return isIP(name) === 4 && name.startsWith("127.");
}

/** A model on this machine may have to be loaded and may run on the processor. */
export function usualTimeoutMs({ loopback }: ServerPlace): number {
  return loopback ? 600_000 : 300_000;
}
