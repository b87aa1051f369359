import { ConfigurationError } from "../../domain/errors.ts";
import { quoted } from "../../judging/prompt-library.ts";
import type { EvalFile } from "../file/eval-file.ts";
import type { Sample } from "../sample.ts";
import type { Call, Solver } from "../solver.ts";
import { cellId } from "./plan.ts";

const PLACEHOLDER = /\{\{\s*([^{}]+?)\s*\}\}/g;

/**
 * The calls with what the variables of their prompts stand for: what the evaluation file says, else the sample's cell. What a
 * column says that the data set is about, such as the label, is no variable.
 * @throws {ConfigurationError} naming a variable that neither has.
 */
export async function withVariables(calls: readonly Call[], file: EvalFile, solver: Solver): Promise<readonly Call[]> {
  const names = new Map<string, readonly string[]>();
  for (const { condition } of calls) {
    const cell = cellId(condition);
    if (!names.has(cell)) names.set(cell, (await solver.prompts?.(condition))?.variables ?? []);
  }
  return calls.map((call) => {
    const own = names.get(cellId(call.condition)) ?? [];
    if (own.length === 0) return call;
    const where = `prompt "${call.condition.prompt}"`;
    const variables = own.map((name) => [name, cellOf(name, { where, sample: call.sample, file })] as const);
    return { ...call, variables: Object.fromEntries(variables) };
  });
}

/** A text with its `{{columns}}` filled by the cells of a sample. @throws {ConfigurationError} as above. */
export function filledText(text: string, where: string, place: { sample: Sample; file: EvalFile }): string {
  return text.replace(PLACEHOLDER, (_whole, name: string) => cellOf(name, { where, ...place }));
}

function cellOf(
  name: string,
  { where, sample, file }: { readonly where: string; readonly sample: Sample; readonly file: EvalFile },
): string {
  const said = Object.hasOwn(file.variables, name) ? file.variables[name] : undefined;
  if (said !== undefined) return said;
  // Whoever made the data set did not write the prompt: a cell is quoted, so that it cannot pose as part of it.
  const cell = Object.hasOwn(sample.columns, name) ? sample.columns[name] : undefined;
  if (cell !== undefined) return quoted(cell);
  const there = [...Object.keys(file.variables), ...Object.keys(sample.columns)];
  throw new ConfigurationError(
    `The ${where} has a variable ${name}, which sample "${sample.id}" has no cell for: name it under variables, or as a column that the data set names for nothing else (there ${there.length === 0 ? "are none" : `are ${there.join(", ")}`})`,
  );
}

/** Every prompt that a run asks with, by the hash by which it is known, so that two runs can be told apart by their words. */
export async function promptTexts({
  calls,
  solver,
}: {
  readonly calls: readonly Call[];
  readonly solver: Solver;
}): Promise<Readonly<Record<string, string>>> {
  const conditions = new Map(calls.map(({ condition }) => [cellId(condition), condition]));
  const prompts = await Promise.all([...conditions.values()].map((condition) => solver.prompts?.(condition)));
  const files = prompts.flatMap((one) => one?.files ?? []);
  return Object.fromEntries(files.map(({ reference, body }) => [reference.sha256, body]));
}
