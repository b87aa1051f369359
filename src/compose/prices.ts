import { z } from "zod";
import { ConfigurationError } from "../domain/errors.ts";
import { FREE, Price } from "../domain/price.ts";
import { ownPath } from "../platform/package-paths.ts";
import { readText } from "../platform/read-file.ts";
import type { JudgeModel } from "../ports/chat-model.ts";

const PriceList = z.strictObject({
  asOf: z.string(),
  source: z.string(),
  usdPerMillionTokens: z.record(z.string(), Price),
});

/**
 * What a model's tokens cost: nothing where they are made on this machine, else as `models/prices.json` says, or the file
 * that `KULESHOV_PRICES` names, which is written in the same way. `undefined` when nobody says.
 *
 * @throws {ConfigurationError} if that file cannot be read.
 */
export async function priceOf(
  { id, remote }: Pick<JudgeModel, "id" | "remote">,
  env: Readonly<NodeJS.ProcessEnv> = process.env,
): Promise<Price | undefined> {
  if (!remote) return FREE;
  const own = env.KULESHOV_PRICES ? await readPrices(env.KULESHOV_PRICES) : {};
  const shipped = await readPrices(ownPath("models", "prices.json"));
  return own[id] ?? shipped[id] ?? shipped[withoutDate(id)];
}

/** The price of a model. @throws {ConfigurationError} if a budget in USD hangs on it and nobody says it. */
export async function pricedFor(
  { usd }: { readonly usd?: number | undefined },
  model: Pick<JudgeModel, "id" | "remote">,
): Promise<Price | undefined> {
  const price = await priceOf(model);
  if (usd === undefined || price !== undefined) return price;
  throw new ConfigurationError(
    `Nobody says what ${model.id} costs: name a list with KULESHOV_PRICES, or --budget-tokens`,
  );
}

async function readPrices(path: string): Promise<Readonly<Record<string, Price>>> {
  try {
    return PriceList.parse(JSON.parse(await readText(path))).usdPerMillionTokens;
  } catch (cause) {
    const form = "it takes asOf, source and usdPerMillionTokens, as models/prices.json has them";
    throw new ConfigurationError(`Cannot read prices from ${path}: ${form}`, { cause });
  }
}

/** OpenAI's snapshots cost what their family does: `gpt-4.1-2025-04-14`. */
function withoutDate(id: string): string {
  return id.replace(/-[0-9]{4}-[0-9]{2}-[0-9]{2}$/, "");
}
