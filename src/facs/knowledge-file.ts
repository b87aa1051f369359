import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { z } from "zod";
import { ConfigurationError } from "../domain/errors.ts";
import { ownPath } from "../platform/package-paths.ts";

/** The rooms of `models/` whose tables a user may replace; every report of the rules judge carries a hash of them. */
const REPLACEABLE = ["situations", "rules"];
/** Describes the weights beside it and means nothing without them. */
const WITH_WEIGHTS = "reader.json";

/**
 * A function that reads one of the knowledge files in `models/` at its first call and keeps it. A table of `situations/` or
 * `rules/` that stands under the same name in the folder which `KULESHOV_MODELS` names (`situations/word-table.json`) is read
 * in its place. The files are data that users may edit, so what is wrong with one is said by its path.
 *
 * @throws {ConfigurationError} from the returned function, when the file is missing, not JSON or not of its schema, or the
 * user's folder has a table that there is none of.
 */
export function knowledgeFile<T>(segments: readonly string[], schema: z.ZodType<T>): () => T {
  let known: T | undefined;
  return () => {
    known ??= readKnowledge(segments, schema);
    return known;
  };
}

/** Where a file of `models/` is read from: the user's own where there is one, else the one that ships. */
export function knowledgePath(room: string, name: string): string {
  return usersTables(room).get(name) ?? ownPath("models", room, name);
}

/** The user's tables of a room, name to path. */
function usersTables(room: string): ReadonlyMap<string, string> {
  const folder = process.env.KULESHOV_MODELS;
  if (!folder || !REPLACEABLE.includes(room) || !existsSync(join(folder, room))) return new Map();
  const names = readdirSync(join(folder, room)).filter((name) => name.endsWith(".json"));
  const known = readdirSync(ownPath("models", room)).filter((name) => name.endsWith(".json") && name !== WITH_WEIGHTS);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new ConfigurationError(
      `Cannot use \`${join(folder, room, unknown)}\`: no table is called that; those that can be replaced are ${known.join(", ")}`,
    );
  }
  return new Map(names.map((name) => [name, join(folder, room, name)]));
}

function readKnowledge<T>(segments: readonly string[], schema: z.ZodType<T>): T {
  const [room = "", ...rest] = segments;
  const path = knowledgePath(room, join(...rest));
  const shown = path === ownPath("models", ...segments) ? ["models", ...segments].join("/") : path;
  const parsed = schema.safeParse(readJson(shown, path));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? "" : ` at ${issue.path.join(".")}`;
  throw new ConfigurationError(`Cannot use \`${shown}\`${where}: ${issue?.message ?? "it does not fit its schema"}`);
}

function readJson(shown: string, path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new ConfigurationError(
      `Cannot read \`${shown}\`: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    );
  }
}
