import { describe, expect, it } from "vitest";
import { boxOfShares, boxOverlap, clipBox, holdsMiddle, type PixelBox } from "../../src/domain/geometry.ts";
import { cropImage } from "../../src/domain/image.ts";
import { gradientImage } from "../support/images.ts";

const box = (leftPx: number, topPx: number, widthPx: number, heightPx: number): PixelBox => {
  return { leftPx, topPx, widthPx, heightPx };
};

describe("boxes", () => {
  it.each([
    ["the same", box(0, 0, 4, 2), box(0, 0, 4, 2), 1],
    ["half beside", box(0, 0, 4, 2), box(2, 0, 4, 2), 4 / 12],
    ["half below", box(0, 0, 4, 2), box(0, 1, 4, 2), 4 / 12],
    ["one within the other", box(0, 0, 4, 4), box(1, 1, 2, 2), 4 / 16],
    ["touching at a side", box(0, 0, 4, 2), box(4, 0, 4, 2), 0],
    ["touching above", box(0, 0, 4, 2), box(0, 2, 4, 2), 0],
    ["apart in both directions", box(0, 0, 1, 1), box(5, 5, 1, 1), 0],
  ])("overlap by what they share of their union: %s", (_case, a, b, overlap) => {
    expect(boxOverlap(a, b)).toBeCloseTo(overlap, 12);
    expect(boxOverlap(b, a)).toBeCloseTo(overlap, 12);
  });

  it.each([
    ["in the corner", box(0, 0, 20, 40), true],
    ["at the far corner", box(80, 30, 40, 40), true],
    ["left of it", box(-22, 0, 40, 40), false],
    ["above it", box(0, -22, 40, 40), false],
    ["right of it", box(91, 0, 20, 40), false],
    ["below it", box(0, 41, 20, 20), false],
  ])("hold the middle of another: %s", (_case, inner, holds) => {
    expect(holdsMiddle(box(0, 0, 100, 50), inner)).toBe(holds);
    expect(holdsMiddle(box(7, 9, 100, 50), { ...inner, leftPx: inner.leftPx + 7, topPx: inner.topPx + 9 })).toBe(holds);
  });

  it("are cut to a frame, and nothing when outside of it", () => {
    const frame = { widthPx: 10, heightPx: 8 };
    expect(clipBox(box(-2, -3, 5, 5), frame)).toEqual(box(0, 0, 3, 2));
    expect(clipBox(box(7, 6, 5, 5), frame)).toEqual(box(7, 6, 3, 2));
    expect(clipBox(box(1, 2, 3, 4), frame)).toEqual(box(1, 2, 3, 4));
    for (const outside of [box(10, 0, 2, 2), box(0, 8, 2, 2), box(-2, 0, 2, 2), box(0, -2, 2, 2)]) {
      expect(clipBox(outside, frame)).toBeUndefined();
    }
  });

  it("are given in shares of an image", () => {
    expect(boxOfShares(box(0.1, 0.5, 0.2, 0.25), { widthPx: 100, heightPx: 40 })).toEqual(box(10, 20, 20, 10));
  });
});

describe("a part of an image", () => {
  it("is cut along whole pixels, and keeps the path and the hash", () => {
    const image = gradientImage(20, 10);
    const part = cropImage(image, box(3.7, 2.2, 2.5, 1.9));
    expect(part).toMatchObject({ path: image.path, sha256: image.sha256, widthPx: 3, heightPx: 2 });
    expect([...part.rgb]).toEqual(
      [
        [3, 2],
        [4, 2],
        [5, 2],
        [3, 3],
        [4, 3],
        [5, 3],
      ].flatMap(([x, y]) => [x, y, 128]),
    );
    expect(cropImage(image, box(18, 8, 9, 9))).toMatchObject({ widthPx: 2, heightPx: 2 });
    expect(() => cropImage(image, box(20, 0, 5, 5))).toThrow("The box is outside the image: gradient.png");
  });
});
