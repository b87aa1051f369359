import {
  channelsFirst,
  channelsFirstName,
  constantValue,
  type GraphBuilder,
  published,
  publishedName,
  type Value,
} from "../graph-builder.ts";
import { at, type Dtype, float32, int64, reshaped, sizeOf } from "../tensor-data.ts";

/** An operator on one value, written in whichever layout the value already has. `more` are further operand names. */
export function unary(graph: GraphBuilder, op: string, x: Value, more: readonly string[] = []): Value {
  if (x.names.channelsFirst !== undefined) {
    return channelsFirst(x.dtype, x.shape, graph.node(op, [x.names.channelsFirst, ...more]));
  }
  return published(x.dtype, x.shape, graph.node(op, [publishedName(graph, x), ...more]));
}

/**
 * An operator on values that broadcast as numpy's do. It stays with channels first when a value already is, so that
 * no Transpose comes between two convolutions.
 */
export function broadcast(
  graph: GraphBuilder,
  op: string,
  values: readonly Value[],
  dtype: Dtype = dtypeOfAll(values),
): Value {
  const shape = values.map((value) => value.shape).reduce(broadcastShape);
  const stay = shape.length === 4 && values.some(({ names }) => names.channelsFirst !== undefined);
  if (!stay)
    return published(
      dtype,
      shape,
      graph.node(
        op,
        values.map((value) => publishedName(graph, value)),
      ),
    );
  const names = values.map((value) => channelsFirstName(graph, widenedToRank4(graph, value)));
  return channelsFirst(dtype, shape, graph.node(op, names));
}

/** `(a - b)^2`. */
export function squaredDifference(graph: GraphBuilder, a: Value, b: Value): Value {
  const difference = broadcast(graph, "Sub", [a, b]);
  return broadcast(graph, "Mul", [difference, difference]);
}

/** `1 / sqrt(x)`. */
export function reciprocalSquareRoot(graph: GraphBuilder, x: Value): Value {
  return unary(graph, "Reciprocal", unary(graph, "Sqrt", x));
}

/** TensorFlow's integer floor division: ONNX's Div truncates, so the remainder with the divisor's sign is taken off. */
export function floorDivide(graph: GraphBuilder, a: Value, b: Value): Value {
  if (a.dtype === "float32") return unary(graph, "Floor", broadcast(graph, "Div", [a, b]));
  return broadcast(graph, "Div", [broadcast(graph, "Sub", [a, broadcast(graph, "Mod", [a, b])]), b]);
}

/** TensorFlow's remainder with the divisor's sign. ONNX's Mod does that for integers alone. */
export function floorModulo(graph: GraphBuilder, a: Value, b: Value): Value {
  if (a.dtype !== "float32") return broadcast(graph, "Mod", [a, b]);
  return broadcast(graph, "Sub", [a, broadcast(graph, "Mul", [floorDivide(graph, a, b), b])]);
}

export function cast(graph: GraphBuilder, x: Value, dtype: Dtype, onnxDtype: number): Value {
  if (x.dtype === dtype) return x;
  const layout = x.names.channelsFirst === undefined ? published : channelsFirst;
  const from = x.names.channelsFirst ?? publishedName(graph, x);
  return layout(dtype, x.shape, graph.node("Cast", [from], { to: onnxDtype }));
}

/** A scalar float as a value. */
export function scalar(number: number): Value {
  return constantValue(float32([], [number]));
}

function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [left, right] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    if (left !== right && left !== 1 && right !== 1) {
      throw new RangeError(`[${a.join(", ")}] and [${b.join(", ")}] do not broadcast`);
    }
    return Math.max(left, right);
  });
}

function widenedToRank4(graph: GraphBuilder, value: Value): Value {
  if (value.shape.length === 4) return value;
  const shape = [...Array.from({ length: 4 - value.shape.length }, () => 1), ...value.shape];
  if (value.constant !== undefined) return constantValue(reshaped(value.constant, shape));
  return published(
    value.dtype,
    shape,
    graph.node("Reshape", [publishedName(graph, value), graph.initialiser(int64(shape))]),
  );
}

function dtypeOfAll(values: readonly Value[]): Dtype {
  const [dtype, ...others] = new Set(values.map((value) => value.dtype));
  if (dtype === undefined || others.length > 0) {
    throw new RangeError(`its operands are of different types: ${values.map((value) => value.dtype).join(", ")}`);
  }
  return dtype;
}

export type Activation = "none" | "relu" | "relu6" | "tanh" | "sigmoid";

/** A value after the activation that TensorFlow fuses into the operator before it. */
export function activated(graph: GraphBuilder, x: Value, activation: Activation): Value {
  switch (activation) {
    case "none":
      return x;
    case "relu":
      return unary(graph, "Relu", x);
    case "relu6":
      return unary(graph, "Clip", x, [graph.initialiser(float32([], [0])), graph.initialiser(float32([], [6]))]);
    case "tanh":
      return unary(graph, "Tanh", x);
    case "sigmoid":
      return unary(graph, "Sigmoid", x);
  }
}

export type ArithmeticOp = "Add" | "Sub" | "Mul" | "Div";

/**
 * Sum, difference, product or quotient of two values that broadcast as numpy's do. A feature map that meets one number
 * for each channel is put channels first before, not after: there the number is repeated once for a whole plane instead
 * of once for every pixel, which is ten times quicker.
 */
export function arithmetic(graph: GraphBuilder, op: ArithmeticOp, [a, b]: readonly [Value, Value]): Value {
  if (isPerChannel(b, a)) channelsFirstName(graph, a);
  if (isPerChannel(a, b)) channelsFirstName(graph, b);
  return broadcast(graph, op, [a, b]);
}

function isPerChannel({ constant, shape }: Value, map: Value): boolean {
  if (constant === undefined || map.constant !== undefined || map.shape.length !== 4) return false;
  const [, height, width, channels] = map.shape;
  const several = channels !== 1 && (height !== 1 || width !== 1);
  return several && sizeOf(shape) === channels && at(shape, shape.length - 1) === channels;
}
