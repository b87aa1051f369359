import { describe, expect, it } from "vitest";
import { createMeshToolbox } from "../../src/adapters/mesh/mesh-toolbox.ts";
import type { PixelBox } from "../../src/domain/geometry.ts";
import type { Face } from "../../src/domain/measurement.ts";
import { decodeImage } from "../../src/measuring/decode-image.ts";
import { FACE_PARTS, facePartBox } from "../../src/measuring/face-parts.ts";
import { measureFaces } from "../../src/measuring/measure-image.ts";
import { face } from "../support/builders.ts";
import { samplePhoto } from "../support/photos.ts";

const center = (box: PixelBox) => ({ x: box.leftPx + box.widthPx / 2, y: box.topPx + box.heightPx / 2 });

/** From forehead to chin, the features of an upright face follow each other. */
function expectOrder(whole: Face): void {
  const [brows, eyes, nose, mouth] = (["brows", "eyes", "nose", "mouth"] as const).map((part) =>
    center(facePartBox(whole, part)),
  );
  const ys = [brows, eyes, nose, mouth].map((point) => point?.y ?? Number.NaN);
  expect([...ys].sort((a, b) => a - b)).toEqual(ys);
}

describe("the parts of a face", () => {
  it("follow each other by proportion when there are no landmarks", () => {
    expectOrder(face());
  });

  it("follow each other by the landmarks of the mesh, inside the head, on every face of a photograph", async () => {
    const toolbox = await createMeshToolbox({ workers: 1 });
    try {
      const faces = await measureFaces(await decodeImage(samplePhoto(1)), [toolbox]);
      expect(faces.length).toBeGreaterThanOrEqual(3);
      for (const each of faces) {
        expectOrder(each);
        const head = facePartBox(each, "whole face");
        for (const part of ["brows", "eyes", "nose", "mouth"] as const) {
          const { x, y } = center(facePartBox(each, part));
          expect(x > head.leftPx && x < head.leftPx + head.widthPx).toBe(true);
          expect(y > head.topPx && y < head.topPx + head.heightPx).toBe(true);
        }
      }
    } finally {
      await toolbox.close();
    }
  });

  it("grow from a feature to the surroundings", () => {
    const areas = FACE_PARTS.map((part) => facePartBox(face(), part)).map((box) => box.widthPx * box.heightPx);
    expect(areas[0]).toBeGreaterThan(areas[1] ?? 0);
    for (const area of areas.slice(2)) expect(area).toBeLessThan(areas[1] ?? 0);
  });
});
