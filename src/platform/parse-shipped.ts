import { sha256 } from "./hash.ts";

/** What files that ship with Kuleshov say, by the hash of their text; put there by `bundle.mjs`. */
declare const SHIPPED: Readonly<Record<string, unknown>> | undefined;

let parsed: Map<string, unknown> | undefined;

/**
 * What a text says. One that shipped as it is was parsed and checked when Kuleshov was bundled, so that no start has to: of a
 * tenth of a megabyte of YAML and JSON that is a tenth of a second. Any other, such as a file that somebody edited, is parsed.
 *
 * @param parse gives plain JSON, which nobody changes.
 */
export function parseShipped<T>(text: string, parse: (text: string) => T): T {
  const key = sha256(text);
  if (typeof SHIPPED === "object" && Object.hasOwn(SHIPPED, key)) return SHIPPED[key] as T;
  const value = parse(text);
  parsed?.set(key, value);
  return value;
}

/** For `bundle.mjs`: everything that is parsed from now on, by the hash of its text. */
export function collectParsed(): ReadonlyMap<string, unknown> {
  parsed = new Map();
  return parsed;
}
