import { ModelFileError } from "../domain/errors.ts";
import { constantValue, createGraphBuilder, type OnnxGraph, type Target, type Value } from "./graph-builder.ts";
import type { NetworkManifest } from "./manifest.ts";
import { readTflite, type TfliteModel, type TfliteOperator } from "./tflite/tflite-file.ts";
import { TFLITE_OPERATORS } from "./tflite-operators.ts";

/** A TFLite file as an ONNX graph with the manifest's names. */
export function compileTflite(manifest: NetworkManifest, bytes: Uint8Array, target: Target): OnnxGraph {
  const model = readTflite(bytes);
  const graph = createGraphBuilder(target);
  const values = new Map<number, Value>();
  for (const { name, tensor, dtype, shape } of manifest.inputs) {
    values.set(indexOf(model, model.inputs, tensor), graph.input({ name, dtype, shape }));
  }
  for (const [index, { constant }] of model.tensors.entries()) {
    if (constant !== undefined) values.set(index, constantValue(constant));
  }
  for (const [number, operator] of model.operators.entries()) {
    const lowering = TFLITE_OPERATORS.get(operator.kind);
    const name = lowering?.name ?? (typeof operator.kind === "string" ? operator.kind : `of kind ${operator.kind}`);
    if (lowering === undefined) throw unsupported(manifest.id, name, number);
    try {
      const inputs = operator.inputs.filter((index) => index >= 0).map((index) => valueAt(values, index));
      const input = (position: number) => valueAt(inputs, position);
      setOutput(model, values, operator, lowering.lower({ graph, operator, input, inputs }));
    } catch (error) {
      throw unsupported(manifest.id, name, number, error);
    }
  }
  for (const { name, tensor } of manifest.outputs) {
    graph.output(name, valueAt(values, indexOf(model, model.outputs, tensor)));
  }
  return graph.finish();
}

function valueAt(values: ReadonlyMap<number, Value> | readonly Value[], index: number): Value {
  const value = "get" in values ? values.get(index) : values[index];
  if (value === undefined) throw new RangeError(`tensor ${index} has no value yet`);
  return value;
}

/** The shape worked out here must be the one in the file: a disagreement is a mistake of the compiler's, told at once. */
function setOutput(model: TfliteModel, values: Map<number, Value>, { outputs }: TfliteOperator, value: Value): void {
  const [index, ...others] = outputs;
  if (index === undefined || others.length > 0) throw new RangeError("it does not have exactly one output");
  const expected = model.tensors[index]?.shape.join(", ");
  if (expected !== value.shape.join(", ")) {
    throw new RangeError(`its output came out as [${value.shape.join(", ")}] instead of [${expected}]`);
  }
  values.set(index, value);
}

function indexOf(model: TfliteModel, among: readonly number[], name: string): number {
  const index = among.find((candidate) => model.tensors[candidate]?.name === name);
  if (index === undefined) throw new RangeError(`the file has no input or output called "${name}"`);
  return index;
}

function unsupported(id: string, operator: string, number: number, cause?: unknown): ModelFileError {
  const why = cause instanceof Error ? `: ${cause.message}` : "";
  return new ModelFileError(id, `its operator ${number + 1}, ${operator}, cannot be compiled${why}`, { cause });
}
