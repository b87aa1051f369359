import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createMeshToolbox } from "../../../src/adapters/mesh/mesh-toolbox.ts";
import { boxOverlap } from "../../../src/domain/geometry.ts";
import type { DecodedImage } from "../../../src/domain/image.ts";
import { BASIC_LABELS } from "../../../src/domain/labels.ts";
import { FaceMeasurement } from "../../../src/domain/measurement.ts";
import { presenceOf } from "../../../src/domain/presence.ts";
import { decodeImage } from "../../../src/measuring/decode-image.ts";
import { measureFaces } from "../../../src/measuring/measure-image.ts";
import type { FerToolbox } from "../../../src/ports/fer-toolbox.ts";
import { cutOut, gradientImage } from "../../support/images.ts";
import { samplePhoto } from "../../support/photos.ts";

let cacheDir: string;
let toolbox: FerToolbox;

beforeAll(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), "kuleshov-mesh-"));
  toolbox = await createMeshToolbox({ workers: 1, cacheDir });
});
afterAll(async () => {
  await toolbox.close();
  await rm(cacheDir, { recursive: true, force: true });
});

type Photo = 1 | 2 | 3 | 4 | 5 | 6;

/** The faces of a photograph, left to right. */
async function measured(number: Photo): Promise<FaceMeasurement[]> {
  const faces = await measureFaces(await decodeImage(samplePhoto(number)), [toolbox]);
  return faces.flatMap(({ measurements }) => measurements);
}

/** The same, measured once for all tests. */
const faces = new Map<Photo, Promise<FaceMeasurement[]>>();
function facesOf(number: Photo): Promise<FaceMeasurement[]> {
  const found = faces.get(number) ?? measured(number);
  faces.set(number, found);
  return found;
}

function levelOf(face: FaceMeasurement, au: string, side = "both"): number {
  return face.actionUnits.find((measured) => measured.au === au && measured.side === side)?.value ?? Number.NaN;
}

describe("createMeshToolbox", () => {
  it("finds every face that looks toward the camera", async () => {
    const counts = [];
    for (const number of [1, 3, 4, 5, 6] as const) counts.push((await facesOf(number)).length);
    expect(counts).toEqual([3, 3, 4, 5, 4]);
  });

  it("measures a face in full, by the schema", async () => {
    for (const face of await facesOf(1)) {
      expect(FaceMeasurement.parse(face)).toEqual(face);
      expect(face.landmarks).toHaveLength(478);
      const { actionUnits } = toolbox.supports;
      const sides = actionUnits.flatMap(({ au, sides: two }) =>
        (two ? ["both", "left", "right"] : ["both"]).map((s) => au + s),
      );
      expect(face.actionUnits.map(({ au, side }) => au + side)).toEqual(sides);
      expect(face.actionUnits.every(({ value }) => value >= 0 && value <= 1)).toBe(true);
      expect(face.expressions.map(({ source }) => source)).toEqual(toolbox.supports.expressionSources);
      for (const { distribution } of face.expressions) {
        // Each of eight is rounded by itself, by at most half a thousandth.
        const off = Math.abs(distribution.reduce((sum, { probability }) => sum + probability, 0) - 1);
        expect(off).toBeLessThanOrEqual(0.004 + 1e-9);
        expect(distribution.every(({ label }) => (BASIC_LABELS as readonly string[]).includes(label))).toBe(true);
      }
    }
  });

  it("supports the action units it promises, with sides where they can be one-sided", () => {
    const promised = [1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 18, 20, 22, 23, 24, 25, 26, 27, 28, 43];
    expect(toolbox.supports.actionUnits.map(({ au }) => au)).toEqual(promised.map((number) => `AU${number}`));
    const sided = toolbox.supports.actionUnits.filter(({ sides }) => sides).map(({ au }) => au);
    // The difference of the sides of the others does not come back from the mirror image (models/cards/mesh.md).
    expect(sided).toEqual(["AU6", "AU12"]);
  });

  it("sees the laugh, the closed eyes and the tilted head that anyone sees in the party photo", async () => {
    const [left, middle, right] = await facesOf(1);
    if (left === undefined || middle === undefined || right === undefined) expect.fail("three faces");
    expect(levelOf(right, "AU12")).toBeGreaterThan(0.5);
    expect(levelOf(right, "AU25")).toBeGreaterThan(0.5);
    expect(levelOf(left, "AU25")).toBeLessThan(0.5);
    // The woman on the right leans far over; tilted clockwise as seen.
    expect(right.headPose?.rollRad).toBeGreaterThan(0.5);
    // The woman in the middle looks down, her head tilts the other way, her lids hide her eyes.
    expect(middle.headPose?.rollRad).toBeLessThan(-0.3);
    expect(middle.headPose?.pitchRad).toBeLessThan(-0.2);
    expect(middle.eyeOpenness?.right).toBeLessThan(left.eyeOpenness?.right ?? Number.NaN);
  });

  it("sees the open smile of a woman whose head is lowered and turned", async () => {
    const face = (await facesOf(6)).find(({ box }) => Math.abs(box.leftPx - 667) < 40);
    if (face === undefined) expect.fail("the woman in front of the blind");
    const present = face.actionUnits.filter((unit) => presenceOf(unit) === "present").map(({ au, side }) => au + side);
    expect(present).toEqual(expect.arrayContaining(["AU12both", "AU25both"]));
    expect(present).not.toContain("AU20both");
    expect(present).not.toContain("AU5both");
    const [pool] = face.expressions;
    expect(pool?.distribution.find(({ label }) => label === "happiness")?.probability).toBeGreaterThan(0.7);
  });

  it("is not fooled by a face within a face that fills a small image", async () => {
    const image = await decodeImage(samplePhoto(3));
    const [face] = await facesOf(3);
    if (face === undefined) expect.fail("a face");
    const tight = await cutOut(image, face.box, 48);
    const faces = await toolbox.measure(tight);
    expect(faces.map(({ box }) => box.widthPx > 30)).toEqual([true]);
  });

  it("answers the same to the last digit every time", async () => {
    expect(await measured(3)).toEqual(await facesOf(3));
  });

  it("swaps left and right, and nothing else, in the mirror", async () => {
    const image = await decodeImage(samplePhoto(3));
    const [straight] = await measureFaces(image, [toolbox]);
    const mirrored = (await measureFaces(mirror(image), [toolbox])).at(-1);
    const [face, twin] = [straight?.measurements[0], mirrored?.measurements[0]];
    if (face === undefined || twin === undefined) expect.fail("a face");
    // The networks are not exactly symmetric: a few degrees and a tenth of probability.
    expect(twin.headPose?.yawRad).toBeCloseTo(-(face.headPose?.yawRad ?? Number.NaN), 0.7);
    expect(twin.headPose?.rollRad).toBeCloseTo(-(face.headPose?.rollRad ?? Number.NaN), 0.7);
    expect(Math.abs(levelOf(twin, "AU12", "left") - levelOf(face, "AU12", "right"))).toBeLessThan(0.2);
    expect(Math.abs(levelOf(twin, "AU12") - levelOf(face, "AU12"))).toBeLessThan(0.15);
  });

  it("finds a face that fills the frame, down to 48 pixels, and says that it is small", async () => {
    const image = await decodeImage(samplePhoto(3));
    const [face] = await facesOf(3);
    if (face === undefined) expect.fail("a face");
    for (const sidePx of [350, 96, 48]) {
      const crop = await cutOut(image, face.box, sidePx);
      const [found, ...more] = await toolbox.measure(crop);
      expect(more, `${sidePx} px`).toEqual([]);
      const whole = { leftPx: 0, topPx: 0, widthPx: crop.widthPx, heightPx: crop.heightPx };
      expect(found === undefined ? 0 : boxOverlap(found.box, whole), `${sidePx} px`).toBeGreaterThan(0.6);
      if (sidePx === 48) expect(found?.quality?.warnings.join()).toMatch(/px large/);
    }
  });

  it("finds faces in an image that lies on its side or upside down", async () => {
    const image = await decodeImage(samplePhoto(3));
    const upright = (await facesOf(3)).length;
    for (const turned of [quarterTurn(image), quarterTurn(quarterTurn(image))]) {
      expect((await toolbox.measure(turned)).length).toBe(upright);
    }
  });

  it("finds no face where there is none", async () => {
    expect(await toolbox.measure(gradientImage(256, 256))).toEqual([]);
    expect(await toolbox.measure(gradientImage(1, 1))).toEqual([]);
    expect(await toolbox.measure(gradientImage(200, 3))).toEqual([]);
  });

  it("leaves the event loop free while it measures", async () => {
    const image = await decodeImage(samplePhoto(4));
    let ticks = 0;
    const timer = setInterval(() => ticks++, 2);
    await Promise.all([1, 2, 3, 4].map(() => toolbox.measure(image)));
    clearInterval(timer);
    // Four images take well over 50 ms of computing: blocked, the timer would hardly have run.
    expect(ticks).toBeGreaterThan(8);
  });

  it("rejects at once when it is aborted", async () => {
    await expect(toolbox.measure(gradientImage(64, 64), AbortSignal.abort())).rejects.toThrow(/abort/i);
  });

  it("names its networks with the hashes of what was published", () => {
    expect(toolbox.networks.map(({ id }) => id)).toEqual([
      "human-blazeface",
      "blazeface-short",
      "face-mesh-attention",
      "face-check",
      "face-api-expression",
      "human-emotion",
      "crowd-face",
    ]);
    expect(toolbox.networks.every(({ sha256 }) => /^[0-9a-f]{64}$/.test(sha256))).toBe(true);
  });
});

function mirror(image: DecodedImage): DecodedImage {
  return remapped(image, image.widthPx, image.heightPx, (x, y) => [image.widthPx - 1 - x, y]);
}

function quarterTurn(image: DecodedImage): DecodedImage {
  return remapped(image, image.heightPx, image.widthPx, (x, y) => [y, image.heightPx - 1 - x]);
}

function remapped(
  image: DecodedImage,
  widthPx: number,
  heightPx: number,
  from: (x: number, y: number) => readonly [number, number],
): DecodedImage {
  const rgb = new Uint8Array(widthPx * heightPx * 3);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const [fromX, fromY] = from(x, y);
      const at = (fromY * image.widthPx + fromX) * 3;
      rgb.set(image.rgb.subarray(at, at + 3), (y * widthPx + x) * 3);
    }
  }
  return { ...image, widthPx, heightPx, rgb };
}
