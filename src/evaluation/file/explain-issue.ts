import type { z } from "zod";
import { nearestNames } from "../../domain/nearest-name.ts";
import { schemasAt } from "./schema-node.ts";

/** A complaint about one place of an evaluation file. */
export interface FileProblem {
  /** Where it is: keys and list places from the root. */
  readonly path: readonly PropertyKey[];
  /** Whether the place is a key that should not be there, rather than a value. */
  readonly isKey: boolean;
  /** What is wrong, to be read after "line 4: ". */
  readonly sentence: string;
}

/** Says in the file's own words what zod found, with the nearest valid key or value. */
export function explainIssue(issue: z.core.$ZodIssue, data: unknown): FileProblem[] {
  if (issue.code === "unrecognized_keys") {
    const known = [...new Set(schemasAt(issue.path, data).flatMap((node) => Object.keys(node.properties ?? {})))];
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      isKey: true,
      sentence: `unknown key "${key}"${suggestion(key, known)}`,
    }));
  }
  return [{ path: issue.path, isKey: false, sentence: valueProblem(issue, data) }];
}

function valueProblem(issue: z.core.$ZodIssue, data: unknown): string {
  const name = issue.path.length === 0 ? "the file" : `"${issue.path.map(String).join(".")}"`;
  const given = valueAt(data, issue.path);
  if (given === undefined) return `${name} is missing`;
  const allowed = allowedValues(issue, data);
  if (allowed.length > 0) return `${name} cannot be ${shown(given)}${suggestion(String(given), allowed)}`;
  if (issue.code === "invalid_union") return `${name} cannot be ${shown(given)}${description(issue.path, data)}`;
  return `${name}: ${lowerFirst(issue.message)}`;
}

/** Values that a closed list allows at a place. */
function allowedValues(issue: z.core.$ZodIssue, data: unknown): string[] {
  if (issue.code === "invalid_value") return issue.values.map(String);
  if (issue.code !== "invalid_union") return [];
  const parent = schemasAt(issue.path, data).flatMap((node) => node.const ?? node.enum ?? []);
  const isChoice = issue.path.at(-1) === "format";
  return isChoice ? parent.map(String) : [];
}

function suggestion(word: string, known: readonly string[]): string {
  const nearest = nearestNames(word, known, 1)[0];
  return nearest === undefined ? ` (possible: ${known.join(", ")})` : `: did you mean "${nearest}"?`;
}

function description(path: readonly PropertyKey[], data: unknown): string {
  const parent = schemasAt(path.slice(0, -1), data).find((node) => node.description !== undefined);
  return parent?.description === undefined ? "" : ` (${lowerFirst(parent.description)})`;
}

function shown(value: unknown): string {
  return typeof value === "string" ? `"${value}"` : JSON.stringify(value);
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  let here = data;
  for (const key of path) {
    if (typeof here !== "object" || here === null) return undefined;
    here = (here as Record<PropertyKey, unknown>)[key];
  }
  return here;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
