import { z } from "zod";
import { nearestNames } from "../../domain/nearest-name.ts";
import { EvalFile } from "./eval-file.ts";

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

/** As much of a JSON schema as is walked here. */
interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly description?: string;
}

/** The evaluation file as a JSON schema, for editors and for naming valid keys. */
export function evalFileJsonSchema(): SchemaNode {
  return z.toJSONSchema(EvalFile, { io: "input", target: "draft-07" }) as SchemaNode;
}

/** Schemas that may hold at a path of `data`; where a `format` key chooses among several, only the chosen one. */
function schemasAt(path: readonly PropertyKey[], data: unknown): readonly SchemaNode[] {
  let nodes = branches(evalFileJsonSchema(), data);
  let here = data;
  for (const key of path) {
    here = typeof here === "object" && here !== null ? (here as Record<PropertyKey, unknown>)[key] : undefined;
    nodes = nodes.flatMap((node) => children(node, key)).flatMap((node) => branches(node, here));
  }
  return nodes;
}

function children(node: SchemaNode, key: PropertyKey): SchemaNode[] {
  if (typeof key === "number") return node.items === undefined ? [] : [node.items];
  const named = node.properties?.[String(key)];
  if (named !== undefined) return [named];
  return typeof node.additionalProperties === "object" ? [node.additionalProperties] : [];
}

function branches(node: SchemaNode, data: unknown): readonly SchemaNode[] {
  const options = node.anyOf ?? node.oneOf;
  if (options === undefined) return [node];
  const format = typeof data === "object" && data !== null ? (data as { format?: unknown }).format : undefined;
  const chosen = options.filter((option) => format !== undefined && option.properties?.format?.const === format);
  return chosen.length > 0 ? chosen : options;
}
