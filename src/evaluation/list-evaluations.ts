import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { ConfigurationError } from "../domain/errors.ts";
import { didYouMean } from "../domain/nearest-name.ts";
import { ownPath } from "../platform/package-paths.ts";
import { systemPath } from "../platform/system-path.ts";
import { parseEvalFile } from "./file/read-eval-file.ts";
import { callsOf } from "./runner/plan.ts";
import { answeredCalls, openRun } from "./runner/stored-run.ts";
import { readsPrompts } from "./solvers/condition-dependencies.ts";

const ENDING = ".eval.yaml";

/** An evaluation file that ships. */
interface ShippedEvaluation {
  readonly name: string;
  readonly description: string;
  readonly path: string;
  /** What it takes to run it: nothing, a language model whose prompts it compares, or a data set that others publish. */
  readonly needs: "nothing" | "a language model" | "a data set";
}

const Head = z.looseObject({
  description: z.string().default(""),
  dataset: z.looseObject({ path: z.string() }),
  matrix: z.looseObject({ prompts: z.array(z.string()).default([]), models: z.array(z.string()) }),
});

/** The evaluations that ship with Kuleshov. */
export async function listEvaluations(): Promise<ShippedEvaluation[]> {
  const names = (await readdir(ownPath("evals"))).filter((name) => name.endsWith(ENDING)).sort();
  return Promise.all(
    names.map(async (name) => {
      const path = ownPath("evals", name);
      const head = Head.parse(parse(await readFile(path, "utf8"), { logLevel: "error" }));
      return { name: name.slice(0, -ENDING.length), description: head.description, path, needs: needsOf(head) };
    }),
  );
}

function needsOf({ dataset, matrix }: z.infer<typeof Head>): ShippedEvaluation["needs"] {
  if (dataset.path.startsWith("$")) return "a data set";
  return matrix.prompts.length > 1 && !matrix.models.some(readsPrompts) ? "a language model" : "nothing";
}

/**
 * A file as the user names it: a path, or the name of an evaluation that ships, also beside a folder of that name, as which
 * the data may lie there. @throws {ConfigurationError}
 */
export async function evaluationPath(named: string): Promise<string> {
  const there = await stat(systemPath(named)).catch(() => undefined);
  if (there?.isDirectory() === false) return named;
  const shipped = await listEvaluations();
  const found = shipped.find(({ name }) => name === named);
  if (found !== undefined) return found.path;
  if (there !== undefined) return named;
  if (/[\\/.]/.test(named))
    throw new ConfigurationError(`Cannot read evaluation as there is no such file: \`${named}\``);
  const meant = didYouMean(
    named,
    shipped.map(({ name }) => name),
  );
  throw new ConfigurationError(
    `There is no evaluation "${named}". ${meant || "`kuleshov eval list` names those that ship; one of your own is named by its path"}`,
  );
}

/** Runs in a folder with how far they are; a folder that cannot be read as a run is left out. */
export async function listRuns(folder: string): Promise<{ folder: string; answered: number; calls: number }[]> {
  const names = await readdir(folder).catch(() => []);
  const runs = await Promise.all(
    names.sort().map(async (name) => {
      const own = join(folder, name);
      if (!existsSync(join(own, "run.json"))) return [];
      const { header, samples } = await openRun(own);
      const file = parseEvalFile(header.evalFileText, header.evalFilePath);
      const calls = callsOf(samples, file.matrix, file.fewShot?.audit).length;
      return [{ folder: own, answered: (await answeredCalls(own)).size, calls }];
    }),
  );
  return runs.flat();
}

/** For the name of a run's folder: `20260131-235959`, UTC. */
export function timestamp(): string {
  return new Date().toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "-");
}
