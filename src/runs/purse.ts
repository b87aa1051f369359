import type { TokenUse } from "../domain/token-use.ts";
import { type Budget, exhaustedLimit } from "./budget.ts";

/** What a run has used; `usd` of the answers whose price is known, and how many have none. */
export interface Spent {
  readonly tokens: number;
  /** How many of the tokens were reckoned here, as their server did not count them. */
  readonly estimated: number;
  readonly usd: number;
  readonly unpriced: number;
}

/** What one item took; `usd` is `null` where its price is unknown. */
interface Paid {
  readonly tokens: TokenUse;
  readonly usd: number | null;
}

export type Purse = ReturnType<typeof createPurse>;

/** Counts what is spent, and lets items begin while the budget has room for them. */
export function createPurse(budget: Budget, before: readonly Paid[]) {
  let [tokens, estimated, usd, unpriced, finished, underWay] = [0, 0, 0, 0, 0, 0];
  let exhausted: string | null = null;
  const count = (item: Paid) => {
    tokens += (item.tokens.input ?? 0) + (item.tokens.output ?? 0);
    estimated += item.tokens.estimated ?? 0;
    usd += item.usd ?? 0;
    unpriced += item.usd === null ? 1 : 0;
    finished += 1;
  };
  for (const item of before) count(item);
  const limit = () => {
    const expected = {
      expectedTokens: finished === 0 ? 0 : tokens / finished,
      expectedUsd: finished === 0 ? 0 : usd / finished,
    };
    return exhaustedLimit(budget, { calls: finished, tokens, usd, minutes: 0 }, { calls: underWay, ...expected });
  };
  return {
    *whileThereIsRoom<Item>(items: readonly Item[], signal: AbortSignal | undefined): Generator<Item> {
      for (const item of items) {
        if (signal?.aborted) return;
        exhausted ??= limit();
        if (exhausted !== null) return;
        underWay += 1;
        yield item;
      }
    },
    paid(item: Paid) {
      underWay -= 1;
      count(item);
    },
    /** Lets no more items begin: one of those under way had no room any more. */
    stop(why: string) {
      exhausted ??= why;
    },
    spent: (): Spent => ({ tokens, estimated, usd, unpriced }),
    exhausted: () => exhausted,
  };
}
