import { expect, it } from "vitest";
import { type Budget, exhaustedLimit } from "../../src/runs/budget.ts";

const SPENT = { calls: 7, tokens: 700, usd: 0.25, minutes: 4 };
/** Two calls are being answered, each expected to take what the finished ones took. */
const UNDER_WAY = { calls: 2, expectedTokens: 100, expectedUsd: 0.125 };

it.each<[string, Budget, string | null]>([
  ["no limit", {}, null],
  ["calls for this one and those under way", { calls: 10 }, null],
  ["a call too few", { calls: 9 }, "the budget of 9 calls is used up"],
  ["no calls at all", { calls: 0 }, "the budget of 0 calls is used up"],
  ["money for this call and those under way", { usd: 0.625 }, null],
  ["money for those under way alone", { usd: 0.624 }, "the budget of 0.624 USD is used up (0.2500 spent)"],
  ["tokens for this call and those under way", { tokens: 1000 }, null],
  ["a token too few", { tokens: 999 }, "the budget of 999 tokens is used up (700 used)"],
  ["a moment left", { minutes: 4.01 }, null],
  ["no moment left", { minutes: 4 }, "the budget of 4 minutes is used up"],
  [
    "several limits, one of them passed",
    { calls: 10, usd: 1, tokens: 1000, minutes: 3 },
    "the budget of 3 minutes is used up",
  ],
  ["several limits, with room in each", { calls: 10, usd: 1, tokens: 1000, minutes: 5 }, null],
])("a budget with %s", (_case, budget, limit) => {
  expect(exhaustedLimit(budget, SPENT, UNDER_WAY)).toBe(limit);
});
