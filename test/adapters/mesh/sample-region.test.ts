import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CropOptions, type PixelSource, UNSCALED } from "../../../src/adapters/mesh/crop.ts";
import { sampleRegion } from "../../../src/adapters/mesh/sample-region.ts";

/** Pixels that differ from all their neighbours. */
function drawn(widthPx: number, heightPx: number): PixelSource {
  return {
    widthPx,
    heightPx,
    rgb: Uint8Array.from({ length: widthPx * heightPx * 3 }, (_, at) => (at * 97 + 31) % 256),
  };
}

/** The same in the middle of a larger image, where its outermost pixels go on in all directions. */
function extended({ widthPx, heightPx, rgb }: PixelSource, byPx: number): PixelSource {
  const [width, height] = [widthPx + 2 * byPx, heightPx + 2 * byPx];
  const inside = (place: number, size: number) => Math.min(Math.max(place - byPx, 0), size - 1);
  const from = (x: number, y: number) => (inside(y, heightPx) * widthPx + inside(x, widthPx)) * 3;
  const pixels = Array.from({ length: width * height }, (_, at) => from(at % width, Math.floor(at / width)));
  return {
    widthPx: width,
    heightPx: height,
    rgb: Uint8Array.from(pixels.flatMap((at) => [...rgb.subarray(at, at + 3)])),
  };
}

/** Sizes and places that fall on no border between two pixels, where rounding would choose. */
const cases = fc.record({
  image: fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })),
  centre: fc.tuple(fc.integer({ min: -20, max: 90 }), fc.integer({ min: -20, max: 90 })),
  sidePx: fc.integer({ min: 3, max: 400 }).map((tenths) => tenths / 10 + 0.0137),
  angleRad: fc.integer({ min: -30, max: 30 }).map((steps) => steps / 9.7),
  cropPx: fc.integer({ min: 1, max: 12 }),
  mirrored: fc.boolean(),
});

describe("a region of an image", () => {
  it("is sampled at the image's edges, and across them, as where the edge pixels go on", () => {
    fc.assert(
      fc.property(cases, ({ image: [widthPx, heightPx], centre: [x, y], sidePx, angleRad, cropPx, mirrored }) => {
        const source = drawn(widthPx, heightPx);
        const options: CropOptions = { widthPx: cropPx, heightPx: cropPx, outside: "edge", mirrored };
        const [centerXPx, centerYPx] = [x / 10 + 0.0371, y / 10 + 0.0523];
        const region = { centerXPx, centerYPx, widthPx: sidePx, heightPx: sidePx, angleRad };
        const moved = { ...region, centerXPx: centerXPx + 40, centerYPx: centerYPx + 40 };
        const [found, expected] = [
          sampleRegion(source, region, options).rgb,
          sampleRegion(extended(source, 40), moved, options).rgb,
        ];
        for (const [at, value] of found.entries()) expect(value).toBeCloseTo(expected[at] as number, 1);
      }),
    );
  });

  it("is written as a network takes it, what lies outside the image too", () => {
    const scale = { scale: [1 / 255, 1 / 100, 2], offset: [0.5, 0, -3] } as const;
    fc.assert(
      fc.property(cases, fc.constantFrom("edge" as const, 0, 200), (given, outside) => {
        const { image, centre, sidePx, angleRad, cropPx, mirrored } = given;
        const source = drawn(...image);
        const options: CropOptions = { widthPx: cropPx, heightPx: cropPx, outside, mirrored };
        const region = { centerXPx: centre[0] / 10, centerYPx: centre[1] / 10, angleRad };
        const square = { ...region, widthPx: sidePx, heightPx: sidePx };
        const plain = sampleRegion(source, square, options);
        const scaled = sampleRegion(source, square, { ...options, scale });
        expect([plain.scale, scaled.scale]).toEqual([UNSCALED, scale]);
        for (const [at, value] of scaled.rgb.entries()) {
          const channel = (at % 3) as 0 | 1 | 2;
          const expected = (plain.rgb[at] as number) * scale.scale[channel] - scale.offset[channel];
          expect(value).toBeCloseTo(expected, 3);
        }
      }),
    );
  });
});
