import { expect, it } from "vitest";
import { createLabelReader } from "../../src/evaluation/label-reader.ts";

const reader = createLabelReader(["doubt/confusion", "confusion"], new Map([["happy", "happiness"]]));

it.each([
  ["a label by its first part", "doubt", "doubt/confusion"],
  ["a label whole", "Doubt/Confusion", "doubt/confusion"],
  ["a part that is a label of its own as that label", "confusion", "confusion"],
])("recognises %s", (_case, word, label) => {
  expect(reader.read(word)).toBe(label);
});

it("recognises a label by its last part, and tells other words apart from every label", () => {
  const slashed = createLabelReader(["doubt/confusion"], new Map());
  expect([slashed.read("confusion"), slashed.read("fear"), slashed.readOrKeep("Fear")]).toEqual([
    "doubt/confusion",
    null,
    "fear",
  ]);
});
