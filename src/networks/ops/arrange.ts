import {
  channelsFirst,
  channelsFirstName,
  constantValue,
  type GraphBuilder,
  published,
  publishedName,
  type Value,
} from "../graph-builder.ts";
import { at, int64, reshaped, sizeOf } from "../tensor-data.ts";

/** The same elements under another shape; one extent may be -1, for whatever is left. */
export function reshape(graph: GraphBuilder, x: Value, wanted: readonly number[]): Value {
  const known = sizeOf(wanted.filter((extent) => extent >= 0));
  const shape = wanted.map((extent) => (extent < 0 ? sizeOf(x.shape) / known : extent));
  if (sizeOf(shape) !== sizeOf(x.shape)) {
    throw new RangeError(`[${x.shape.join(", ")}] cannot be read as [${wanted.join(", ")}]`);
  }
  if (x.constant !== undefined) return constantValue(reshaped(x.constant, shape));
  if (shape.join() === x.shape.join()) return x;
  return published(x.dtype, shape, graph.node("Reshape", [publishedName(graph, x), graph.initialiser(int64(shape))]));
}

/** `x` with an axis of extent 1 put in before `axis`. */
export function expandDims(graph: GraphBuilder, x: Value, axis: number): Value {
  const place = axis < 0 ? axis + x.shape.length + 1 : axis;
  return reshape(graph, x, [...x.shape.slice(0, place), 1, ...x.shape.slice(place)]);
}

/** `x` without the given axes of extent 1, or without all of them. */
export function squeeze(graph: GraphBuilder, x: Value, axes: readonly number[]): Value {
  const gone = new Set(axes.map((axis) => positiveAxis(axis, x.shape.length)));
  const stays = (extent: number, axis: number) => (gone.size === 0 ? extent !== 1 : !gone.has(axis));
  return reshape(graph, x, x.shape.filter(stays));
}

export function transpose(graph: GraphBuilder, x: Value, order: readonly number[]): Value {
  const shape = order.map((axis) => at(x.shape, axis));
  return published(x.dtype, shape, graph.node("Transpose", [publishedName(graph, x)], { perm: order }));
}

/** Values side by side along an axis, with channels first where all of them already are. */
export function concatenate(graph: GraphBuilder, values: readonly Value[], axis: number): Value {
  const [head, ...rest] = values;
  if (head === undefined) throw new RangeError("nothing to concatenate");
  const along = positiveAxis(axis, head.shape.length);
  const extent = rest.reduce((sum, { shape }) => sum + at(shape, along), at(head.shape, along));
  const shape = head.shape.map((own, index) => (index === along ? extent : own));
  const stay = values.every(({ names, constant }) => names.channelsFirst !== undefined || constant !== undefined);
  if (stay && shape.length === 4) {
    const names = values.map((value) => channelsFirstName(graph, value));
    return channelsFirst(head.dtype, shape, graph.node("Concat", names, { axis: channelsFirstAxis(along) }));
  }
  const names = values.map((value) => publishedName(graph, value));
  return published(head.dtype, shape, graph.node("Concat", names, { axis: along }));
}

/** Values put on a new axis. */
export function pack(graph: GraphBuilder, values: readonly Value[], axis: number): Value {
  return concatenate(
    graph,
    values.map((value) => expandDims(graph, value, axis)),
    axis,
  );
}

/** The slices along an axis, each without it. */
export function unpack(graph: GraphBuilder, x: Value, axis: number): Value[] {
  const along = positiveAxis(axis, x.shape.length);
  return Array.from({ length: at(x.shape, along) }, (_, index) => {
    const begin = x.shape.map((_extent, other) => (other === along ? index : 0));
    const end = x.shape.map((extent, other) => (other === along ? index + 1 : extent));
    return squeeze(graph, slice(graph, x, { begin, end, steps: begin.map(() => 1) }), [along]);
  });
}

interface Slice {
  readonly begin: readonly number[];
  /** Exclusive. */
  readonly end: readonly number[];
  readonly steps: readonly number[];
}

/** A box cut out of `x`. Bounds are per axis and within its extents; steps are positive. */
export function slice(graph: GraphBuilder, x: Value, { begin, end, steps }: Slice): Value {
  if (steps.some((step) => step <= 0)) throw new RangeError("it steps backwards");
  const shape = begin.map((from, axis) => Math.ceil((at(end, axis) - from) / at(steps, axis)));
  if (shape.join() === x.shape.join()) return x;
  const axes = begin.map((_, axis) => axis);
  const bounds = [begin, end, axes, steps].map((list) => graph.initialiser(int64([...list])));
  return published(x.dtype, shape, graph.node("Slice", [publishedName(graph, x), ...bounds]));
}

/** Axis counted from the front. */
export function positiveAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** Where an axis of `[N, H, W, C]` lies in `[N, C, H, W]`. */
export function channelsFirstAxis(axis: number): number {
  return at([0, 2, 3, 1], axis);
}
