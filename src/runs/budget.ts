/** What a run may take; what is left out has no limit. */
export interface Budget {
  readonly calls?: number | undefined;
  readonly tokens?: number | undefined;
  readonly usd?: number | undefined;
  readonly minutes?: number | undefined;
}

/** What has been used, for holding it against a budget. */
interface Spending {
  readonly calls: number;
  readonly tokens: number;
  readonly usd: number;
  readonly minutes: number;
}

/**
 * The first limit that one more call would pass, in words; `null` while there is room. Calls under way count as already
 * spent at the mean of the finished ones, so that a budget is kept, not overrun by the concurrency.
 */
export function exhaustedLimit(
  budget: Budget,
  spent: Spending,
  underWay: { readonly calls: number; readonly expectedTokens: number; readonly expectedUsd: number },
): string | null {
  const next = underWay.calls + 1;
  const none = Number.POSITIVE_INFINITY;
  const { calls = none, usd = none, tokens = none, minutes = none } = budget;
  if (spent.calls + next > calls) return `the budget of ${calls} calls is used up`;
  if (spent.usd + next * underWay.expectedUsd > usd) {
    return `the budget of ${usd} USD is used up (${spent.usd.toFixed(4)} spent)`;
  }
  if (spent.tokens + next * underWay.expectedTokens > tokens) {
    return `the budget of ${tokens} tokens is used up (${spent.tokens} used)`;
  }
  if (spent.minutes >= minutes) return `the budget of ${minutes} minutes is used up`;
  return null;
}
