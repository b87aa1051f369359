import { ModelFileError } from "../domain/errors.ts";
import {
  constantValue,
  createGraphBuilder,
  type GraphBuilder,
  type OnnxGraph,
  type Target,
  type Value,
} from "./graph-builder.ts";
import type { NetworkManifest } from "./manifest.ts";
import type { TwoFiles } from "./source.ts";
import { attributesOf, type GraphNode, readGraphModel } from "./tfjs/graph-file.ts";
import { readWeights } from "./tfjs/weights.ts";
import { TFJS_OPERATORS } from "./tfjs-operators.ts";

/** A TensorFlow.js graph model as an ONNX graph with the manifest's names and shapes. What no output needs is left out. */
export function compileTfjs(
  manifest: NetworkManifest,
  { graph: topology, weights: bin }: TwoFiles,
  target: Target,
): OnnxGraph {
  const model = readGraphModel(topology);
  const graph = createGraphBuilder(target);
  const values = new Map<string, readonly Value[]>();
  for (const [name, constant] of readWeights(model.weightsManifest, bin)) values.set(name, [constantValue(constant)]);
  for (const { name, tensor, dtype, shape } of manifest.inputs)
    values.set(tensor, [graph.input({ name, dtype, shape })]);
  const nodes = new Map(model.modelTopology.node.map((node) => [node.name, node]));
  for (const { name, tensor } of manifest.outputs) {
    for (const node of unmetInOrder(tensor, nodes, values)) {
      values.set(node.name, lowered(manifest.id, node, { graph, values }));
    }
    graph.output(name, operand(values, tensor));
  }
  return graph.finish();
}

interface Progress {
  readonly graph: GraphBuilder;
  readonly values: ReadonlyMap<string, readonly Value[]>;
}

function lowered(id: string, node: GraphNode, { graph, values }: Progress): readonly Value[] {
  const lowering = TFJS_OPERATORS.get(node.op);
  if (lowering === undefined) throw unsupported(id, node);
  try {
    const inputs = operandsOf(node).map((reference) => operand(values, reference));
    const input = (index: number): Value => {
      const value = inputs[index];
      if (value === undefined) throw new RangeError(`its operand ${index + 1} is missing`);
      return value;
    };
    const result = lowering({ graph, attributes: attributesOf(node), input, inputs });
    return isValue(result) ? [result] : result;
  } catch (error) {
    throw unsupported(id, node, error);
  }
}

/** The nodes that a tensor still needs, each after those it is computed from. Iterative: graphs are hundreds deep. */
function unmetInOrder(
  tensor: string,
  nodes: ReadonlyMap<string, GraphNode>,
  done: ReadonlyMap<string, unknown>,
): readonly GraphNode[] {
  const order = new Set<GraphNode>();
  const inProgress = new Set<string>();
  const pending = [nodeName(tensor)];
  while (pending.length > 0) {
    const name = pending.at(-1) as string;
    const node = nodes.get(name);
    if (node === undefined) throw new RangeError(`its graph has no "${name}"`);
    const unmet = operandsOf(node)
      .map(nodeName)
      .filter((before) => !done.has(before) && !hasNode(order, nodes, before));
    if (unmet.length > 0 && !done.has(name)) {
      // What it needs was to be met before coming back to it.
      if (inProgress.has(name)) throw new RangeError(`its graph loops through "${name}", and loops are not supported`);
      inProgress.add(name);
      pending.push(...unmet);
      continue;
    }
    pending.pop();
    if (!done.has(name)) order.add(node);
  }
  return [...order];
}

function hasNode(order: ReadonlySet<GraphNode>, nodes: ReadonlyMap<string, GraphNode>, name: string): boolean {
  const node = nodes.get(name);
  return node !== undefined && order.has(node);
}

/** What a node computes with. `^name` only says what runs before it, which the order of an ONNX graph has no need of. */
function operandsOf({ input }: GraphNode): readonly string[] {
  return input.filter((reference) => !reference.startsWith("^"));
}

/** `name` or `name:1` for the second output of a node. */
function operand(values: ReadonlyMap<string, readonly Value[]>, reference: string): Value {
  const value = values.get(nodeName(reference))?.[Number(reference.split(":")[1] ?? 0)];
  if (value === undefined) throw new RangeError(`"${reference}" has no value`);
  return value;
}

function nodeName(reference: string): string {
  return reference.split(":")[0] as string;
}

function isValue(result: Value | readonly Value[]): result is Value {
  return "names" in result;
}

function unsupported(id: string, { op, name }: GraphNode, cause?: unknown): ModelFileError {
  const why = cause instanceof Error ? `: ${cause.message}` : "";
  return new ModelFileError(id, `its operator ${op} ("${name}") cannot be compiled${why}`, { cause });
}
