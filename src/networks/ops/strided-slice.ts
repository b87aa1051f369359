import type { GraphBuilder, Value } from "../graph-builder.ts";
import { at } from "../tensor-data.ts";
import { slice, squeeze } from "./arrange.ts";

/** TensorFlow's slice. Bit `i` of a mask is about axis `i`. Bounds may be left out from the last axes on. */
interface StridedSlice {
  readonly begin: readonly number[];
  readonly end: readonly number[];
  readonly steps: readonly number[];
  /** Begin from the start, end at the end, whatever the bound says. */
  readonly beginMask: number;
  readonly endMask: number;
  readonly ellipsisMask: number;
  readonly newAxisMask: number;
  /** Take one element and drop the axis. */
  readonly shrinkMask: number;
}

export function stridedSlice(graph: GraphBuilder, x: Value, spec: StridedSlice): Value {
  if (spec.ellipsisMask !== 0 || spec.newAxisMask !== 0)
    throw new RangeError("its ellipsis or new axis is not supported");
  const bounds = x.shape.map((extent, axis) => axisBounds(extent, axis, spec));
  const cut = slice(graph, x, {
    begin: bounds.map(({ begin }) => begin),
    end: bounds.map(({ end }) => end),
    steps: bounds.map(({ step }) => step),
  });
  const dropped = x.shape.map((_, axis) => axis).filter((axis) => bit(spec.shrinkMask, axis));
  return dropped.length === 0 ? cut : squeeze(graph, cut, dropped);
}

function axisBounds(extent: number, axis: number, spec: StridedSlice): { begin: number; end: number; step: number } {
  if (axis >= spec.begin.length) return { begin: 0, end: extent, step: 1 };
  const begin = bit(spec.beginMask, axis) ? 0 : clamped(at(spec.begin, axis), extent);
  if (bit(spec.shrinkMask, axis)) return { begin, end: begin + 1, step: 1 };
  const end = bit(spec.endMask, axis) ? extent : clamped(at(spec.end, axis), extent);
  return { begin, end, step: at(spec.steps, axis) };
}

function clamped(bound: number, extent: number): number {
  return Math.min(extent, Math.max(0, bound < 0 ? bound + extent : bound));
}

function bit(mask: number, axis: number): boolean {
  return (mask & (1 << axis)) !== 0;
}
