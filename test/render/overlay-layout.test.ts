import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boxOverlap, type PixelBox } from "../../src/domain/geometry.ts";
import { flowPanels, placePanels } from "../../src/render/overlay-layout.ts";

const frame = { widthPx: 1200, heightPx: 800 };
const options = { frame, gapPx: 12 };

function box(leftPx: number, topPx: number, sidePx = 100): PixelBox {
  return { leftPx, topPx, widthPx: sidePx, heightPx: sidePx };
}

describe("placePanels", () => {
  it("puts a panel to the right of its face where there is room", () => {
    expect(placePanels([box(100, 200)], [{ widthPx: 200, heightPx: 90 }], options)).toEqual([
      { leftPx: 212, topPx: 200, widthPx: 200, heightPx: 90 },
    ]);
  });

  it("puts it elsewhere when the frame ends there or another face is in the way", () => {
    const [atEdge] = placePanels([box(1090, 200)], [{ widthPx: 200, heightPx: 90 }], options);
    expect(atEdge?.leftPx).toBe(1090 - 12 - 200);
    const [besideNeighbour] = placePanels([box(300, 200), box(420, 200)], [{ widthPx: 200, heightPx: 90 }], options);
    expect(besideNeighbour?.leftPx).toBe(300 - 12 - 200);
  });

  it("finds no place in a crowd that leaves none", () => {
    const crowd = Array.from({ length: 96 }, (_, index) => box((index % 12) * 100, Math.floor(index / 12) * 100));
    const panels = crowd.map(() => ({ widthPx: 200, heightPx: 90 }));
    expect(placePanels(crowd, panels, options).every((place) => place === undefined)).toBe(true);
  });

  it("never covers a face or another panel and never leaves the frame", () => {
    const face = fc.record({
      leftPx: fc.integer({ min: -50, max: 1150 }),
      topPx: fc.integer({ min: -50, max: 750 }),
      widthPx: fc.integer({ min: 20, max: 500 }),
      heightPx: fc.integer({ min: 20, max: 500 }),
    });
    const panel = fc.record({ widthPx: fc.constant(260), heightPx: fc.integer({ min: 60, max: 240 }) });
    fc.assert(
      fc.property(fc.array(fc.tuple(face, panel), { maxLength: 8 }), (people) => {
        const faces = people.map(([found]) => found);
        const places = placePanels(
          faces,
          people.map(([, size]) => size),
          options,
        ).filter((place) => place !== undefined);
        for (const [index, place] of places.entries()) {
          expect(faces.every((other) => boxOverlap(other, place) === 0)).toBe(true);
          expect(places.slice(index + 1).every((other) => boxOverlap(other, place) === 0)).toBe(true);
          expect([place.leftPx, place.topPx].every((edge) => edge >= 0)).toBe(true);
          expect(place.leftPx + place.widthPx).toBeLessThanOrEqual(frame.widthPx);
          expect(place.topPx + place.heightPx).toBeLessThanOrEqual(frame.heightPx);
        }
      }),
    );
  });
});

describe("flowPanels", () => {
  it("fills rows from left to right below the image, without overlaps", () => {
    const sizes = Array.from({ length: 7 }, (_, index) => ({ widthPx: 300, heightPx: 60 + 20 * index }));
    const places = flowPanels(sizes, { ...options, topPx: frame.heightPx });
    expect(places.map(({ leftPx }) => leftPx)).toEqual([12, 324, 636, 12, 324, 636, 12]);
    expect(places.every(({ topPx }) => topPx > frame.heightPx)).toBe(true);
    for (const [index, place] of places.entries()) {
      expect(places.slice(index + 1).every((other) => boxOverlap(other, place) === 0)).toBe(true);
    }
  });
});
