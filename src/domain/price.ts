import { z } from "zod";
import type { Report } from "./report.ts";
import type { TokenUse } from "./token-use.ts";

/** What a provider asks for a model, in USD per million tokens. */
export const Price = z.strictObject({
  inputPerMillion: z.number().min(0),
  outputPerMillion: z.number().min(0),
  /** Of input that the provider had from a request before; as other input when left out. */
  cachedInputPerMillion: z.number().min(0).optional(),
});
export type Price = z.infer<typeof Price>;

/** Of tokens that are made on this machine. */
export const FREE: Price = { inputPerMillion: 0, outputPerMillion: 0 };

/** What some tokens cost in USD; `null` when their price or number is unknown, which is not free. */
export function costOf(
  { input, output: told, cached = 0, estimated }: TokenUse,
  price: Price | undefined,
): number | null {
  if (price?.inputPerMillion === 0 && price.outputPerMillion === 0) return 0;
  // Of a request that broke off nobody knows what was answered: it costs its input at least.
  const output = told ?? (estimated === undefined ? null : 0);
  if (price === undefined || input === null || output === null) return null;
  const { cachedInputPerMillion = price.inputPerMillion } = price;
  const paidInput = (input - cached) * price.inputPerMillion + cached * cachedInputPerMillion;
  return (paidInput + output * price.outputPerMillion) / 1e6;
}

export interface Prices {
  /** Of the model's tokens; `undefined` when nobody says. */
  readonly price: Price | undefined;
  /** Of each model of a panel, by its id. */
  readonly panelPrices?: ReadonlyMap<string, Price | undefined>;
}

/** What a report cost now, each model of a panel at its own price; `null` when one of them is unknown. */
export function costOfReport(
  { panel, provenance }: Pick<Report, "panel" | "provenance">,
  { price, panelPrices }: Prices,
): number | null {
  if (provenance.keptSince !== undefined) return 0;
  if (panel === undefined) return costOf(provenance.tokens, price);
  const chair = panel.chair === null ? [] : [{ id: panel.chair.model, tokens: panel.chair.tokens }];
  const costs = [...panel.judges, ...chair].map(({ id, tokens }) => costOf(tokens, panelPrices?.get(id)));
  return costs.reduce((sum, cost) => (sum === null || cost === null ? null : sum + cost), 0);
}
