import { type GraphBuilder, ONNX_DTYPE, type Value } from "./graph-builder.ts";
import { concatenate, expandDims, pack, reshape, slice, squeeze, transpose, unpack } from "./ops/arrange.ts";
import { convolution } from "./ops/convolution.ts";
import {
  type Activation,
  type ArithmeticOp,
  activated,
  arithmetic,
  broadcast,
  cast,
  floorDivide,
  floorModulo,
  squaredDifference,
  unary,
} from "./ops/elementwise.ts";
import { padZeros } from "./ops/pad.ts";
import { pooling, resizeBilinear } from "./ops/pooling.ts";
import { argMax, gather, gatherNd, reduce, softmax, topK } from "./ops/reduce.ts";
import type { Padding, Pair } from "./ops/sliding-window.ts";
import { stridedSlice } from "./ops/strided-slice.ts";
import { at, type Constant, type Dtype, numbersOf, reshaped, sizeOf, transposed } from "./tensor-data.ts";
import type { Attributes } from "./tfjs/graph-file.ts";

/** One node of a TensorFlow.js graph with its operands at hand. */
interface Site {
  readonly graph: GraphBuilder;
  readonly attributes: Attributes;
  readonly input: (index: number) => Value;
  readonly inputs: readonly Value[];
}

type Lowering = (site: Site) => Value | readonly Value[];

const of =
  (op: ArithmeticOp): Lowering =>
  ({ graph, input }) =>
    arithmetic(graph, op, [input(0), input(1)]);

/** How each TensorFlow operator is written in ONNX. Some have several outputs. */
export const TFJS_OPERATORS: ReadonlyMap<string, Lowering> = new Map<string, Lowering>([
  ["Identity", ({ input }) => input(0)],
  ["_FusedConv2D", conv2d],
  ["Conv2D", conv2d],
  ["FusedDepthwiseConv2dNative", depthwiseConv2d],
  ["DepthwiseConv2dNative", depthwiseConv2d],
  ["MaxPool", maxPool],
  ["ResizeBilinear", resize],
  ["Add", of("Add")],
  ["AddV2", of("Add")],
  ["Sub", of("Sub")],
  ["Mul", of("Mul")],
  ["RealDiv", of("Div")],
  ["FloorDiv", ({ graph, input }) => floorDivide(graph, input(0), input(1))],
  ["FloorMod", ({ graph, input }) => floorModulo(graph, input(0), input(1))],
  ["SquaredDifference", ({ graph, input }) => squaredDifference(graph, input(0), input(1))],
  ["Equal", ({ graph, input }) => broadcast(graph, "Equal", [input(0), input(1)], "bool")],
  ["Relu", ({ graph, input }) => activated(graph, input(0), "relu")],
  ["Relu6", ({ graph, input }) => activated(graph, input(0), "relu6")],
  ["Sigmoid", ({ graph, input }) => activated(graph, input(0), "sigmoid")],
  ["Exp", ({ graph, input }) => unary(graph, "Exp", input(0))],
  ["Sqrt", ({ graph, input }) => unary(graph, "Sqrt", input(0))],
  ["Cast", castTo],
  [
    "Mean",
    ({ graph, input, attributes }) =>
      reduce(graph, "mean", input(0), { axes: knownNumbers(input(1)), keepDims: attributes.flag("keep_dims") }),
  ],
  ["Softmax", ({ graph, input }) => softmax(graph, input(0))],
  [
    "ArgMax",
    ({ graph, input, attributes }) =>
      argMax(graph, input(0), knownNumber(input(1)), dtypeNamed(attributes.type("output_type"))),
  ],
  ["TopKV2", ({ graph, input }) => topK(graph, input(0), knownNumber(input(1)), "int32")],
  ["GatherV2", ({ graph, input }) => gather(graph, input(0), input(1), knownNumber(input(2)))],
  ["GatherNd", ({ graph, input }) => gatherNd(graph, input(0), input(1))],
  ["ConcatV2", ({ graph, inputs }) => concatenate(graph, inputs.slice(0, -1), knownNumber(last(inputs)))],
  ["Pack", ({ graph, inputs, attributes }) => pack(graph, inputs, attributes.integer("axis", 0))],
  ["Unpack", ({ graph, input, attributes }) => unpack(graph, input(0), attributes.integer("axis", 0))],
  ["Pad", ({ graph, input }) => padZeros(graph, input(0), pairs(knownNumbers(input(1))))],
  ["Reshape", ({ graph, input }) => reshape(graph, input(0), knownNumbers(input(1)))],
  ["ExpandDims", ({ graph, input }) => expandDims(graph, input(0), knownNumber(input(1)))],
  ["Squeeze", ({ graph, input, attributes }) => squeeze(graph, input(0), attributes.integers("squeeze_dims"))],
  ["Transpose", ({ graph, input }) => transpose(graph, input(0), knownNumbers(input(1)))],
  ["Slice", sliced],
  ["StridedSlice", slicing],
]);

const DTYPES: Readonly<Record<string, Dtype>> = {
  DT_FLOAT: "float32",
  DT_INT32: "int32",
  DT_INT64: "int64",
  DT_BOOL: "bool",
};
const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  Relu: "relu",
  Relu6: "relu6",
  Sigmoid: "sigmoid",
  Tanh: "tanh",
};

function conv2d(site: Site): Value {
  // TensorFlow has [height, width, in, out].
  const filter = transposed(known(site.input(1)), [3, 2, 0, 1]);
  return convolve(site, filter, 1);
}

function depthwiseConv2d(site: Site): Value {
  // TensorFlow has [height, width, channels, multiplier].
  const { shape } = known(site.input(1));
  const [height, width, channels] = [at(shape, 0), at(shape, 1), at(shape, 2)];
  const perChannel = transposed(known(site.input(1)), [2, 3, 0, 1]);
  const filter = reshaped(perChannel, [sizeOf(shape) / (height * width), 1, height, width]);
  return convolve(site, filter, channels);
}

function convolve({ graph, attributes, input, inputs }: Site, filter: Constant, groups: number): Value {
  const fused = attributes.texts("fused_ops");
  const [bias, then, ...more] = fused;
  if (more.length > 0 || (bias !== undefined && bias !== "BiasAdd"))
    throw new RangeError(`it fuses ${fused.join(", ")}`);
  return convolution(graph, input(0), {
    filter,
    bias: inputs[2] === undefined ? undefined : known(inputs[2]),
    strides: spatial(attributes.integers("strides")),
    dilations: spatial(attributes.integers("dilations")),
    padding: paddingOf(attributes),
    groups,
    activation: then === undefined ? "none" : activationNamed(then),
  });
}

function maxPool({ graph, attributes, input }: Site): Value {
  return pooling(graph, "max", input(0), {
    kernel: spatial(attributes.integers("ksize")),
    strides: spatial(attributes.integers("strides")),
    dilations: [1, 1],
    padding: paddingOf(attributes),
  });
}

function resize({ graph, attributes, input }: Site): Value {
  const [height, width] = knownNumbers(input(1));
  if (height === undefined || width === undefined) throw new RangeError("its size is missing");
  return resizeBilinear(graph, input(0), {
    size: [height, width],
    alignCorners: attributes.flag("align_corners"),
    halfPixelCenters: attributes.flag("half_pixel_centers"),
  });
}

function castTo({ graph, attributes, input }: Site): Value {
  const dtype = dtypeNamed(attributes.type("DstT"));
  return cast(graph, input(0), dtype, ONNX_DTYPE[dtype]);
}

/** A size of -1 reaches to the end of the axis. */
function sliced({ graph, input }: Site): Value {
  const begin = knownNumbers(input(1));
  const size = knownNumbers(input(2));
  const end = begin.map((from, axis) => (at(size, axis) < 0 ? at(input(0).shape, axis) : from + at(size, axis)));
  return slice(graph, input(0), { begin, end, steps: begin.map(() => 1) });
}

function slicing({ graph, attributes, input }: Site): Value {
  return stridedSlice(graph, input(0), {
    begin: knownNumbers(input(1)),
    end: knownNumbers(input(2)),
    steps: knownNumbers(input(3)),
    beginMask: attributes.integer("begin_mask", 0),
    endMask: attributes.integer("end_mask", 0),
    ellipsisMask: attributes.integer("ellipsis_mask", 0),
    newAxisMask: attributes.integer("new_axis_mask", 0),
    shrinkMask: attributes.integer("shrink_axis_mask", 0),
  });
}

/** Height and width of a list over `[N, H, W, C]`. */
function spatial(list: readonly number[]): Pair {
  return [at(list, 1), at(list, 2)];
}

function paddingOf(attributes: Attributes): Padding {
  const padding = attributes.text("padding");
  if (padding === "SAME") return "same";
  if (padding === "VALID") return "valid";
  throw new RangeError(`its padding ${padding} is not supported`);
}

function activationNamed(name: string): Activation {
  const activation = ACTIVATIONS[name];
  if (activation === undefined) throw new RangeError(`it fuses ${name}`);
  return activation;
}

function dtypeNamed(name: string): Dtype {
  const dtype = DTYPES[name];
  if (dtype === undefined) throw new RangeError(`the type ${name} is not supported`);
  return dtype;
}

function known({ constant }: Value): Constant {
  if (constant === undefined) throw new RangeError("an operand that must be known beforehand is computed");
  return constant;
}

function knownNumbers(value: Value): number[] {
  return numbersOf(known(value));
}

function knownNumber(value: Value): number {
  return at(knownNumbers(value), 0);
}

/** `[before, after]` per axis. */
function pairs(numbers: readonly number[]): (readonly [number, number])[] {
  return Array.from({ length: numbers.length / 2 }, (_, axis) => [at(numbers, 2 * axis), at(numbers, 2 * axis + 1)]);
}

function last(values: readonly Value[]): Value {
  const value = values.at(-1);
  if (value === undefined) throw new RangeError("it has no operands");
  return value;
}
