import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createMeshToolbox } from "../../../src/adapters/mesh/mesh-toolbox.ts";
import { boxOverlap, type PixelBox } from "../../../src/domain/geometry.ts";
import type { DecodedImage } from "../../../src/domain/image.ts";
import type { FaceMeasurement } from "../../../src/domain/measurement.ts";
import { decodeImage } from "../../../src/measuring/decode-image.ts";
import type { FerToolbox } from "../../../src/ports/fer-toolbox.ts";
import { samplePhoto } from "../../support/photos.ts";
import { mosaic, transformed } from "../../support/transformed.ts";

let folder: string;
let toolbox: FerToolbox;
const photos: DecodedImage[] = [];
const originals: (readonly FaceMeasurement[])[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kuleshov-difficult-"));
  toolbox = await createMeshToolbox({ workers: 1 });
  for (const number of [3, 4, 5, 6] as const) photos.push(await decodeImage(samplePhoto(number)));
  for (const photo of photos) originals.push(await toolbox.measure(photo));
});
afterAll(async () => {
  await toolbox.close();
  await rm(folder, { recursive: true, force: true });
});

describe("a panorama", () => {
  it.each([
    ["wide", 8000, 1200, 200],
    ["very wide", 12_000, 1200, 120],
    ["tall", 1200, 8000, 500],
    ["wide, with faces as high as itself", 8000, 1200, 1180],
  ])("has each of its four faces found once when it is %s", async (_what, width, height, headPx) => {
    const [long, across] = [Math.max(width, height), Math.min(width, height)];
    const heads = await Promise.all([0, 1, 2, 3].map((index) => head(index, headPx)));
    const places = heads.map((input, index) => {
      const [along, aside] = [long * (0.05 + 0.24 * index), (across - headPx) * (0.3 + 0.15 * (index % 3))].map(
        Math.round,
      );
      return height > width ? { input, left: aside, top: along } : { input, left: along, top: aside };
    });
    const canvas = sharp({ create: { width, height, channels: 3, background: "#2a3a4d" } });
    const path = join(folder, `${width}-${headPx}.jpg`);
    await canvas.composite(places).jpeg().toFile(path);
    const faces = await toolbox.measure(await decodeImage(path));
    const inPlace = places.map(
      ({ left = 0, top = 0 }) =>
        faces.filter(({ box }) => {
          const [x, y] = [box.leftPx + box.widthPx / 2 - left, box.topPx + box.heightPx / 2 - top];
          return x > 0 && x < headPx && y > 0 && y < headPx;
        }).length,
    );
    expect([inPlace, faces.length]).toEqual([[1, 1, 1, 1], 4]);
  });

  /** One of three women, cut out with what is around her. */
  function head(index: number, sidePx: number): Promise<Buffer> {
    const [left, top] = [
      [338, 300],
      [760, 380],
      [1400, 150],
    ][index % 3] as [number, number];
    return sharp(samplePhoto(1)).extract({ left, top, width: 380, height: 380 }).resize(sidePx).png().toBuffer();
  }
});

/** Mean absolute change of all action units, and the share of faces found again, in copies that `scale` the image. */
async function driftUnder(change: (image: Sharp, photo: DecodedImage) => Sharp, scale = 1) {
  const [drifts, weights]: [number[], number[]] = [[], []];
  let [found, all] = [0, 0];
  for (const [index, photo] of photos.entries()) {
    const copies = await toolbox.measure(await transformed(photo, (image) => change(image, photo)));
    for (const original of originals[index] ?? []) {
      all++;
      const twin = copies.find((copy) => boxOverlap(copy.box, scaled(original.box, scale)) > 0.5);
      if (twin === undefined) continue;
      found++;
      for (const [position, { value, side, weight }] of original.actionUnits.entries()) {
        if (side !== "both" || weight === null || weight < 0.25) continue;
        drifts.push(Math.abs((twin.actionUnits[position]?.value ?? Number.NaN) - value));
        weights.push((twin.actionUnits[position]?.weight ?? Number.NaN) / weight);
      }
    }
  }
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return { found: found / all, drift: mean(drifts), weight: mean(weights) };
}

function scaled({ leftPx, topPx, widthPx, heightPx }: PixelBox, by: number): PixelBox {
  return { leftPx: leftPx * by, topPx: topPx * by, widthPx: widthPx * by, heightPx: heightPx * by };
}

describe("changed copies of photographs", () => {
  // The bounds are about twice what is measured: they catch a change of behaviour, not a change of digits.
  it.each<[string, (image: Sharp, photo: DecodedImage) => Sharp, number, number]>([
    ["in gray", (image) => image.modulate({ saturation: 0 }), 1, 0.055],
    ["at half size", (image, { widthPx }) => image.resize(Math.round(widthPx / 2)), 0.5, 0.02],
    ["darkened to 40 %", (image) => image.linear(0.4), 1, 0.04],
    ["overexposed by half", (image) => image.linear(1.5), 1, 0.04],
    ["blurred a little", (image) => image.blur(2), 1, 0.04],
  ])("are measured alike %s", async (_change, change, scale, mostDrift) => {
    const { found, drift } = await driftUnder(change, scale);
    expect(found).toBeGreaterThan(0.93);
    expect(drift).toBeLessThan(mostDrift);
  });

  it("lose weight when faces get too small or too blurred to be trusted", async () => {
    const small = await driftUnder((image, { widthPx }) => image.resize(Math.round(widthPx / 4)), 0.25);
    const blurred = await driftUnder((image) => image.blur(9));
    expect(small.found).toBeGreaterThan(0.85);
    expect(small.weight).toBeLessThan(0.6);
    expect(blurred.weight).toBeLessThan(0.5);
  });
});

describe("crowds", () => {
  it("are found nearly to the last face, each once", async () => {
    const crowd = await mosaic(
      Array.from({ length: 16 }, (_, index) => photos[index % photos.length] as DecodedImage),
      { widthPx: 360, heightPx: 250, columns: 4 },
    );
    const faces = await toolbox.measure(crowd);
    const expected = 4 * originals.reduce((sum, found) => sum + found.length, 0);
    expect(expected).toBe(64);
    expect(faces.length).toBeGreaterThan(0.95 * expected);
    expect(faces.length).toBeLessThan(1.05 * expected);
    for (const [index, { box }] of faces.entries()) {
      expect(faces.slice(index + 1).every((other) => boxOverlap(other.box, box) < 0.5)).toBe(true);
    }
  });
});

describe("covered faces", () => {
  it("are measured where they are seen, and say that the mesh is unsure or find no face", async () => {
    const [photo, faces] = [photos[0], originals[0]];
    const face = faces?.[0];
    if (photo === undefined || face === undefined) expect.fail("a face");
    const { leftPx, topPx, widthPx, heightPx } = face.box;
    const cover = {
      input: {
        create: {
          width: Math.round(widthPx),
          height: Math.round(heightPx * 0.6),
          channels: 3 as const,
          background: "#445566",
        },
      },
      left: Math.round(leftPx),
      top: Math.round(topPx + heightPx * 0.5),
    };
    const copies = await toolbox.measure(await transformed(photo, (image) => image.composite([cover])));
    const covered = copies.find(({ box }) => boxOverlap(box, face.box) > 0.4);
    // Half a face is either given up or kept; the others are untouched either way.
    expect(copies.length).toBeGreaterThanOrEqual((faces?.length ?? Number.NaN) - 1);
    if (covered !== undefined) expect(boxOverlap(covered.box, face.box)).toBeGreaterThan(0.4);
  });
});
