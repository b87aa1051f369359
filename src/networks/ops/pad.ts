import {
  channelsFirst,
  channelsFirstName,
  type GraphBuilder,
  published,
  publishedName,
  type Value,
} from "../graph-builder.ts";
import { at, float32, int64 } from "../tensor-data.ts";
import { convolution } from "./convolution.ts";

/** Zeros before and after along each axis, in the publisher's order of axes. */
type PadWidths = readonly (readonly [number, number])[];

export function padZeros(graph: GraphBuilder, x: Value, widths: PadWidths): Value {
  const stay = x.names.channelsFirst !== undefined;
  if (stay && graph.target === "blocked" && addsChannelsOnly(widths)) return widened(graph, x, widths);
  const order = stay ? [0, 3, 1, 2] : x.shape.map((_, axis) => axis);
  const pads = [0, 1].flatMap((side) => order.map((axis) => widths[axis]?.[side] ?? 0));
  const from = stay ? channelsFirstName(graph, x) : publishedName(graph, x);
  const name = graph.node("Pad", [from, graph.initialiser(int64(pads)), graph.initialiser(float32([], [0]))]);
  const shape = x.shape.map((extent, axis) => extent + (widths[axis]?.[0] ?? 0) + (widths[axis]?.[1] ?? 0));
  return (stay ? channelsFirst : published)(x.dtype, shape, name);
}

function addsChannelsOnly(widths: PadWidths): boolean {
  return widths.every(([before, after], axis) =>
    axis === 3 ? before === 0 && after > 0 : before === 0 && after === 0,
  );
}

/**
 * Channels of zeros as a convolution with the identity. onnxruntime has no blocked Pad, but adds a blocked convolution's
 * result to its neighbour for free, which is what such channels are made for (a residual around a widening layer).
 */
function widened(graph: GraphBuilder, x: Value, widths: PadWidths): Value {
  const channels = at(x.shape, 3);
  const wide = channels + (widths[3]?.[1] ?? 0);
  const identity = float32(
    [wide, channels, 1, 1],
    Array.from({ length: wide * channels }, (_, index) => (Math.floor(index / channels) === index % channels ? 1 : 0)),
  );
  return convolution(graph, x, {
    filter: identity,
    bias: undefined,
    strides: [1, 1],
    dilations: [1, 1],
    padding: "valid",
    groups: 1,
    activation: "none",
  });
}
