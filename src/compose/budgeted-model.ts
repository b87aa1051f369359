import { BudgetError, ConfigurationError, KuleshovError } from "../domain/errors.ts";
import { costOf, type Price } from "../domain/price.ts";
import type { TokenUse } from "../domain/token-use.ts";
import type { JudgeModel } from "../ports/chat-model.ts";
import type { Budget } from "../runs/budget.ts";
import { openModel } from "./models.ts";
import { priceOf } from "./prices.ts";

/** What the models of one process may take together. */
export type AskBudget = Pick<Budget, "tokens" | "usd">;

/**
 * Opens models that make no request for which their common budget has no room: beside what was answered so far, what the
 * request is reckoned to have, its answer apart.
 *
 * @returns what throws {@link ConfigurationError} if a budget in USD is given and nobody says what a model costs.
 */
export function withinBudget(budget: AskBudget): typeof openModel {
  const spent = { tokens: 0, usd: 0 };
  return async (spec, options = {}, signal) => {
    let price: Price | undefined;
    const beforeRequest = (tokens = 0) => {
      if (budget.tokens !== undefined && spent.tokens + tokens > budget.tokens) {
        throw new BudgetError(noRoom(`${budget.tokens} tokens`, `${spent.tokens} used`, `${tokens} tokens`));
      }
      const usd = costOf({ input: tokens, output: 0 }, price) ?? 0;
      if (budget.usd !== undefined && spent.usd + usd > budget.usd) {
        throw new BudgetError(noRoom(`${budget.usd} USD`, `${spent.usd.toFixed(4)} spent`, `${usd.toFixed(4)} USD`));
      }
    };
    const count = (tokens: TokenUse | null) => {
      spent.tokens += (tokens?.input ?? 0) + (tokens?.output ?? 0);
      spent.usd += (tokens && costOf(tokens, price)) ?? 0;
    };
    const model = await openModel(spec, { ...options, beforeRequest }, signal);
    price = await pricedFor(budget, model);
    const reply: JudgeModel["reply"] = async (request, abort) => {
      try {
        const answer = await model.reply(request, abort);
        count(answer.tokens);
        return answer;
      } catch (error) {
        count(error instanceof KuleshovError ? error.spent : null);
        throw error;
      }
    };
    // Its capabilities change as its server turns things down: they are read, not copied.
    return Object.create(model, { reply: { value: reply, enumerable: true } }) as JudgeModel;
  };
}

/** The price of a model. @throws {ConfigurationError} if a budget in USD hangs on it and nobody says it. */
export async function pricedFor({ usd }: AskBudget, model: JudgeModel): Promise<Price | undefined> {
  const price = await priceOf(model);
  if (usd === undefined || price !== undefined) return price;
  throw new ConfigurationError(
    `Nobody says what ${model.id} costs: name a list with KULESHOV_PRICES, or --budget-tokens`,
  );
}

function noRoom(budget: string, used: string, next: string): string {
  return `The budget of ${budget} (${used}) has no room for the next request, of about ${next} and its answer`;
}
