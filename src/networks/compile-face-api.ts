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
import { type Activation, activated, broadcast } from "./ops/elementwise.ts";
import { meanOverPixels } from "./ops/pooling.ts";
import { matrixProduct, softmax } from "./ops/reduce.ts";
import type { TwoFiles } from "./source.ts";
import { at, reshaped, transposed } from "./tensor-data.ts";
import { readFaceApiWeights, type WeightReader } from "./tfjs/weights.ts";

/**
 * face-api's expression network. Its file holds weights alone, so the graph is written here: four dense blocks of 3x3
 * separable convolutions that halve the image from 112 to 7 pixels while widening it from 32 to 256 channels, the mean
 * over those pixels, one fully connected layer and a softmax.
 *
 * Source of the architecture: @vladmandic/face-api 1.7.15, `src/faceFeatureExtractor`, `src/faceExpressionNet`.
 */
export function compileFaceApiExpression(
  manifest: NetworkManifest,
  { graph: list, weights: bin }: TwoFiles,
  target: Target,
): OnnxGraph {
  const { input, output } = solePorts(manifest);
  const graph = createGraphBuilder(target);
  const weights = readFaceApiWeights(list, bin);
  const image = graph.input(input);
  const features = ["dense0", "dense1", "dense2", "dense3"].reduce(
    (x, block) => denseBlock(graph, x, { block, weights }),
    image,
  );
  const logits = broadcast(graph, "Add", [
    matrixProduct(graph, meanOverPixels(graph, features), constantValue(weights("fc/weights"))),
    constantValue(weights("fc/bias")),
  ]);
  graph.output(output.name, softmax(graph, logits));
  return graph.finish();
}

interface Block {
  readonly block: string;
  readonly weights: WeightReader;
}

/** Each layer sees the rectified sum of all layers before it in the block; the first one halves height and width. */
function denseBlock(graph: GraphBuilder, x: Value, { block, weights }: Block): Value {
  const layer = (from: Value, name: string, stride: 1 | 2) =>
    separable(graph, from, { weights, prefix: `${block}/${name}`, stride });
  const first =
    block === "dense0"
      ? plain(graph, x, { weights, prefix: "dense0/conv0", stride: 2 })
      : activated(graph, layer(x, "conv0", 2), "relu");
  let sum = first;
  let rectified = first;
  for (const name of ["conv1", "conv2", "conv3"]) {
    sum = broadcast(graph, "Add", [sum, layer(rectified, name, 1)]);
    rectified = activated(graph, sum, "relu");
  }
  return rectified;
}

interface Layer {
  readonly weights: WeightReader;
  readonly prefix: string;
  readonly stride: 1 | 2;
}

function plain(graph: GraphBuilder, x: Value, { weights, prefix, stride }: Layer): Value {
  return convolution(graph, x, {
    filter: transposed(weights(`${prefix}/filters`), [3, 2, 0, 1]),
    bias: weights(`${prefix}/bias`),
    strides: [stride, stride],
    ...common("relu"),
  });
}

/** A filter of its own for each channel, then a mix of the channels at each pixel. */
function separable(graph: GraphBuilder, x: Value, { weights, prefix, stride }: Layer): Value {
  const perChannel = weights(`${prefix}/depthwise_filter`);
  const [height, width, channels] = [at(perChannel.shape, 0), at(perChannel.shape, 1), at(perChannel.shape, 2)];
  const filtered = convolution(graph, x, {
    filter: reshaped(transposed(perChannel, [2, 3, 0, 1]), [channels, 1, height, width]),
    bias: undefined,
    strides: [stride, stride],
    ...common("none"),
    groups: channels,
  });
  return convolution(graph, filtered, {
    filter: transposed(weights(`${prefix}/pointwise_filter`), [3, 2, 0, 1]),
    bias: weights(`${prefix}/bias`),
    strides: [1, 1],
    ...common("none"),
  });
}

function common(activation: Activation) {
  return { dilations: [1, 1], padding: "same", groups: 1, activation } as const;
}
