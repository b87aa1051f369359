import { expect, it } from "vitest";
import { createPurse } from "../../src/runs/purse.ts";

const paid = (input: number | null, usd: number | null, estimated?: number) => ({
  tokens: { input, output: input === null ? null : 10, ...(estimated === undefined ? {} : { estimated }) },
  usd,
});

it("counts what earlier processes and this one paid, and apart what was reckoned or has no price", () => {
  const purse = createPurse({}, [paid(90, 0.5), paid(null, null, 40)]);
  for (const _item of purse.whileThereIsRoom(["a"], undefined)) purse.paid(paid(190, 0.25, 5));
  expect(purse.spent()).toEqual({ tokens: 300, estimated: 45, usd: 0.75, unpriced: 1 });
  expect(purse.exhausted()).toBeNull();
});

it("lets begin what the budget has room for: those under way count at the mean of the finished", () => {
  const purse = createPurse({ tokens: 450 }, [paid(90, 0), paid(90, 0)]);
  expect([...purse.whileThereIsRoom(["a", "b", "c"], undefined)]).toEqual(["a", "b"]);
  expect(purse.exhausted()).toBe("the budget of 450 tokens is used up (200 used)");
});

it("has room again for what took less than the mean", () => {
  const purse = createPurse({ usd: 3 }, [paid(0, 1)]);
  const begun: string[] = [];
  for (const item of purse.whileThereIsRoom(["a", "b", "c", "d"], undefined)) {
    begun.push(item);
    purse.paid(paid(0, item === "a" ? 0.2 : 1));
  }
  // 1.2 spent at a mean of 0.6, then 2.2 at 0.73: still room for one, and at 3.2 for none.
  expect(begun).toEqual(["a", "b", "c"]);
  expect(purse.exhausted()).toMatch(/^the budget of 3 USD is used up/);
});

it("expects nothing of the first, which no earlier one is a measure of", () => {
  const purse = createPurse({ tokens: 1, usd: 1, calls: 2 }, []);
  expect([...purse.whileThereIsRoom(["a", "b", "c"], undefined)]).toEqual(["a", "b"]);
  expect(purse.exhausted()).toBe("the budget of 2 calls is used up");
});

it("lets nothing begin once it is stopped, and does not take that for an empty budget", () => {
  const purse = createPurse({ calls: 0 }, []);
  expect([...purse.whileThereIsRoom(["a"], AbortSignal.abort())]).toEqual([]);
  expect(purse.exhausted()).toBeNull();
});
