import { z } from "zod";
import { EvalFile } from "./eval-file.ts";

/** As much of a JSON schema as is walked here. */
export interface SchemaNode {
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
export function schemasAt(path: readonly PropertyKey[], data: unknown): readonly SchemaNode[] {
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
