import { describe, expect, it } from "vitest";
import type { PixelBox } from "../../src/domain/geometry.ts";
import type { Face } from "../../src/domain/measurement.ts";
import { exemplarId, makeExemplar } from "../../src/exemplars/make-exemplar.ts";
import { measuredFace, testSpace } from "../support/exemplars.ts";
import { gradientImage } from "../support/images.ts";

const square = (leftPx: number, sidePx = 100): PixelBox => ({ leftPx, topPx: 0, widthPx: sidePx, heightPx: sidePx });

function faceAt(box: PixelBox): Face {
  return { faceId: "F1", box, measurements: [{ ...measuredFace(), box }] };
}

/** Left edge of the face that an exemplar of these faces means; `undefined` when that is left open. */
async function faceMeant(faces: readonly Face[], region: PixelBox | null): Promise<number | undefined> {
  const { exemplar } = await makeExemplar({
    label: {
      category: "awe",
      role: "instance",
      labeller: "tester",
      ...{ caption: null, definition: null, why: null, licence: null, source: null },
    },
    measured: { image: gradientImage(64, 48), faces },
    name: "x.jpg",
    region,
    pack: null,
    linkedTo: null,
    space: testSpace,
    keepView: false,
    addedAt: "2026-01-01T00:00:00Z",
  });
  return exemplar.measurements[0]?.box.leftPx;
}

describe("the face that an exemplar means", () => {
  // Two squares of 100 px, moved by d, overlap by (100 - d) / (100 + d) of their union.
  it.each([
    ["is one that overlaps with its region by .31", [faceAt(square(0))], square(53), 0],
    ["is not one that overlaps by .28", [faceAt(square(0))], square(56), undefined],
    ["is the one that overlaps most", [faceAt(square(40)), faceAt(square(10))], square(0), 10],
    ["is one wholly within a region drawn three times as wide", [faceAt(square(100))], square(0, 300), 100],
    ["is not a speck within its region", [faceAt(square(100))], square(0, 400), undefined],
    ["is the only one when there is no region", [faceAt(square(5))], null, 5],
    ["is one of 2.02 times the next one's area", [faceAt(square(0, 100)), faceAt(square(300, 142))], null, 300],
    [
      "stays open beside one of 1.96 times its area",
      [faceAt(square(0, 100)), faceAt(square(300, 140))],
      null,
      undefined,
    ],
  ])("%s", async (_case, faces, region, leftPx) => {
    expect(await faceMeant(faces, region)).toBe(leftPx);
  });
});

describe("an exemplar's id", () => {
  const contents = { sha256: "a".repeat(64), region: square(0), category: "awe", labeller: "tester" };

  it("is the same for the same label of the same region", () => {
    expect(exemplarId(contents)).toMatch(/^x[0-9a-f]{24}$/);
    expect(exemplarId({ ...contents })).toBe(exemplarId(contents));
  });

  it.each([
    ["image", { sha256: "b".repeat(64) }],
    ["region", { region: square(1) }],
    ["absence of a region", { region: null }],
    ["category", { category: "fear" }],
    ["labeller", { labeller: "another" }],
  ])("differs with the %s", (_part, change) => {
    expect(exemplarId({ ...contents, ...change })).not.toBe(exemplarId(contents));
  });
});
