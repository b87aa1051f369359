import type { GraphBuilder, Value } from "../graph-builder.ts";
import { float32 } from "../tensor-data.ts";
import { unary } from "./elementwise.ts";

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
