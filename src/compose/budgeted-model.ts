import { AsyncLocalStorage } from "node:async_hooks";
import { BudgetError, KuleshovError } from "../domain/errors.ts";
import { costOf, type Price } from "../domain/price.ts";
import type { TokenUse } from "../domain/token-use.ts";
import type { JudgeModel } from "../ports/chat-model.ts";
import type { Budget } from "../runs/budget.ts";
import { openModel } from "./models.ts";
import { pricedFor } from "./prices.ts";

/** What the models of one process may take together. */
export type AskBudget = Pick<Budget, "tokens" | "usd">;

/** What a request under way is reckoned to have. */
interface Asking {
  tokens: number;
  usd: number;
}

/**
 * Opens models that make no request for which their common budget has no room: beside what was answered so far and what
 * others under way are reckoned to have, what the request is reckoned to have, its answer apart.
 *
 * @param before What was spent of it earlier.
 * @returns what throws {@link ConfigurationError} if a budget in USD is given and nobody says what a model costs.
 */
export function withinBudget(budget: AskBudget, before = { tokens: 0, usd: 0 }): typeof openModel {
  const spent = { ...before };
  const underWay = new Set<Asking>();
  const own = new AsyncLocalStorage<Asking>();
  return async (spec, options = {}, signal) => {
    let price: Price | undefined;
    const beforeRequest = (tokens = 0) => {
      const usd = costOf({ input: tokens, output: 0 }, price) ?? 0;
      const mine = own.getStore();
      const others = [...underWay].filter((each) => each !== mine);
      const taken = (name: keyof Asking) => others.reduce((sum, each) => sum + each[name], spent[name]);
      if (budget.tokens !== undefined && taken("tokens") + tokens > budget.tokens) {
        throw new BudgetError(noRoom(`${budget.tokens} tokens`, `${spent.tokens} used`, `${tokens} tokens`));
      }
      if (budget.usd !== undefined && taken("usd") + usd > budget.usd) {
        throw new BudgetError(noRoom(`${budget.usd} USD`, `${spent.usd.toFixed(4)} spent`, `${usd.toFixed(4)} USD`));
      }
      if (mine !== undefined) Object.assign(mine, { tokens, usd });
    };
    const count = (tokens: TokenUse | null) => {
      spent.tokens += (tokens?.input ?? 0) + (tokens?.output ?? 0);
      spent.usd += (tokens && costOf(tokens, price)) ?? 0;
    };
    const model = await openModel(spec, { ...options, beforeRequest }, signal);
    price = await pricedFor(budget, model);
    const reply: JudgeModel["reply"] = async (request, abort) => {
      const mine = { tokens: 0, usd: 0 };
      underWay.add(mine);
      try {
        const answer = await own.run(mine, () => model.reply(request, abort));
        count(answer.tokens);
        return answer;
      } catch (error) {
        count(error instanceof KuleshovError ? error.spent : null);
        throw error;
      } finally {
        underWay.delete(mine);
      }
    };
    // Its capabilities change as its server turns things down: they are read, not copied.
    return Object.create(model, { reply: { value: reply, enumerable: true } }) as JudgeModel;
  };
}

function noRoom(budget: string, used: string, next: string): string {
  return `The budget of ${budget} (${used}) has no room for the next request, of about ${next} and its answer`;
}
