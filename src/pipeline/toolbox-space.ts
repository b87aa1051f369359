import { createExpressionSpace, type ExpressionSpace } from "../domain/expression-space.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";

/** The expression space of faces that a toolbox measures, its expression networks included. */
export function toolboxSpace({ id, supports }: Pick<FerToolbox, "id" | "supports">): ExpressionSpace {
  return createExpressionSpace(id, supports, supports.expressionSources ?? []);
}
