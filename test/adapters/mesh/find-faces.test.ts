import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FaceDetectors, findFaces } from "../../../src/adapters/mesh/find-faces.ts";
import { type ImageNetwork, toImageNetwork } from "../../../src/adapters/mesh/image-network.ts";
import { MESH_NETWORKS } from "../../../src/adapters/mesh/mesh-parts.ts";
import type { RotatedRegion } from "../../../src/adapters/mesh/rotated-region.ts";
import { decodeImage } from "../../../src/measuring/decode-image.ts";
import { openNetwork } from "../../../src/networks/network.ts";
import { cutOut } from "../../support/images.ts";
import { samplePhoto } from "../../support/photos.ts";

let detectors: FaceDetectors;
/** Where the wide detector looked. */
let looks: RotatedRegion[] = [];

beforeAll(async () => {
  const open = async (id: string) => toImageNetwork(await openNetwork(id));
  const wide = await open(MESH_NETWORKS.detectors.wide);
  const watched: ImageNetwork = {
    ...wide,
    look(source, region, options) {
      looks.push(region);
      return wide.look(source, region, options);
    },
  };
  detectors = { wide: watched, near: await open(MESH_NETWORKS.detectors.near) };
});
afterAll(() => Promise.all([detectors.wide.close(), detectors.near.close()]));

describe("faces in an image", () => {
  it("are not looked for from other sides where a portrait is clear once it has a margin", async () => {
    const photo = await decodeImage(samplePhoto(3));
    const [found] = (await findFaces(detectors, photo).next()).value ?? [];
    const { centerXPx, centerYPx, widthPx } = found?.region ?? expect.fail("no face in sample3.jpg");
    const box = { leftPx: centerXPx - 0.7 * widthPx, topPx: centerYPx - 0.8 * widthPx };
    const portrait = await cutOut(photo, { ...box, widthPx: 1.4 * widthPx, heightPx: 1.4 * widthPx }, 200);
    looks = [];
    const first = await findFaces(detectors, portrait).next();
    expect(first.value).toHaveLength(1);
    expect(looks.map(({ widthPx: px, angleRad }) => [px / 200, angleRad])).toEqual([
      [1, 0],
      [1.5, 0],
      [2.2, 0],
    ]);
  });

  it("are all found in a group on its side, in which small faces seem to be upright", async () => {
    const { data, info } = await sharp(samplePhoto(4))
      .resize(960)
      .rotate(90)
      .raw()
      .toBuffer({ resolveWithObject: true });
    const turned = { rgb: new Uint8Array(data), widthPx: info.width, heightPx: info.height };
    expect((await findFaces(detectors, turned).next()).value).toHaveLength(4);
  });
});
