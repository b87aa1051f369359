import { createExpressionSpace, type ExpressionSpace } from "../domain/expression-space.ts";
import { isExpressionPool } from "../facs/expression-pool.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";

/**
 * The expression space of faces that a toolbox measures, its expression networks included. Where it pools them, the pool
 * stands for them.
 */
export function toolboxSpace({ id, supports }: Pick<FerToolbox, "id" | "supports">): ExpressionSpace {
  const sources = supports.expressionSources ?? [];
  const pools = sources.filter(isExpressionPool);
  return createExpressionSpace(id, supports, pools.length > 0 ? pools : sources);
}
