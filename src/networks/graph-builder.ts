import { at, type Constant, type Dtype, int64, transposed, widened } from "./tensor-data.ts";

/** An ONNX attribute. A plain number is an integer; a real number is wrapped, as ONNX keeps the two apart. */
export type Attribute = number | readonly number[] | string | { readonly float: number };

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A named input or output of a graph. */
export interface OnnxPort {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}

/** The one intermediate form: every front end builds it, the one writer serialises it. */
export interface OnnxGraph {
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
  readonly initialisers: readonly { readonly name: string; readonly constant: Constant }[];
  readonly nodes: readonly OnnxNode[];
}

/**
 * A tensor while a graph is built. Its shape is the publisher's: TensorFlow keeps channels last, `[N, H, W, C]`, while
 * onnxruntime computes images with channels first. So a rank 4 value may exist under two names, one per layout, and a
 * Transpose is written only when an operator asks for the one that is missing.
 */
export interface Value {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Set when its numbers are known now. */
  readonly constant: Constant | undefined;
  readonly names: { published?: string; channelsFirst?: string };
}

/**
 * What the graph is written for. On x64 onnxruntime computes convolutions in a blocked layout (NCHWc), and each operator
 * that it has in that layout saves the way out of it and back. `plain` is for every other processor.
 */
export type Target = "blocked" | "plain";

/** What this machine's graphs are written for; part of the cache key. */
export const COMPILER_TARGET: Target = process.arch === "x64" ? "blocked" : "plain";

/** Part of the cache key: raise it with every change of what the compiler writes. */
export const COMPILER_VERSION = 3;

/** Collects the nodes of one graph. Names are numbered in order, so the same source gives the same bytes. */
export interface GraphBuilder {
  readonly target: Target;
  input(port: OnnxPort): Value;
  output(name: string, value: Value): void;
  /** Writes a node and returns the names of its outputs. */
  nodes(op: string, inputs: readonly string[], outputs: number, attributes?: OnnxNode["attributes"]): string[];
  /** Writes a node with one output and returns its name. */
  node(op: string, inputs: readonly string[], attributes?: OnnxNode["attributes"]): string;
  /** Name of a constant as an initialiser; large float16 ones stay float16 in the file and are widened by a Cast. */
  initialiser(constant: Constant): string;
  finish(): OnnxGraph;
}

/** Below so many elements a Cast costs more when a session is opened than the half saves on disk. */
const WIDENED_BELOW = 4096;

export function createGraphBuilder(target: Target): GraphBuilder {
  const inputs: OnnxPort[] = [];
  const outputs: OnnxPort[] = [];
  const initialisers: { name: string; constant: Constant }[] = [];
  const nodes: OnnxNode[] = [];
  const known = new Map<Constant, string>();

  const write: GraphBuilder["nodes"] = (op, from, count, attributes = {}) => {
    const stem = `${op.toLowerCase()}_${nodes.length}`;
    const names = Array.from({ length: count }, (_, index) => (count === 1 ? stem : `${stem}_${index}`));
    nodes.push({ op, inputs: from, outputs: names, attributes });
    return names;
  };
  const node: GraphBuilder["node"] = (op, from, attributes) => first(write(op, from, 1, attributes));

  return {
    target,
    nodes: write,
    node,
    input(port) {
      inputs.push(port);
      return published(port.dtype, port.shape, port.name);
    },
    output(name, value) {
      outputs.push({ name, dtype: value.dtype, shape: value.shape });
      const from = publishedName(this, value);
      nodes.push({ op: "Identity", inputs: [from], outputs: [name], attributes: {} });
    },
    initialiser(constant) {
      const before = known.get(constant);
      if (before !== undefined) return before;
      const stored = `constant_${initialisers.length}`;
      const kept = constant.data.length < WIDENED_BELOW ? widened(constant) : constant;
      initialisers.push({ name: stored, constant: kept });
      const name = kept.dtype === "float16" ? node("Cast", [stored], { to: ONNX_DTYPE.float32 }) : stored;
      known.set(constant, name);
      return name;
    },
    finish: () => ({ inputs, outputs, initialisers, nodes }),
  };
}

/** ONNX's numbers for element types. */
export const ONNX_DTYPE: Readonly<Record<Dtype, number>> = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
};

/** A value that exists in the publisher's layout. */
export function published(dtype: Dtype, shape: readonly number[], name: string): Value {
  return { dtype, shape, constant: undefined, names: { published: name } };
}

/** A value of published shape `[N, H, W, C]` that exists with channels first. */
export function channelsFirst(dtype: Dtype, shape: readonly number[], name: string): Value {
  return { dtype, shape, constant: undefined, names: { channelsFirst: name } };
}

export function constantValue(constant: Constant): Value {
  const dtype = constant.dtype === "float16" ? "float32" : constant.dtype;
  return { dtype, shape: constant.shape, constant, names: {} };
}

const TO_FIRST = [0, 3, 1, 2];
const TO_LAST = [0, 2, 3, 1];

/** Name of a value in the publisher's layout. */
export function publishedName(graph: GraphBuilder, value: Value): string {
  value.names.published ??= value.constant
    ? graph.initialiser(value.constant)
    : moveChannels(graph, required(value.names.channelsFirst), value, TO_LAST);
  return value.names.published;
}

/** Name of a rank 4 value with channels first. */
export function channelsFirstName(graph: GraphBuilder, value: Value): string {
  value.names.channelsFirst ??= value.constant
    ? graph.initialiser(transposed(value.constant, TO_FIRST))
    : moveChannels(graph, required(value.names.published), value, TO_FIRST);
  return value.names.channelsFirst;
}

/** With one channel or one pixel both layouts have the same bytes, and a Reshape costs nothing. */
function moveChannels(graph: GraphBuilder, name: string, { shape }: Value, order: readonly number[]): string {
  const [, height, width, channels] = shape;
  if (channels !== 1 && (height !== 1 || width !== 1)) return graph.node("Transpose", [name], { perm: order });
  const target = order === TO_FIRST ? TO_FIRST.map((axis) => at(shape, axis)) : shape;
  return graph.node("Reshape", [name, graph.initialiser(int64(target))]);
}

function first(names: readonly string[]): string {
  return required(names[0]);
}

function required(name: string | undefined): string {
  if (name === undefined) throw new Error("A value has no name in any layout");
  return name;
}
