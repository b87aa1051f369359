import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FaceMeasurement } from "../../src/domain/measurement.ts";
import { joinToFaces, matchFaces } from "../../src/measuring/match-faces.ts";
import { face } from "../support/builders.ts";

function measured(toolbox: string, leftPx: number, topPx = 0, sidePx = 100): FaceMeasurement {
  const [measurement] = face({}, { toolbox }).measurements;
  if (measurement === undefined) throw new Error("the builder gives one measurement");
  return { ...measurement, box: { leftPx, topPx, widthPx: sidePx, heightPx: sidePx } };
}

/** `F1: mesh@5 0, openface@2.2 10`: which toolbox's box at which left edge belongs to which face. */
function summary(faces: ReturnType<typeof matchFaces>): string[] {
  return faces.map(
    ({ faceId, measurements }) =>
      `${faceId}: ${measurements.map(({ toolbox, box }) => `${toolbox} ${box.leftPx}`).join(", ")}`,
  );
}

describe("matchFaces", () => {
  it("names faces from left to right whatever order they were found in", () => {
    const faces = matchFaces([[measured("mesh@5", 400), measured("mesh@5", 0), measured("mesh@5", 200)]]);
    expect(summary(faces)).toEqual(["F1: mesh@5 0", "F2: mesh@5 200", "F3: mesh@5 400"]);
  });

  it("joins what two toolboxes measured on one person and keeps whoever only one of them found", () => {
    const faces = matchFaces([
      [measured("mesh@5", 0), measured("mesh@5", 300)],
      [measured("openface@2.2", 310), measured("openface@2.2", 600)],
    ]);
    expect(summary(faces)).toEqual(["F1: mesh@5 0", "F2: mesh@5 300, openface@2.2 310", "F3: openface@2.2 600"]);
  });

  it("gives a face to the best overlap when two boxes of one toolbox claim it", () => {
    const faces = matchFaces([[measured("mesh@5", 0)], [measured("openface@2.2", 40), measured("openface@2.2", 5)]]);
    expect(summary(faces)).toEqual(["F1: mesh@5 0, openface@2.2 5", "F2: openface@2.2 40"]);
  });

  it("joins boxes that overlap by a quarter, and none that overlap by less", () => {
    // Two squares of one size, moved by d of 100 px, overlap by (100 - d) / (100 + d) of their union.
    expect(matchFaces([[measured("mesh@5", 0)], [measured("openface@2.2", 58)]])).toHaveLength(1);
    expect(matchFaces([[measured("mesh@5", 0)], [measured("openface@2.2", 63)]])).toHaveLength(2);
  });

  it("orders faces by their middles, and those above one another from top to bottom", () => {
    const wide = measured("mesh@5", 0, 0, 300); // its middle at 150
    const [narrow, below] = [measured("mesh@5", 110, 0, 40), measured("mesh@5", 110, 500, 40)];
    expect(matchFaces([[wide, below, narrow]]).map(({ box }) => [box.leftPx, box.topPx])).toEqual([
      [110, 0],
      [110, 500],
      [0, 0],
    ]);
  });

  it("joins what one more toolbox measured later to the faces that are there", () => {
    const faces = matchFaces([[measured("mesh@5", 300)], [measured("openface@2.2", 310)]]);
    const more = joinToFaces(faces, [measured("pyfeat@0.6", 290), measured("pyfeat@0.6", 0)]);
    expect(summary(more)).toEqual(["F1: pyfeat@0.6 0", "F2: mesh@5 300, openface@2.2 310, pyfeat@0.6 290"]);
    expect(summary(faces)).toEqual(["F1: mesh@5 300, openface@2.2 310"]);
  });

  it("takes the box of the first toolbox", () => {
    const [first] = matchFaces([[measured("mesh@5", 0)], [measured("openface@2.2", 10)]]);
    expect(first?.box.leftPx).toBe(0);
  });

  it("loses no measurement and gives no face two of one toolbox", () => {
    const boxes = (toolbox: string) =>
      fc
        .array(fc.tuple(fc.nat(500), fc.nat(300), fc.integer({ min: 10, max: 200 })), { maxLength: 8 })
        .map((list) => list.map(([left, top, side]) => measured(toolbox, left, top, side)));
    fc.assert(
      fc.property(boxes("mesh@5"), boxes("openface@2.2"), boxes("pyfeat@0.6"), (...byToolbox) => {
        const faces = matchFaces(byToolbox);
        const all = faces.flatMap(({ measurements }) => measurements);
        expect(new Set(all)).toEqual(new Set(byToolbox.flat()));
        expect(all.length).toBe(byToolbox.flat().length);
        for (const { measurements } of faces) {
          expect(new Set(measurements.map(({ toolbox }) => toolbox)).size).toBe(measurements.length);
        }
      }),
    );
  });
});
