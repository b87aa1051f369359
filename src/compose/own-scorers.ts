import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ConfigurationError } from "../domain/errors.ts";
import type { Scorer } from "../evaluation/score.ts";

/**
 * Scorers of the user's own: what modules export that `defineScorer` made. Their code runs as the user's, so that only files
 * named on the command line are loaded, never what an evaluation file names.
 *
 * @throws {ConfigurationError} if a module cannot be loaded, or exports no scorer.
 */
export async function loadScorers(paths: readonly string[]): Promise<readonly Scorer[]> {
  return (await Promise.all(paths.map(scorersIn))).flat();
}

async function scorersIn(path: string): Promise<readonly Scorer[]> {
  if (!existsSync(path)) throw new ConfigurationError(`Cannot use scorer as there is no such file: \`${path}\``);
  const found: Record<string, unknown> = await import(pathToFileURL(resolve(path)).href).catch((cause: Error) => {
    const code = (cause as NodeJS.ErrnoException).code;
    const why =
      code === "ERR_UNKNOWN_FILE_EXTENSION"
        ? `Node.js ${process.versions.node} reads no TypeScript: compile it, or use Node.js 22.18 or later`
        : (cause.message.split("\n")[0] ?? "it cannot be loaded");
    throw new ConfigurationError(`Cannot use scorer as ${why}: \`${path}\``, { cause });
  });
  const scorers = Object.values(found)
    .filter(isScorer)
    .map((scorer) => told(scorer, path));
  if (scorers.length > 0) return scorers;
  throw new ConfigurationError(`Cannot use scorer as the file exports none (see defineScorer): \`${path}\``);
}

/** What its code throws is told as its own, with the sample. */
function told(scorer: Scorer, path: string): Scorer {
  const score: Scorer["score"] = (answer, sample, judged) => {
    try {
      return scorer.score(answer, sample, judged);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new ConfigurationError(
        `The scorer "${scorer.name}" failed on sample "${sample.id}" (${why}): \`${path}\``,
        { cause },
      );
    }
  };
  return { ...scorer, score };
}

function isScorer(value: unknown): value is Scorer {
  if (typeof value !== "object" || value === null) return false;
  const { name, requires, score, metrics } = value as Partial<Scorer>;
  return (
    typeof name === "string" && Array.isArray(requires) && typeof score === "function" && typeof metrics === "function"
  );
}
