import { describe, expect, it } from "vitest";
import type { CoveredPart } from "../../src/domain/measurement.ts";
import { hidesExpression, isHidden } from "../../src/facs/covered-parts.ts";

const covered = (...parts: CoveredPart[]) => new Set(parts);

describe("isHidden", () => {
  it.each<[string, string, "both" | "left" | "right", CoveredPart[], boolean]>([
    ["a brow under hair", "AU1", "left", ["left brow"], true],
    ["the other brow", "AU1", "right", ["left brow"], false],
    ["the whole forehead when one brow is hidden", "AU1", "both", ["left brow"], true],
    ["the mouth behind a mask", "AU12", "both", ["left mouth", "right mouth", "chin"], true],
    ["the eyes above a mask", "AU5", "both", ["left mouth", "right mouth", "chin", "nose"], false],
    ["a raised cheek when the eye is seen and the cheek is not", "AU6", "right", ["right cheek"], true],
    ["the nose", "AU9", "both", ["nose"], true],
    ["a raised chin when only the chin is hidden", "AU17", "both", ["chin"], true],
    ["a smile when only the chin is hidden", "AU12", "both", ["chin"], false],
  ])("knows %s", (_case, au, side, parts, hidden) => {
    expect(isHidden({ au, side }, covered(...parts))).toBe(hidden);
  });
});

describe("hidesExpression", () => {
  it("takes the mouth or both eyes", () => {
    expect(hidesExpression(covered("left mouth", "right mouth"))).toBe(true);
    expect(hidesExpression(covered("left eye", "right eye"))).toBe(true);
    expect(hidesExpression(covered("left eye", "left mouth", "nose"))).toBe(false);
  });
});
