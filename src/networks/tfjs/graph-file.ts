import { z } from "zod";
import { WeightGroups } from "./weights.ts";

/** An attribute as TensorFlow.js writes protobuf's JSON: numbers as text, text in base64. */
const AttributeValue = z.object({
  s: z.string().optional(),
  i: z.string().optional(),
  b: z.boolean().optional(),
  type: z.string().optional(),
  list: z.object({ i: z.array(z.string()).optional(), s: z.array(z.string()).optional() }).optional(),
});

const GraphNode = z.object({
  name: z.string(),
  op: z.string(),
  input: z.array(z.string()).default([]),
  attr: z.record(z.string(), AttributeValue).default({}),
});
export type GraphNode = z.infer<typeof GraphNode>;

const GraphModel = z.object({
  format: z.literal("graph-model"),
  modelTopology: z.object({ node: z.array(GraphNode) }),
  weightsManifest: WeightGroups,
});
type GraphModel = z.infer<typeof GraphModel>;

/** @throws {RangeError} if the bytes are not a TensorFlow.js graph model. */
export function readGraphModel(bytes: Uint8Array): GraphModel {
  const parsed = GraphModel.safeParse(parseJson(bytes));
  if (!parsed.success) throw new RangeError(`it is not a TensorFlow.js graph: ${firstComplaint(parsed.error)}`);
  return parsed.data;
}

/** Attributes of one node. A missing one takes the given default, or is an error where there is none. */
export function attributesOf({ attr }: GraphNode) {
  const required = <T>(name: string, value: T | undefined): T => {
    if (value === undefined) throw new RangeError(`its attribute "${name}" is missing`);
    return value;
  };
  return {
    text: (name: string) => decodeText(required(name, attr[name]?.s)),
    texts: (name: string) => (attr[name]?.list?.s ?? []).map(decodeText),
    integer: (name: string, absent: number) => Number(attr[name]?.i ?? absent),
    integers: (name: string) => required(name, attr[name]?.list?.i).map(Number),
    flag: (name: string) => attr[name]?.b ?? false,
    type: (name: string) => required(name, attr[name]?.type),
  };
}
export type Attributes = ReturnType<typeof attributesOf>;

function firstComplaint({ issues: [first] }: z.ZodError): string {
  return `${first?.path.join(".")}: ${first?.message}`;
}

function decodeText(base64: string): string {
  return Buffer.from(base64, "base64").toString("latin1");
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch (error) {
    throw new RangeError("it is not JSON", { cause: error });
  }
}
