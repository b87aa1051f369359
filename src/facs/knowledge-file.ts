import { readFileSync } from "node:fs";
import type { z } from "zod";
import { ConfigurationError } from "../domain/errors.ts";
import { ownPath } from "../platform/package-paths.ts";
import { parseShipped } from "../platform/parse-shipped.ts";

/**
 * A function that reads one of the knowledge files in `models/` at its first call and keeps it. The files are data that
 * users may edit, so what is wrong with one is said by its path.
 *
 * @throws {ConfigurationError} from the returned function, when the file is missing, not JSON or not of its schema.
 */
export function knowledgeFile<T>(segments: readonly string[], schema: z.ZodType<T>): () => T {
  let known: T | undefined;
  return () => {
    known ??= readKnowledge(segments, schema);
    return known;
  };
}

function readKnowledge<T>(segments: readonly string[], schema: z.ZodType<T>): T {
  const path = ["models", ...segments].join("/");
  try {
    return parseShipped(readFileSync(ownPath("models", ...segments), "utf8"), (text) => parse(path, text, schema));
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    throw new ConfigurationError(`Cannot read \`${path}\`: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function parse<T>(path: string, text: string, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? "" : ` at ${issue.path.join(".")}`;
  throw new ConfigurationError(`Cannot use \`${path}\`${where}: ${issue?.message ?? "it does not fit its schema"}`);
}
