import fc from "fast-check";
import { expect, it } from "vitest";
import { didYouMean, nearestNames } from "../../src/domain/nearest-name.ts";

const MODELS = ["rules", "llava:7b", "llava:13b", "qwen2.5vl:7b"];

it.each([
  ["a letter too many", "ruules", ["rules"]],
  ["a letter too few", "rles", ["rules"]],
  ["a wrong letter", "rulez", ["rules"]],
  ["two letters swapped", "rulse", ["rules"]],
  ["another case", "RULES", ["rules"]],
  ["only the beginning", "llava", ["llava:13b", "llava:7b"]],
  ["nothing alike", "whisper", []],
])("finds what was meant by %s", (_case, written, meant) => {
  expect(nearestNames(written, MODELS)).toEqual(meant);
});

it("allows a third of the letters, at least one, and puts what was begun first", () => {
  expect(nearestNames("ab", ["cb", "cd"])).toEqual(["cb"]);
  expect(nearestNames("abcdef", ["abxyef", "abxyzf"])).toEqual(["abxyef"]);
  expect(nearestNames("a", ["alpha"])).toEqual([]); // one letter begins too much
  expect(nearestNames("rule", ["ruled", "rules", "tule", "rule", "mule"], 9)).toEqual([
    ...["rule", "ruled", "rules", "mule", "tule"],
  ]);
  expect(nearestNames("rulse", ["rlues", "rules", "ruxse"])).toEqual(["rules", "ruxse"]);
  expect(nearestNames("abcd", ["bacd", "badc"])).toEqual(["bacd"]);
});

it("puts the nearest first", () => {
  expect(nearestNames("llava:7c", ["llava:13b", "llava:7b"])).toEqual(["llava:7b"]);
});

it("finds every name again after any one letter of it was replaced", () => {
  const name = fc.stringMatching(/^[a-z]{3,12}$/);
  fc.assert(
    fc.property(name, fc.nat(), (known, position) => {
      const at = position % known.length;
      const written = `${known.slice(0, at)}#${known.slice(at + 1)}`;
      return nearestNames(written, [known]).includes(known);
    }),
  );
});

it("asks in one sentence, or lists a short list, or keeps silent", () => {
  expect(didYouMean("rulse", MODELS)).toBe('Did you mean "rules"?');
  expect(didYouMean("whisper", MODELS)).toBe("There are: rules, llava:7b, llava:13b, qwen2.5vl:7b.");
  expect(didYouMean("rule", ["ruled", "rules"])).toBe('Did you mean "ruled" or "rules"?');
  const twelve = Array.from({ length: 12 }, (_, index) => `m${index}`);
  expect(didYouMean("whisper", twelve)).toBe(`There are: ${twelve.join(", ")}.`);
  expect(didYouMean("whisper", [...twelve, "m12"])).toBe("");
  expect(didYouMean("whisper", [])).toBe("");
  expect(
    didYouMean(
      "whisper",
      Array.from({ length: 50 }, (_, index) => `model-number-${index}`),
    ),
  ).toBe("");
});
