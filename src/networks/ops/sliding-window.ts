import { at } from "../tensor-data.ts";

/** Height then width. */
export type Pair = readonly [number, number];

/** TensorFlow's two rules: pad so that the output is `ceil(input / stride)` wide, or do not pad. */
export type Padding = "same" | "valid";

export interface Window {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly padding: Padding;
}

/** What a window that slides over `[N, H, W, C]` leaves: output height and width, and ONNX pads (top, left, bottom, right). */
export function slidingWindow(shape: readonly number[], window: Window): { extent: Pair; pads: readonly number[] } {
  const [height, width] = ([0, 1] as const).map((axis) => alongAxis(at(shape, axis + 1), axis, window));
  if (height === undefined || width === undefined) throw new RangeError("A sliding window needs two axes");
  return {
    extent: [height.extent, width.extent],
    pads: [height.before, width.before, height.after, width.after],
  };
}

function alongAxis(input: number, axis: 0 | 1, { kernel, strides, dilations, padding }: Window) {
  const reach = (kernel[axis] - 1) * dilations[axis] + 1;
  if (padding === "valid") {
    return { extent: Math.floor((input - reach) / strides[axis]) + 1, before: 0, after: 0 };
  }
  const extent = Math.ceil(input / strides[axis]);
  const total = Math.max(0, (extent - 1) * strides[axis] + reach - input);
  const before = Math.floor(total / 2);
  return { extent, before, after: total - before };
}
