import { ConfigurationError } from "../domain/errors.ts";
import { locateDatasetPath } from "../evaluation/dataset/locate.ts";
import type { EvalFile } from "../evaluation/file/eval-file.ts";
import { isFreeModel, judgesIn, type ModelOptions } from "./models.ts";

/** What a name among the models of an evaluation file stands for. */
interface NamedModel {
  /** As on the command line, `openai:gpt-4.1`. */
  readonly model: string;
  /** How it is asked, where the file says so; goes before what holds for the whole run. */
  readonly options: ModelOptions;
}

/**
 * The model of a name, by its entry in the file or as on the command line. A server with an address of its own gets the
 * key that its entry names and no other.
 *
 * @throws {ConfigurationError} if its key is named and not set.
 */
export function namedModel(
  { models }: Pick<EvalFile, "models">,
  name: string,
  { evalFilePath, env = process.env }: { readonly evalFilePath: string; readonly env?: Readonly<NodeJS.ProcessEnv> },
): NamedModel {
  const entry = Object.hasOwn(models, name) ? models[name] : undefined;
  if (entry === undefined) return { model: besideFile(name, evalFilePath), options: {} };
  const { model, baseUrl, keyVariable, temperature, seed, maxTokens, reasoningEffort, timeoutSeconds } = entry;
  const apiKey = keyVariable === undefined ? (baseUrl === undefined ? undefined : "") : env[keyVariable];
  if (keyVariable !== undefined && !apiKey) {
    throw new ConfigurationError(`The model "${name}" takes its key from ${keyVariable}, which is not set`);
  }
  return {
    model: besideFile(model, evalFilePath),
    options: {
      ...(baseUrl === undefined ? {} : { baseUrl }),
      ...(apiKey === undefined ? {} : { apiKey }),
      ...(temperature === undefined ? {} : { temperature }),
      ...(seed === undefined ? {} : { seed }),
      ...(maxTokens === undefined ? {} : { maxTokens }),
      ...(reasoningEffort === undefined ? {} : { reasoningEffort }),
      ...(timeoutSeconds === undefined ? {} : { timeoutMs: timeoutSeconds * 1000 }),
    },
  };
}

/** A template of an endpoint lies where other files of the evaluation do. */
function besideFile(model: string, evalFilePath: string): string {
  return withTemplatesAt(model, (path) => locateDatasetPath(path, evalFilePath));
}

/** The same model, or panel, with the templates of endpoints where `place` finds them. */
export function withTemplatesAt(model: string, place: (path: string) => string): string {
  const placed = judgesIn(model).map((judge) => {
    const [, path] = /^http:(.+)$/.exec(judge.trim()) ?? [];
    return path === undefined ? judge : `http:${place(path)}`;
  });
  return placed.join(",");
}

/** A name of the file as on the command line. */
export function spelledOut({ models }: Pick<EvalFile, "models">, name: string): string {
  return (Object.hasOwn(models, name) ? models[name]?.model : undefined) ?? name;
}

/** The models for which the address that holds for the whole run is used, as on the command line. */
export function modelsAtCommonAddress(file: Pick<EvalFile, "models" | "matrix" | "judge">): readonly string[] {
  const names = [...file.matrix.models, ...(file.judge === undefined ? [] : [file.judge.model])];
  const common = names.filter((name) => file.models[name]?.baseUrl === undefined);
  return common.flatMap((name) => judgesIn(spelledOut(file, name)));
}

/** Whether asking a model of the file costs no money. */
export function isFreeIn(file: Pick<EvalFile, "models">, name: string): boolean {
  return file.models[name]?.price === undefined && isFreeModel(spelledOut(file, name));
}
