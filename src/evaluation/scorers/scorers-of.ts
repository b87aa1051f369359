import { ConfigurationError } from "../../domain/errors.ts";
import type { EvalFile } from "../file/eval-file.ts";
import type { PersonGrade } from "../judge/person-grades.ts";
import { createLabelReader } from "../label-reader.ts";
import { loadLemmas, loadWheels } from "../load-wheels.ts";
import type { Scorer } from "../score.ts";
import { createAssertionsScorer } from "./assertions.ts";
import { createScorer } from "./registry.ts";

/**
 * The scorers that a file names, that of its assertions, and after them the caller's own.
 * @throws {ConfigurationError} if two have the same name.
 */
export async function scorersOf(
  file: EvalFile,
  labels: readonly string[],
  own: readonly Scorer[] = [],
  grades: readonly PersonGrade[] = [],
): Promise<readonly Scorer[]> {
  const lemmas = await loadLemmas();
  const wheels = await loadWheels();
  const { rubric, analysis } = file;
  const reader = createLabelReader(labels, lemmas);
  const { reading, toleranceSeconds: toleranceS } = analysis;
  const context = { reader, reading, analysis, toleranceS, wheels, lemmas, rubric, grades };
  const asserted = file.assertions.length === 0 ? [] : [createAssertionsScorer(file.assertions)];
  const scorers = [...file.scorers.map((name) => createScorer(name, context)), ...asserted, ...own];
  const names = scorers.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return scorers;
  throw new ConfigurationError(`Two scorers are called "${twice}": name each once`);
}
