import { z } from "zod";
import type { TokenUse } from "./token-use.ts";

/** What a provider asks for a model, in USD per million tokens. */
export const Price = z.strictObject({
  inputPerMillion: z.number().min(0),
  outputPerMillion: z.number().min(0),
});
export type Price = z.infer<typeof Price>;

/** What some tokens cost in USD; `null` when their price or number is unknown, which is not free. */
export function costOf({ input, output }: TokenUse, price: Price | undefined): number | null {
  if (price?.inputPerMillion === 0 && price.outputPerMillion === 0) return 0;
  if (price === undefined || input === null || output === null) return null;
  return (input * price.inputPerMillion + output * price.outputPerMillion) / 1e6;
}
