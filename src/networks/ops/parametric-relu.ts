import type { GraphBuilder, Value } from "../graph-builder.ts";
import { at, type Constant, float32, numbersOf } from "../tensor-data.ts";
import { convolution } from "./convolution.ts";
import { type Activation, broadcast } from "./elementwise.ts";

/** Both blocked layouts of onnxruntime, 8 and 16 channels wide, hold such a count without a remainder. */
const BLOCK = 16;

/** Up to so many pixels the way out of the layout and back costs less than two more operators. */
const SMALL_MAP = 4;

/** `x` where positive, `slope * x` elsewhere, with one slope for each channel of a `[N, H, W, C]` value. */
export function parametricRelu(graph: GraphBuilder, x: Value, slope: Value): Value {
  const [height, width, channels] = [at(x.shape, 1), at(x.shape, 2), at(x.shape, 3)];
  const worthwhile = channels % BLOCK === 0 && height * width > SMALL_MAP;
  if (graph.target === "blocked" && x.names.channelsFirst !== undefined && worthwhile) {
    if (slope.constant?.data.length === channels) return byConvolutions(graph, x, slope.constant);
  }
  return broadcast(graph, "PRelu", [x, slope]);
}

/**
 * onnxruntime has no blocked PRelu, and leaving the blocked layout for one costs more than the arithmetic. So it is
 * written with operators that it does have, one filter of one weight for each channel:
 * `x + relu((slope - 1) x)` where the slope is at most 1, and `x - relu((1 - slope) x)` where it is more. A positive `x`
 * comes out exactly, a negative one to the last bit or so.
 */
function byConvolutions(graph: GraphBuilder, x: Value, slope: Constant): Value {
  const slopes = numbersOf(slope);
  const bend = scaled(graph, x, { factors: slopes.map((s) => -Math.abs(s - 1)), activation: "relu" });
  const signs = slopes.map((s) => (s > 1 ? -1 : 1));
  const correction = signs.includes(-1) ? scaled(graph, bend, { factors: signs, activation: "none" }) : bend;
  return broadcast(graph, "Add", [correction, x]);
}

/** Each channel times its factor. */
function scaled(graph: GraphBuilder, x: Value, spec: { factors: readonly number[]; activation: Activation }): Value {
  const channels = spec.factors.length;
  return convolution(graph, x, {
    filter: float32([channels, 1, 1, 1], spec.factors),
    bias: undefined,
    strides: [1, 1],
    dilations: [1, 1],
    padding: "valid",
    groups: channels,
    activation: spec.activation,
  });
}
