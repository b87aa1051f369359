import { describe, expect, it } from "vitest";
import type { DecodedImage } from "../../src/domain/image.ts";
import { facePatch, patchSimilarity } from "../../src/measuring/face-patch.ts";
import { gradientImage } from "../support/images.ts";

describe("a face's patch", () => {
  it("is the luminance of a box in 12 x 12 cells, row by row", () => {
    // Red grows by 1 to the right and green by 1 down; blue is 128. Of 36 pixels each cell takes the middles of three.
    const patch = facePatch(gradientImage(72, 72), { leftPx: 10, topPx: 20, widthPx: 36, heightPx: 36 });
    const luminance = (x: number, y: number) => Math.round(0.299 * x + 0.587 * y + 0.114 * 128);
    expect(patch).toHaveLength(144);
    const at = (column: number, row: number) => patch[row * 12 + column];
    expect([at(0, 0), at(11, 0), at(0, 11), at(5, 7)]).toEqual([
      luminance(11, 21),
      luminance(44, 21),
      luminance(11, 54),
      luminance(26, 42),
    ]);
  });

  it("repeats the rim where the box reaches past the image", () => {
    const image = gradientImage(24, 24);
    const past = facePatch(image, { leftPx: -24, topPx: -24, widthPx: 24, heightPx: 24 });
    const beyond = facePatch(image, { leftPx: 24, topPx: 24, widthPx: 24, heightPx: 24 });
    expect(new Set(past)).toEqual(new Set([Math.round(0.114 * 128)]));
    expect(new Set(beyond)).toEqual(new Set([Math.round(0.886 * 23 + 0.114 * 128)]));
  });

  it("weighs the colours as ITU-R BT.601 does", () => {
    const plain = (rgb: readonly number[]): DecodedImage => ({ ...gradientImage(1, 1), rgb: Uint8Array.from(rgb) });
    const whole = { leftPx: 0, topPx: 0, widthPx: 1, heightPx: 1 };
    const first = (rgb: readonly number[]) => facePatch(plain(rgb), whole)[0];
    expect([first([255, 0, 0]), first([0, 255, 0]), first([0, 0, 255])]).toEqual([76, 150, 29]);
  });
});

describe("the likeness of patches", () => {
  it.each([
    ["the same at another brightness and contrast", [1, 2, 3, 4], [12, 14, 16, 18], 1],
    ["the negative", [1, 2, 3, 4], [4, 3, 2, 1], -1],
    ["unrelated", [1, -1, 1, -1], [1, 1, -1, -1], 0],
    ["half related", [3, 1, 0, 0], [2, 0, 2, 0], 2 / Math.sqrt(24)],
    ["a plain surface", [5, 5, 5, 5], [1, 2, 3, 4], 0],
    ["beside a plain surface", [1, 2, 3, 4], [5, 5, 5, 5], 0],
  ])("is their correlation: %s", (_case, a, b, likeness) => {
    expect(patchSimilarity(a, b)).toBeCloseTo(likeness, 12);
  });
});
