import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readActionUnitModel } from "../../src/adapters/mesh/action-unit-model.ts";
import { createFaceIdentity } from "../../src/adapters/mesh/face-identity.ts";
import { createMeshToolbox } from "../../src/adapters/mesh/mesh-toolbox.ts";
import type { Face, FaceMeasurement, Side } from "../../src/domain/measurement.ts";
import { measureAgainstNeutral, type NeutralTools, readNeutral } from "../../src/measuring/measure-against-neutral.ts";
import { type MeasuredImage, measureImage } from "../../src/measuring/measure-image.ts";
import { personDistance } from "../../src/ports/face-identity.ts";
import { samplePhoto } from "../support/photos.ts";
import { tempFolder } from "../support/temp-folder.ts";

let tools: NeutralTools;
beforeAll(async () => {
  tools = { toolboxes: [await createMeshToolbox({ workers: 1 })], identity: await createFaceIdentity() };
});
afterAll(async () => {
  await tools.identity.close();
  for (const toolbox of tools.toolboxes) await toolbox.close();
});

const images = new Map<number, Promise<MeasuredImage>>();
function measured(number: 1 | 2 | 3 | 4 | 5 | 6): Promise<MeasuredImage> {
  const image = images.get(number) ?? measureImage(samplePhoto(number), tools.toolboxes);
  images.set(number, image);
  return image;
}

/** The woman in the middle of the fifth photo looks into the camera with a calm face. */
const CALM = { photo: 5, face: 2 } as const;

async function faceOf(photo: 1 | 2 | 3 | 4 | 5 | 6, index: number): Promise<Face> {
  return (await measured(photo)).faces[index] ?? expect.fail(`photo ${photo} has no face ${index}`);
}

/** One face cut out of a photo, with what is around it. */
async function portrait(photo: 1 | 2 | 3 | 4 | 5 | 6, index: number, edit = (image: Sharp) => image) {
  const { box } = await faceOf(photo, index);
  const path = join(await tempFolder(), "portrait.png");
  const region = {
    left: Math.round(Math.max(0, box.leftPx - 0.3 * box.widthPx)),
    top: Math.round(Math.max(0, box.topPx - 0.35 * box.heightPx)),
    width: Math.round(1.6 * box.widthPx),
    height: Math.round(1.6 * box.heightPx),
  };
  await edit(sharp(samplePhoto(photo)).extract(region)).toFile(path);
  return path;
}

const only = ({ measurements }: Face): FaceMeasurement => measurements[0] ?? expect.fail("measured by nobody");
const level = (face: FaceMeasurement, au: string, side: Side = "both") =>
  face.actionUnits.find((unit) => unit.au === au && unit.side === side)?.value ?? Number.NaN;

const logit = (probability: number) => Math.log(probability / (1 - probability));

/** The sum that the formula of an action unit is, apart from a constant: the slopes of its probability undone. */
async function sumOf(au: string): Promise<(face: FaceMeasurement) => number> {
  const formula = (await readActionUnitModel()).ausAppearance.find((one) => `AU${one.au}` === au);
  const { below, above } = formula?.recalibration ?? expect.fail(`no ${au}`);
  return (face) => {
    const both = logit(level(face, au));
    return both / (both < 0 ? below : above);
  };
}

/** How much more AU12 shows on the left, in logits. */
const sidesOf = (face: FaceMeasurement) => logit(level(face, "AU12", "left")) - logit(level(face, "AU12", "right"));

describe("measuring against a resting face", () => {
  it("finds nothing in a face that is its own resting face, however it is built or lit", async () => {
    const [mesh] = tools.toolboxes;
    for (const photo of [1, 3, 5, 6] as const) {
      for (const face of (await measured(photo)).faces) {
        const relative = mesh?.againstNeutral?.(only(face), only(face)) ?? expect.fail("the mesh toolbox can");
        // A tenth is what an average resting face may show; values are rounded to four digits.
        expect(Math.max(...relative.actionUnits.map(({ value }) => value))).toBeLessThanOrEqual(0.1001);
      }
    }
  });

  it("takes the resting face away in the features, not from the probabilities, on each side for itself", async () => {
    const [face, neutral] = [only(await faceOf(5, 1)), only(await faceOf(CALM.photo, CALM.face))];
    const [mesh] = tools.toolboxes;
    const against = (one: FaceMeasurement, other: FaceMeasurement) =>
      mesh?.againstNeutral?.(one, other) ?? expect.fail("the mesh toolbox can");
    const [relative, atRest] = [against(face, neutral), against(neutral, neutral)];
    // AU5 uses no smile, rest or skin: its formula is a sum, in which two faces differ as much with as without a neutral. So is
    // the difference of two sides, to which these add nothing.
    const sum = await sumOf("AU5");
    // Three digits of a probability near 0 are hardly two of its logit.
    expect(Math.abs(sum(relative) - (sum(face) - sum(neutral) + sum(atRest)))).toBeLessThan(0.1);
    expect(Math.abs(sidesOf(relative) - (sidesOf(face) - sidesOf(neutral) + sidesOf(atRest)))).toBeLessThan(0.1);
    expect(level(relative, "AU25")).toBeGreaterThan(0.5);
  });

  it("measures the person among others, and says against which image", async () => {
    const path = await portrait(CALM.photo, CALM.face);
    const neutral = await readNeutral(path, tools);
    const image = await measured(CALM.photo);
    const faces = await measureAgainstNeutral(image, neutral, tools);
    expect(faces.map((face) => only(face).neutral)).toEqual(
      image.faces.map((_, index) => (index === CALM.face ? neutral.reference : undefined)),
    );
    expect(neutral.reference).toEqual({ path, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const calm = only(faces[CALM.face] ?? expect.fail("she is there"));
    // The very image, cut out: measured almost the same.
    expect(Math.max(...calm.actionUnits.map(({ value }) => value))).toBeLessThan(0.3);
    const others = (list: readonly Face[]) => list.filter((_, index) => index !== CALM.face);
    expect(others(faces)).toEqual(others(image.faces));
  });

  it("knows the person in a small, gray, darker copy, and trusts the comparison no more than the worse image", async () => {
    const path = await portrait(CALM.photo, CALM.face, (image) => image.resize(140).grayscale().linear(0.7));
    const neutral = await readNeutral(path, tools);
    const faces = await measureAgainstNeutral(await measured(CALM.photo), neutral, tools);
    const calm = only(faces[CALM.face] ?? expect.fail("she is there"));
    expect(calm.neutral).toEqual(neutral.reference);
    const weights = calm.actionUnits.map(({ weight }) => weight ?? Number.NaN);
    const before = only(await faceOf(CALM.photo, CALM.face)).actionUnits.map(({ weight }) => weight ?? Number.NaN);
    expect(weights.every((weight, index) => weight <= (before[index] ?? 0))).toBe(true);
    expect(Math.max(...weights)).toBeLessThan(Math.max(...before));
  });

  it("refuses an image of somebody else, and says how far off it is", async () => {
    const path = await portrait(CALM.photo, CALM.face);
    const neutral = await readNeutral(path, tools);
    await expect(measureAgainstNeutral(await measured(6), neutral, tools)).rejects.toThrow(
      /^Cannot use neutral face as it shows another person than .*sample6\.jpg \(distance 0\.[67]\d, limit 0\.6\)/,
    );
  });

  it("does not mind an image in which no face is found", async () => {
    const neutral = await readNeutral(await portrait(CALM.photo, CALM.face), tools);
    const empty = { ...(await measured(6)), faces: [] };
    expect(await measureAgainstNeutral(empty, neutral, tools)).toEqual([]);
  });

  it.each([
    [
      "shows several people",
      () => Promise.resolve(samplePhoto(4)),
      /it shows 4 faces: cut it down to the person meant/,
    ],
    ["laughs", () => portrait(4, 3), /its face is not at rest \(AU\d+ 0\.\d\d, read as happiness/],
    ["is blurred beyond use", () => portrait(CALM.photo, CALM.face, (i) => i.blur(14)), /measured too badly|no face/],
    ["has no face", () => portrait(CALM.photo, CALM.face, (i) => i.resize(8).blur(3)), /no face is found in it/],
    ["is not there", () => Promise.resolve("nowhere.jpg"), /it cannot be read .*there is no such file/],
  ])("refuses a neutral image that %s", async (_case, image, sentence) => {
    await expect(readNeutral(await image(), tools)).rejects.toThrow(sentence);
  });
});

describe("createFaceIdentity", () => {
  it("puts copies of a face closer together than different people", async () => {
    const { image } = await measured(3);
    const people = (await measured(3)).faces;
    const originals = await Promise.all(people.map((face) => tools.identity.describe(image, face)));
    for (const [index, original] of originals.entries()) {
      const copy = await measureImage(
        await portrait(3, index, (i) => i.flop().resize(120).modulate({ brightness: 0.7 })),
        tools.toolboxes,
      );
      const again = await tools.identity.describe(copy.image, copy.faces[0] ?? expect.fail("found again"));
      const distances = originals.map((other) => personDistance(again ?? [], other ?? []));
      expect(distances.indexOf(Math.min(...distances))).toBe(index);
      expect(distances[index]).toBeLessThan(0.4);
      expect(original).toHaveLength(128);
    }
  });

  it("says nothing about a face too small to tell", async () => {
    const { image, faces } = await measureImage(samplePhoto(3), tools.toolboxes);
    const [face] = faces;
    const tiny = { ...face, measurements: face?.measurements.map((one) => shrunk(one)) } as Face;
    expect(await tools.identity.describe(image, tiny)).toBeNull();
  });
});

/** The same measurement on an image a tenth as large. */
function shrunk(measurement: FaceMeasurement): FaceMeasurement {
  const landmarks = measurement.landmarks?.map(([x, y, z]) => [x / 10, y / 10, z / 10] as [number, number, number]);
  return { ...measurement, landmarks: landmarks ?? null };
}
