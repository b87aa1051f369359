import { channelsFirstName, type GraphBuilder, type Value } from "../graph-builder.ts";
import { at, sizeOf } from "../tensor-data.ts";
import { broadcast } from "./elementwise.ts";

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
