import {
  channelsFirst,
  channelsFirstName,
  type GraphBuilder,
  ONNX_DTYPE,
  published,
  publishedName,
  type Value,
} from "../graph-builder.ts";
import { at, type Dtype, int64 } from "../tensor-data.ts";
import { channelsFirstAxis, positiveAxis } from "./arrange.ts";
import { cast } from "./elementwise.ts";

/** Mean or sum over axes. ONNX 17 takes the axes of ReduceSum as an input and those of ReduceMean as an attribute. */
export function reduce(
  graph: GraphBuilder,
  kind: "mean" | "sum",
  x: Value,
  options: { axes: readonly number[]; keepDims: boolean },
): Value {
  const axes = options.axes.map((axis) => positiveAxis(axis, x.shape.length));
  const gone = new Set(axes);
  const shape = options.keepDims
    ? x.shape.map((extent, axis) => (gone.has(axis) ? 1 : extent))
    : x.shape.filter((_, axis) => !gone.has(axis));
  const stay = x.names.channelsFirst !== undefined && (options.keepDims || onlyChannelsStay(gone));
  const from = stay ? channelsFirstName(graph, x) : publishedName(graph, x);
  const name = reduceNode(graph, kind, from, {
    axes: stay ? axes.map(channelsFirstAxis) : axes,
    keepDims: options.keepDims,
  });
  return (stay && options.keepDims ? channelsFirst : published)(x.dtype, shape, name);
}

export function softmax(graph: GraphBuilder, x: Value): Value {
  return published(x.dtype, x.shape, graph.node("Softmax", [publishedName(graph, x)], { axis: -1 }));
}

/** Index of the first largest element along an axis. */
export function argMax(graph: GraphBuilder, x: Value, axis: number, dtype: Dtype): Value {
  const along = positiveAxis(axis, x.shape.length);
  const name = graph.node("ArgMax", [publishedName(graph, x)], { axis: along, keepdims: 0 });
  const shape = x.shape.filter((_, index) => index !== along);
  return cast(graph, published("int64", shape, name), dtype, ONNX_DTYPE[dtype]);
}

/** The `count` largest elements along the last axis, in falling order, and where they are. */
export function topK(graph: GraphBuilder, x: Value, count: number, indexDtype: Dtype): [values: Value, indices: Value] {
  const [values, indices] = graph.nodes("TopK", [publishedName(graph, x), graph.initialiser(int64([count]))], 2);
  if (values === undefined || indices === undefined) throw new Error("TopK has two outputs");
  const shape = [...x.shape.slice(0, -1), count];
  return [
    published(x.dtype, shape, values),
    cast(graph, published("int64", shape, indices), indexDtype, ONNX_DTYPE[indexDtype]),
  ];
}

/** Slices of `x` along an axis, picked by a value of indices. */
export function gather(graph: GraphBuilder, x: Value, indices: Value, axis: number): Value {
  const along = positiveAxis(axis, x.shape.length);
  const shape = [...x.shape.slice(0, along), ...indices.shape, ...x.shape.slice(along + 1)];
  const names = [publishedName(graph, x), publishedName(graph, indices)];
  return published(x.dtype, shape, graph.node("Gather", names, { axis: along }));
}

/** Elements of `x` by full or leading coordinates, the last axis of `indices`. */
export function gatherNd(graph: GraphBuilder, x: Value, indices: Value): Value {
  const depth = at(indices.shape, indices.shape.length - 1);
  const shape = [...indices.shape.slice(0, -1), ...x.shape.slice(depth)];
  const where = cast(graph, indices, "int64", ONNX_DTYPE.int64);
  return published(x.dtype, shape, graph.node("GatherND", [publishedName(graph, x), publishedName(graph, where)]));
}

function reduceNode(
  graph: GraphBuilder,
  kind: "mean" | "sum",
  from: string,
  { axes, keepDims }: { axes: readonly number[]; keepDims: boolean },
): string {
  const keepdims = keepDims ? 1 : 0;
  if (kind === "mean") return graph.node("ReduceMean", [from], { axes, keepdims });
  return graph.node("ReduceSum", [from, graph.initialiser(int64(axes))], { keepdims });
}

/** With height and width reduced away, `[N, C]` is the same in both layouts. */
function onlyChannelsStay(gone: ReadonlySet<number>): boolean {
  return gone.size === 2 && gone.has(1) && gone.has(2);
}

/** Matrix product over the last two axes. */
export function matrixProduct(graph: GraphBuilder, a: Value, b: Value): Value {
  const shape = [...a.shape.slice(0, -1), at(b.shape, b.shape.length - 1)];
  return published("float32", shape, graph.node("MatMul", [publishedName(graph, a), publishedName(graph, b)]));
}
