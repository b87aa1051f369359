import { type GraphBuilder, ONNX_DTYPE, type Value } from "./graph-builder.ts";
import { concatenate, reshape, transpose } from "./ops/arrange.ts";
import { convolution, unfolded } from "./ops/convolution.ts";
import {
  type Activation,
  type ArithmeticOp,
  activated,
  arithmetic,
  cast,
  reciprocalSquareRoot,
  squaredDifference,
  unary,
} from "./ops/elementwise.ts";
import { landmarksToMatrix, transformBilinear, transformPoints } from "./ops/mediapipe.ts";
import { padZeros } from "./ops/pad.ts";
import { parametricRelu } from "./ops/parametric-relu.ts";
import { pooling, resizeBilinear } from "./ops/pooling.ts";
import { reduce, softmax } from "./ops/reduce.ts";
import type { Padding, Pair } from "./ops/sliding-window.ts";
import { stridedSlice } from "./ops/strided-slice.ts";
import { at, type Constant, numbersOf, transposed } from "./tensor-data.ts";
import { mapOptions, regionOptions } from "./tflite/mediapipe-options.ts";
import type { FlatTable, TfliteOperator } from "./tflite/tflite-file.ts";

/** One operator of a TFLite file with its operands at hand. */
interface Site {
  readonly graph: GraphBuilder;
  readonly operator: TfliteOperator;
  /** Operand by position. */
  readonly input: (index: number) => Value;
  /** All operands. */
  readonly inputs: readonly Value[];
}

interface Lowering {
  readonly name: string;
  readonly lower: (site: Site) => Value;
}

/** How each built-in operator (by its number in the schema) and custom operator (by name) is written in ONNX. */
export const TFLITE_OPERATORS: ReadonlyMap<number | string, Lowering> = new Map<number | string, Lowering>([
  [0, { name: "ADD", lower: (site) => binary(site, "Add") }],
  [
    2,
    { name: "CONCATENATION", lower: ({ graph, inputs, operator }) => concatenate(graph, inputs, int32(operator, 0)) },
  ],
  [3, { name: "CONV_2D", lower: conv2d }],
  [4, { name: "DEPTHWISE_CONV_2D", lower: depthwiseConv2d }],
  [6, { name: "DEQUANTIZE", lower: dequantize }],
  [14, { name: "LOGISTIC", lower: ({ graph, input }) => unary(graph, "Sigmoid", input(0)) }],
  [17, { name: "MAX_POOL_2D", lower: (site) => pool(site, "max") }],
  [1, { name: "AVERAGE_POOL_2D", lower: (site) => pool(site, "average") }],
  [18, { name: "MUL", lower: (site) => binary(site, "Mul") }],
  [19, { name: "RELU", lower: ({ graph, input }) => activated(graph, input(0), "relu") }],
  [21, { name: "RELU6", lower: ({ graph, input }) => activated(graph, input(0), "relu6") }],
  [22, { name: "RESHAPE", lower: reshapeTo }],
  [23, { name: "RESIZE_BILINEAR", lower: resizeTo }],
  [25, { name: "SOFTMAX", lower: ({ graph, input }) => softmax(graph, input(0)) }],
  [28, { name: "TANH", lower: ({ graph, input }) => activated(graph, input(0), "tanh") }],
  [34, { name: "PAD", lower: ({ graph, input }) => padZeros(graph, input(0), pairs(knownNumbers(input(1)))) }],
  [39, { name: "TRANSPOSE", lower: ({ graph, input }) => transpose(graph, input(0), knownNumbers(input(1))) }],
  [40, { name: "MEAN", lower: (site) => reduceOver(site, "mean") }],
  [41, { name: "SUB", lower: (site) => binary(site, "Sub") }],
  [42, { name: "DIV", lower: (site) => binary(site, "Div") }],
  [45, { name: "STRIDED_SLICE", lower: slicing }],
  [54, { name: "PRELU", lower: ({ graph, input }) => parametricRelu(graph, input(0), input(1)) }],
  [59, { name: "NEG", lower: ({ graph, input }) => unary(graph, "Neg", input(0)) }],
  [74, { name: "SUM", lower: (site) => reduceOver(site, "sum") }],
  [75, { name: "SQRT", lower: ({ graph, input }) => unary(graph, "Sqrt", input(0)) }],
  [76, { name: "RSQRT", lower: ({ graph, input }) => reciprocalSquareRoot(graph, input(0)) }],
  [99, { name: "SQUARED_DIFFERENCE", lower: ({ graph, input }) => squaredDifference(graph, input(0), input(1)) }],
  [117, { name: "HARD_SWISH", lower: ({ graph, input }) => unary(graph, "HardSwish", input(0)) }],
  ["Convolution2DTransposeBias", { name: "Convolution2DTransposeBias", lower: transposedConv2d }],
  ["Landmarks2TransformMatrix", { name: "Landmarks2TransformMatrix", lower: landmarkMatrix }],
  ["TransformTensorBilinear", { name: "TransformTensorBilinear", lower: bilinear }],
  [
    "TransformLandmarks",
    { name: "TransformLandmarks", lower: ({ graph, input }) => transformPoints(graph, input(0), input(1)) },
  ],
]);

const PADDINGS: readonly Padding[] = ["same", "valid"];
const ACTIVATIONS: readonly (Activation | undefined)[] = ["none", "relu", undefined, "relu6", "tanh"];

function conv2d({ graph, operator, input, inputs }: Site): Value {
  const options = optionsOf(operator);
  return convolution(graph, input(0), {
    // The file has [out, height, width, in].
    filter: transposed(known(input(1)), [0, 3, 1, 2]),
    bias: inputs[2] === undefined ? undefined : known(inputs[2]),
    strides: [options.int32(2, 1), options.int32(1, 1)],
    dilations: [options.int32(5, 1), options.int32(4, 1)],
    padding: paddingOf(options),
    groups: 1,
    activation: activationOf(options.int8(3, 0)),
  });
}

function depthwiseConv2d({ graph, operator, input, inputs }: Site): Value {
  const options = optionsOf(operator);
  return convolution(graph, input(0), {
    // The file has [1, height, width, channels * multiplier].
    filter: transposed(known(input(1)), [3, 0, 1, 2]),
    bias: inputs[2] === undefined ? undefined : known(inputs[2]),
    strides: [options.int32(2, 1), options.int32(1, 1)],
    dilations: [options.int32(6, 1), options.int32(5, 1)],
    padding: paddingOf(options),
    groups: at(input(0).shape, 3),
    activation: activationOf(options.int8(4, 0)),
  });
}

/** MediaPipe's own: its options are three whole numbers in a row (padding, stride across, stride down). */
function transposedConv2d({ graph, operator, input }: Site): Value {
  const { customOptions: bytes } = operator;
  if (bytes?.length !== 12) throw new RangeError("its options are missing");
  const options = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return unfolded(graph, input(0), {
    // The file has [out, height, width, in].
    filter: transposed(known(input(1)), [3, 0, 1, 2]),
    bias: known(input(2)),
    strides: [options.getInt32(8, true), options.getInt32(4, true)],
  });
}

function resizeTo({ graph, operator, input }: Site): Value {
  const [height, width] = knownNumbers(input(1));
  if (height === undefined || width === undefined) throw new RangeError("its size is missing");
  const options = optionsOf(operator);
  const [alignCorners, halfPixelCenters] = [options.int8(2, 0) !== 0, options.int8(3, 0) !== 0];
  return resizeBilinear(graph, input(0), { size: [height, width], alignCorners, halfPixelCenters });
}

function pool({ graph, operator, input }: Site, kind: "max" | "average"): Value {
  const options = optionsOf(operator);
  const kernel: Pair = [options.int32(4, 0), options.int32(3, 0)];
  const strides: Pair = [options.int32(2, 1), options.int32(1, 1)];
  const window = { kernel, strides, dilations: [1, 1] as const, padding: paddingOf(options) };
  return activated(graph, pooling(graph, kind, input(0), window), activationOf(options.int8(5, 0)));
}

function binary({ graph, operator, input }: Site, op: ArithmeticOp): Value {
  const result = arithmetic(graph, op, [input(0), input(1)]);
  return activated(graph, result, activationOf(operator.options?.int8(0, 0) ?? 0));
}

/** Weights stay as they are stored (float16); the builder widens them where they are used. */
function dequantize({ graph, input }: Site): Value {
  const stored = input(0);
  if (stored.dtype !== "float32") throw new RangeError(`${stored.dtype} weights are not read here`);
  return stored.constant === undefined ? cast(graph, stored, "float32", ONNX_DTYPE.float32) : stored;
}

function reshapeTo({ graph, operator, input, inputs }: Site): Value {
  const shape = inputs[1] === undefined ? optionsOf(operator).int32s(0) : knownNumbers(inputs[1]);
  return reshape(graph, input(0), shape);
}

function reduceOver({ graph, operator, input }: Site, kind: "mean" | "sum"): Value {
  const keepDims = (operator.options?.int8(0, 0) ?? 0) !== 0;
  return reduce(graph, kind, input(0), { axes: knownNumbers(input(1)), keepDims });
}

function slicing({ graph, operator, input }: Site): Value {
  const options = optionsOf(operator);
  return stridedSlice(graph, input(0), {
    begin: knownNumbers(input(1)),
    end: knownNumbers(input(2)),
    steps: knownNumbers(input(3)),
    beginMask: options.int32(0, 0),
    endMask: options.int32(1, 0),
    ellipsisMask: options.int32(2, 0),
    newAxisMask: options.int32(3, 0),
    shrinkMask: options.int32(4, 0),
  });
}

function landmarkMatrix({ graph, operator, input }: Site): Value {
  return landmarksToMatrix(graph, input(0), regionOptions(operator.customOptions));
}

function bilinear({ graph, operator, input }: Site): Value {
  return transformBilinear(graph, input(0), input(1), mapOptions(operator.customOptions));
}

function optionsOf(operator: TfliteOperator): FlatTable {
  if (operator.options === undefined) throw new RangeError("its options are missing");
  return operator.options;
}

function int32(operator: TfliteOperator, field: number): number {
  return optionsOf(operator).int32(field, 0);
}

function paddingOf(options: FlatTable): Padding {
  const padding = PADDINGS[options.int8(0, 0)];
  if (padding === undefined) throw new RangeError("its padding rule is unknown");
  return padding;
}

function activationOf(number: number): Activation {
  const activation = ACTIVATIONS[number];
  if (activation === undefined) throw new RangeError(`its fused activation ${number} is not supported`);
  return activation;
}

function known({ constant }: Value): Constant {
  if (constant === undefined) throw new RangeError("an operand that must be known beforehand is computed");
  return constant;
}

function knownNumbers(value: Value): number[] {
  return numbersOf(known(value));
}

function pairs(flat: readonly number[]): (readonly [number, number])[] {
  return Array.from({ length: flat.length / 2 }, (_, axis) => [at(flat, 2 * axis), at(flat, 2 * axis + 1)] as const);
}
