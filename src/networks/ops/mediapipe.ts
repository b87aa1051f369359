// MediaPipe's three operators that turn a region around some landmarks into a small upright feature map, and take the
// points found in it back. No angle occurs: the unit vector from one landmark to the other is the rotation.
import {
  channelsFirst,
  channelsFirstName,
  constantValue,
  type GraphBuilder,
  ONNX_DTYPE,
  published,
  publishedName,
  type Value,
} from "../graph-builder.ts";
import { at, float32, int64 } from "../tensor-data.ts";
import { concatenate, reshape, slice } from "./arrange.ts";
import { broadcast, cast, scalar } from "./elementwise.ts";
import { gather, matrixProduct, reduce } from "./reduce.ts";

/** A region around some landmarks, as MediaPipe's `Landmarks2TransformMatrix` describes it. Indices are of mesh points. */
export interface LandmarkRegion {
  /** The two landmarks whose connecting line is to become horizontal. */
  readonly leftIndex: number;
  readonly rightIndex: number;
  /** Landmarks that the region just contains, before scaling. */
  readonly subset: readonly number[];
  readonly outputWidth: number;
  readonly outputHeight: number;
  readonly scaleX: number;
  readonly scaleY: number;
  readonly targetRotationRad: number;
}

/** `[1, points, 3]` landmarks to the `[1, 4, 4]` matrix that takes output pixels of a region to input pixels. */
export function landmarksToMatrix(graph: GraphBuilder, landmarks: Value, region: LandmarkRegion): Value {
  const across = unitDirection(graph, landmarks, region);
  const down = matrixProduct(graph, across, constantValue(float32([2, 2], [0, 1, -1, 0])));
  const axes = concatenate(graph, [across, down], 1);
  const upright = matrixProduct(graph, points(graph, landmarks, region.subset), swapped(graph, axes));
  const [low, high] = [extreme(graph, "ReduceMin", upright), extreme(graph, "ReduceMax", upright)];
  const size = broadcast(graph, "Sub", [high, low]);
  const middle = broadcast(graph, "Mul", [broadcast(graph, "Add", [low, high]), scalar(0.5)]);
  const perPixel = constantValue(
    float32([1, 1, 2], [region.scaleX / region.outputWidth, region.scaleY / region.outputHeight]),
  );
  // Row i of `steps` is how far one output pixel along axis i reaches in the input.
  const scales = swapped(graph, broadcast(graph, "Mul", [size, perPixel]));
  const steps = broadcast(graph, "Mul", [axes, scales]);
  const half = constantValue(float32([1, 1, 2], [region.outputWidth / 2, region.outputHeight / 2]));
  const origin = broadcast(graph, "Sub", [matrixProduct(graph, middle, axes), matrixProduct(graph, half, steps)]);
  const rows = concatenate(graph, [steps, constantValue(float32([1, 1, 2], [0, 0])), origin], 1);
  return concatenate(graph, [swapped(graph, rows), constantValue(float32([1, 2, 4], [0, 0, 1, 0, 0, 0, 0, 1]))], 1);
}

interface MapSize {
  readonly width: number;
  readonly height: number;
}

/**
 * Reads `[1, H, W, C]` features bilinearly at where a `[1, 4, 4]` matrix takes the centre of each output pixel. A place
 * beyond the centres of the outermost pixels reads 0, not a blend. Both rules were found by running MediaPipe's own
 * operator (version 2) on known features; the TFJS conversions of this network go by others.
 */
export function transformBilinear(graph: GraphBuilder, features: Value, matrix: Value, output: MapSize): Value {
  const [height, width, channels] = [at(features.shape, 1), at(features.shape, 2), at(features.shape, 3)];
  const centres = Array.from({ length: output.height * output.width }, (_, index) => [
    (index % output.width) + 0.5,
    Math.floor(index / output.width) + 0.5,
  ]);
  const where = transformPoints(graph, constantValue(float32([1, centres.length, 2], centres.flat())), matrix);
  const toUnit = constantValue(float32([1, 1, 2], [2 / width, 2 / height]));
  const grid = broadcast(graph, "Sub", [broadcast(graph, "Mul", [where, toUnit]), scalar(1)]);
  const sampled = graph.node(
    "GridSample",
    [
      channelsFirstName(graph, features),
      publishedName(graph, reshape(graph, grid, [1, output.height, output.width, 2])),
    ],
    { mode: "bilinear", padding_mode: "zeros", align_corners: 0 },
  );
  const shape = [1, output.height, output.width, channels];
  const mask = reshape(graph, insideMask(graph, where, [width, height]), [1, output.height, output.width, 1]);
  return broadcast(graph, "Mul", [channelsFirst("float32", shape, sampled), mask]);
}

/** `[1, points, 1]`: 1 where a point lies within the centres of the outermost pixels of a `size` map, else 0. */
function insideMask(graph: GraphBuilder, where: Value, size: readonly [number, number]): Value {
  const low = constantValue(float32([1, 1, 2], [0.5, 0.5]));
  const high = constantValue(float32([1, 1, 2], [size[0] - 0.5, size[1] - 0.5]));
  const within = broadcast(graph, "Min", [broadcast(graph, "Max", [where, low]), high]);
  const kept = cast(graph, broadcast(graph, "Equal", [where, within], "bool"), "float32", ONNX_DTYPE.float32);
  const name = graph.node("ReduceMin", [publishedName(graph, kept)], { axes: [2], keepdims: 1 });
  return published("float32", [1, at(where.shape, 1), 1], name);
}

/** `[1, points, 2]` points moved by the first two rows of a `[1, 4, 4]` matrix. */
export function transformPoints(graph: GraphBuilder, moved: Value, matrix: Value): Value {
  const linear = slice(graph, matrix, { begin: [0, 0, 0], end: [1, 2, 2], steps: [1, 1, 1] });
  const offset = slice(graph, matrix, { begin: [0, 0, 3], end: [1, 2, 4], steps: [1, 1, 1] });
  return broadcast(graph, "Add", [matrixProduct(graph, moved, swapped(graph, linear)), swapped(graph, offset)]);
}

/** `[1, 1, 2]`: from the left to the right landmark, of length 1, turned back by the target rotation. */
function unitDirection(graph: GraphBuilder, landmarks: Value, region: LandmarkRegion): Value {
  const right = points(graph, landmarks, [region.rightIndex]);
  const delta = broadcast(graph, "Sub", [right, points(graph, landmarks, [region.leftIndex])]);
  const squares = reduce(graph, "sum", broadcast(graph, "Mul", [delta, delta]), { axes: [2], keepDims: true });
  const length = published("float32", squares.shape, graph.node("Sqrt", [publishedName(graph, squares)]));
  const unit = broadcast(graph, "Div", [delta, length]);
  if (region.targetRotationRad === 0) return unit;
  const [cos, sin] = [Math.cos(region.targetRotationRad), Math.sin(region.targetRotationRad)];
  return matrixProduct(graph, unit, constantValue(float32([2, 2], [cos, -sin, sin, cos])));
}

/** `[1, n, 2]`: x and y of some landmarks. */
function points(graph: GraphBuilder, landmarks: Value, indices: readonly number[]): Value {
  const picked = gather(graph, landmarks, constantValue(int64(indices)), 1);
  return slice(graph, picked, { begin: [0, 0, 0], end: [1, indices.length, 2], steps: [1, 1, 1] });
}

function extreme(graph: GraphBuilder, op: "ReduceMin" | "ReduceMax", x: Value): Value {
  const name = graph.node(op, [publishedName(graph, x)], { axes: [1], keepdims: 1 });
  return published(x.dtype, [1, 1, 2], name);
}

function swapped(graph: GraphBuilder, x: Value): Value {
  const shape = [at(x.shape, 0), at(x.shape, 2), at(x.shape, 1)];
  return published(x.dtype, shape, graph.node("Transpose", [publishedName(graph, x)], { perm: [0, 2, 1] }));
}
