import type { Price } from "../file/eval-file.ts";
import type { Usage } from "../solver.ts";

/** What a call cost in USD; `null` when its price or tokens are unknown, which is not free. */
export function costOf(usage: Usage, price: Price | undefined, isFree: boolean): number | null {
  if (isFree) return 0;
  if (price === undefined || usage.inputTokens === null || usage.outputTokens === null) return null;
  return (usage.inputTokens * price.inputPerMillion + usage.outputTokens * price.outputPerMillion) / 1e6;
}
