import { expect, it } from "vitest";
import { bootstrapInterval } from "../../../src/domain/statistics/bootstrap.ts";
import { meanStatistic } from "../../../src/domain/statistics/weighted-statistic.ts";

it("counts half of the draws that equal the value as below it, so that a symmetric sample has a symmetric interval", () => {
  const values = Array.from({ length: 20 }, (_, index) => index % 2);
  const interval = bootstrapInterval(meanStatistic(values), 20, { seed: 7, resamples: 20_000 });
  expect(interval?.method).toBe("bca");
  // A fifth of the draws are .5 exactly: all on one side would move both ends by .05, one step of this mean.
  expect((interval?.low ?? 0) + (interval?.high ?? 0)).toBeCloseTo(1, 6);
});
