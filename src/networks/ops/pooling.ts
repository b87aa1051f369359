import { channelsFirst, channelsFirstName, type GraphBuilder, type Value } from "../graph-builder.ts";
import { at } from "../tensor-data.ts";
import { reshape } from "./arrange.ts";
import { slidingWindow, type Window } from "./sliding-window.ts";

/** Largest value, or mean of the values inside the frame, under each window over `[N, H, W, C]`. */
export function pooling(graph: GraphBuilder, kind: "max" | "average", x: Value, window: Window): Value {
  const { extent, pads } = slidingWindow(x.shape, window);
  const attributes = { kernel_shape: window.kernel, strides: window.strides, pads };
  const from = channelsFirstName(graph, x);
  const name =
    kind === "max"
      ? graph.node("MaxPool", [from], attributes)
      : graph.node("AveragePool", [from], { ...attributes, count_include_pad: 0 });
  return channelsFirst(x.dtype, [at(x.shape, 0), ...extent, at(x.shape, 3)], name);
}

/** The mean of each channel over all pixels: `[N, H, W, C]` to `[1, C]`. */
export function meanOverPixels(graph: GraphBuilder, x: Value): Value {
  const kernel = [at(x.shape, 1), at(x.shape, 2)] as const;
  const mean = pooling(graph, "average", x, { kernel, strides: [1, 1], dilations: [1, 1], padding: "valid" });
  return reshape(graph, mean, [1, at(x.shape, 3)]);
}

interface Resize {
  readonly size: readonly [number, number];
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

/** Bilinear resize of `[N, H, W, C]` to another height and width. */
export function resizeBilinear(graph: GraphBuilder, x: Value, { size, alignCorners, halfPixelCenters }: Resize): Value {
  const shape = [at(x.shape, 0), ...size, at(x.shape, 3)];
  const target = [at(shape, 0), at(shape, 3), ...size];
  const name = graph.node("Resize", [channelsFirstName(graph, x), "", "", sizesOf(graph, target)], {
    mode: "linear",
    coordinate_transformation_mode: coordinateMode(alignCorners, halfPixelCenters),
  });
  return channelsFirst(x.dtype, shape, name);
}

function coordinateMode(alignCorners: boolean, halfPixelCenters: boolean): string {
  if (alignCorners) return "align_corners";
  return halfPixelCenters ? "half_pixel" : "asymmetric";
}

function sizesOf(graph: GraphBuilder, target: readonly number[]): string {
  return graph.initialiser({ dtype: "int64", shape: [target.length], data: BigInt64Array.from(target, BigInt) });
}
