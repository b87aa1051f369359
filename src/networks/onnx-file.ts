import protobuf from "protobufjs/light.js";
import type { Attribute, OnnxGraph, OnnxNode, OnnxPort } from "./graph-builder.ts";
import { ONNX_DTYPE } from "./graph-builder.ts";
import type { Constant } from "./tensor-data.ts";

/** Opset 17 is the first with everything needed and is read by every onnxruntime since 1.12; it belongs to format 8. */
const OPSET = 17;
const FORMAT = 8;
const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, ints: 7 } as const;

/** The part of onnx.proto3 that is written here. Field numbers are the format's. */
const SCHEMA = {
  Model: {
    fields: {
      irVersion: { type: "int64", id: 1 },
      producerName: { type: "string", id: 2 },
      producerVersion: { type: "string", id: 3 },
      graph: { type: "Graph", id: 7 },
      opsetImport: { rule: "repeated", type: "OperatorSet", id: 8 },
    },
  },
  OperatorSet: { fields: { domain: { type: "string", id: 1 }, version: { type: "int64", id: 2 } } },
  Graph: {
    fields: {
      node: { rule: "repeated", type: "Node", id: 1 },
      name: { type: "string", id: 2 },
      initializer: { rule: "repeated", type: "Tensor", id: 5 },
      input: { rule: "repeated", type: "ValueInfo", id: 11 },
      output: { rule: "repeated", type: "ValueInfo", id: 12 },
    },
  },
  Node: {
    fields: {
      input: { rule: "repeated", type: "string", id: 1 },
      output: { rule: "repeated", type: "string", id: 2 },
      name: { type: "string", id: 3 },
      opType: { type: "string", id: 4 },
      attribute: { rule: "repeated", type: "Attribute", id: 5 },
    },
  },
  Attribute: {
    fields: {
      name: { type: "string", id: 1 },
      f: { type: "float", id: 2 },
      i: { type: "int64", id: 3 },
      s: { type: "bytes", id: 4 },
      ints: { rule: "repeated", type: "int64", id: 8 },
      type: { type: "int32", id: 20 },
    },
  },
  Tensor: {
    fields: {
      dims: { rule: "repeated", type: "int64", id: 1 },
      dataType: { type: "int32", id: 2 },
      name: { type: "string", id: 8 },
      rawData: { type: "bytes", id: 9 },
    },
  },
  ValueInfo: { fields: { name: { type: "string", id: 1 }, type: { type: "Type", id: 2 } } },
  Type: { fields: { tensorType: { type: "TensorType", id: 1 } } },
  TensorType: { fields: { elemType: { type: "int32", id: 1 }, shape: { type: "Shape", id: 2 } } },
  Shape: { fields: { dim: { rule: "repeated", type: "Dimension", id: 1 } } },
  Dimension: { fields: { dimValue: { type: "int64", id: 1 } } },
};

/** A graph as an ONNX file. The same graph always gives the same bytes. */
export function writeOnnx(name: string, graph: OnnxGraph, producerVersion: string): Uint8Array {
  const model = protobuf.Root.fromJSON({ nested: SCHEMA }).lookupType("Model");
  return model
    .encode({
      irVersion: FORMAT,
      producerName: "kuleshov",
      producerVersion,
      opsetImport: [{ domain: "", version: OPSET }],
      graph: {
        name,
        node: graph.nodes.map(nodeMessage),
        initializer: graph.initialisers.map(({ name, constant }) => tensorMessage(name, constant)),
        input: graph.inputs.map(portMessage),
        output: graph.outputs.map(portMessage),
      },
    })
    .finish();
}

function nodeMessage({ op, inputs, outputs, attributes }: OnnxNode) {
  return {
    input: inputs,
    output: outputs,
    name: outputs[0],
    opType: op,
    attribute: Object.entries(attributes).map(([name, value]) => ({ name, ...attributeValue(value) })),
  };
}

function attributeValue(value: Attribute) {
  if (typeof value === "number") return { i: value, type: ATTRIBUTE_TYPE.int };
  if (typeof value === "string") return { s: Buffer.from(value, "utf8"), type: ATTRIBUTE_TYPE.string };
  if ("float" in value) return { f: value.float, type: ATTRIBUTE_TYPE.float };
  return { ints: value, type: ATTRIBUTE_TYPE.ints };
}

function tensorMessage(name: string, { dtype, shape, data }: Constant) {
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { dims: shape, dataType: ONNX_DTYPE[dtype], name, rawData };
}

function portMessage({ name, dtype, shape }: OnnxPort) {
  const dim = shape.map((extent) => ({ dimValue: extent }));
  return { name, type: { tensorType: { elemType: ONNX_DTYPE[dtype], shape: { dim } } } };
}
