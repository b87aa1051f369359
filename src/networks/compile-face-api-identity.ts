import {
  constantValue,
  createGraphBuilder,
  type GraphBuilder,
  type OnnxGraph,
  type Target,
  type Value,
} from "./graph-builder.ts";
import { type NetworkManifest, solePorts } from "./manifest.ts";
import { convolution } from "./ops/convolution.ts";
import { activated, broadcast } from "./ops/elementwise.ts";
import { padZeros } from "./ops/pad.ts";
import { meanOverPixels, pooling } from "./ops/pooling.ts";
import { matrixProduct } from "./ops/reduce.ts";
import type { TwoFiles } from "./source.ts";
import { at, type Constant, float32, numbersOf, sizeOf, transposed } from "./tensor-data.ts";
import { readFaceApiWeights, type WeightReader } from "./tfjs/weights.ts";

/** Blocks of each width. The first of a width but 32 halves the image; the very last one does so once more. */
const BLOCKS = [
  "conv32_1",
  "conv32_2",
  "conv32_3",
  "conv64_down",
  "conv64_1",
  "conv64_2",
  "conv64_3",
  "conv128_down",
  "conv128_1",
  "conv128_2",
  "conv256_down",
  "conv256_1",
  "conv256_2",
  "conv256_down_out",
] as const;

/**
 * dlib's face recognition network as face-api publishes it: a residual network of 29 convolutions that turns an aligned
 * face of 150 x 150 pixels into 128 numbers, close together for images of one person. Its file holds weights alone, so
 * the graph is written here.
 *
 * Source of the architecture: @vladmandic/face-api 1.7.15, `src/faceRecognitionNet`.
 */
export function compileFaceApiIdentity(
  manifest: NetworkManifest,
  { graph: list, weights: bin }: TwoFiles,
  target: Target,
): OnnxGraph {
  const { input, output } = solePorts(manifest);
  const graph = createGraphBuilder(target);
  const weights = readFaceApiWeights(list, bin);
  const stem = convolved(graph, graph.input(input), {
    weights,
    prefix: "conv32_down",
    stride: 2,
    padding: "valid",
    relu: true,
  });
  const pooled = pooling(graph, "max", stem, { kernel: [3, 3], strides: [2, 2], dilations: [1, 1], padding: "valid" });
  const features = BLOCKS.reduce((x, block) => residual(graph, x, { weights, block }), pooled);
  graph.output(output.name, matrixProduct(graph, meanOverPixels(graph, features), constantValue(weights("fc"))));
  return graph.finish();
}

interface Block {
  readonly weights: WeightReader;
  readonly block: string;
}

/** Two convolutions whose result is added to what came in. */
function residual(graph: GraphBuilder, x: Value, { weights, block }: Block): Value {
  const down = block.includes("_down");
  const first = convolved(graph, x, {
    weights,
    prefix: `${block}/conv1`,
    stride: down ? 2 : 1,
    padding: down ? "valid" : "same",
    relu: true,
  });
  const second = convolved(graph, first, {
    weights,
    prefix: `${block}/conv2`,
    stride: 1,
    padding: "same",
    relu: false,
  });
  const sum = down ? halvedSum(graph, x, second) : broadcast(graph, "Add", [second, x]);
  return activated(graph, sum, "relu");
}

/** Adds the halved input. Where it has fewer channels or the result fewer pixels, zeros stand for the missing ones. */
function halvedSum(graph: GraphBuilder, x: Value, result: Value): Value {
  const halved = pooling(graph, "average", x, {
    kernel: [2, 2],
    strides: [2, 2],
    dilations: [1, 1],
    padding: "valid",
  });
  const wide = grownTo(graph, halved, 3, at(result.shape, 3));
  const tall = grownTo(graph, result, 1, at(wide.shape, 1));
  return broadcast(graph, "Add", [wide, grownTo(graph, tall, 2, at(wide.shape, 2))]);
}

function grownTo(graph: GraphBuilder, x: Value, axis: number, extent: number): Value {
  const missing = extent - at(x.shape, axis);
  if (missing === 0) return x;
  return padZeros(
    graph,
    x,
    x.shape.map((_, index) => (index === axis ? [0, missing] : [0, 0])),
  );
}

interface Layer {
  readonly weights: WeightReader;
  readonly prefix: string;
  readonly stride: 1 | 2;
  readonly padding: "same" | "valid";
  readonly relu: boolean;
}

/** A convolution and the scale that follows it per channel, folded into one. */
function convolved(graph: GraphBuilder, x: Value, { weights, prefix, stride, padding, relu }: Layer): Value {
  const scale = weights(`${prefix}/scale/weights`);
  const filter = transposed(weights(`${prefix}/conv/filters`), [3, 2, 0, 1]);
  const perFilter = sizeOf(filter.shape) / at(filter.shape, 0);
  return convolution(graph, x, {
    filter: mapped(filter, (value, index) => value * numberAt(scale, Math.floor(index / perFilter))),
    bias: mapped(
      weights(`${prefix}/conv/bias`),
      (value, index) => value * numberAt(scale, index) + numberAt(weights(`${prefix}/scale/biases`), index),
    ),
    strides: [stride, stride],
    dilations: [1, 1],
    padding,
    groups: 1,
    activation: relu ? "relu" : "none",
  });
}

function mapped(constant: Constant, change: (value: number, index: number) => number): Constant {
  return float32(constant.shape, numbersOf(constant).map(change));
}

function numberAt({ data }: Constant, index: number): number {
  return Number(data[index]);
}
