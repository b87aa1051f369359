import { channelsFirst, channelsFirstName, type GraphBuilder, type Value } from "../graph-builder.ts";
import { at, type Constant } from "../tensor-data.ts";
import { type Activation, activated } from "./elementwise.ts";
import { type Padding, type Pair, slidingWindow } from "./sliding-window.ts";

interface Convolution {
  /** `[out, in / groups, height, width]`. */
  readonly filter: Constant;
  readonly bias: Constant | undefined;
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly padding: Padding;
  /** 1, or the number of input channels for a depthwise convolution. */
  readonly groups: number;
  readonly activation: Activation;
}

/** 2-d convolution of a `[N, H, W, C]` value. */
export function convolution(graph: GraphBuilder, x: Value, spec: Convolution): Value {
  const [outChannels, inPerGroup] = [at(spec.filter.shape, 0), at(spec.filter.shape, 1)];
  if (at(x.shape, 3) !== inPerGroup * spec.groups) {
    throw new RangeError(`a filter for ${inPerGroup * spec.groups} channels meets ${at(x.shape, 3)}`);
  }
  const kernel: Pair = [at(spec.filter.shape, 2), at(spec.filter.shape, 3)];
  const window = slidingWindow(x.shape, { kernel, ...spec });
  const inputs = [channelsFirstName(graph, x), graph.initialiser(spec.filter)];
  if (spec.bias !== undefined) inputs.push(graph.initialiser(spec.bias));
  const name = graph.node("Conv", inputs, {
    kernel_shape: kernel,
    strides: spec.strides,
    dilations: spec.dilations,
    pads: window.pads,
    group: spec.groups,
  });
  const shape = [at(x.shape, 0), ...window.extent, outChannels];
  return activated(graph, channelsFirst(x.dtype, shape, name), spec.activation);
}

/** The other way round, each pixel of `[N, H, W, C]` unfolded into a block of its own: kernel and stride are of one size. */
export function unfolded(
  graph: GraphBuilder,
  x: Value,
  { filter, bias, strides }: { readonly filter: Constant; readonly bias: Constant; readonly strides: Pair },
): Value {
  const kernel: Pair = [at(filter.shape, 2), at(filter.shape, 3)];
  if (kernel.some((size, axis) => size !== strides[axis])) throw new RangeError("its blocks overlap");
  const inputs = [channelsFirstName(graph, x), graph.initialiser(filter), graph.initialiser(bias)];
  const name = graph.node("ConvTranspose", inputs, { kernel_shape: kernel, strides });
  const extent = strides.map((stride, axis) => stride * at(x.shape, axis + 1));
  return channelsFirst(x.dtype, [at(x.shape, 0), ...extent, at(filter.shape, 1)], name);
}
