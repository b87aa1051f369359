import { expect, it } from "vitest";
import { NO_READING, topLabel } from "../../src/evaluation/answer.ts";

it("takes the most probable label, the first of equals, and none of an abstention", () => {
  const distribution = [
    { label: "fear", probability: 0.2 },
    { label: "joy", probability: 0.4 },
    { label: "awe", probability: 0.4 },
  ];
  expect(topLabel({ ...NO_READING, distribution })?.label).toBe("joy");
  expect(topLabel(NO_READING)).toBeNull();
});
