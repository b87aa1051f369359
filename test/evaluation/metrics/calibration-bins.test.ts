import { expect, it } from "vitest";
import { reliabilityBins } from "../../../src/evaluation/metrics/calibration.ts";

it("closes each bin above, as in Guo et al. 2017, and keeps 0 in the first", () => {
  const answers = [0, 0.25, 0.26, 0.5, 0.75, 1].map((confidence) => ({ confidence, correct: true }));
  expect(reliabilityBins(answers, 4).map(({ n }) => n)).toEqual([2, 2, 1, 1]);
});
