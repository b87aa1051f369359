import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import type { DecodedImage } from "../../src/domain/image.ts";
import { perceptualHash } from "../../src/domain/perceptual-hash.ts";
import { identifyImage, leakReason } from "../../src/exemplars/leakage.ts";
import { samplePhoto } from "../support/photos.ts";

const FACE = { leftPx: 420, topPx: 380, widthPx: 180, heightPx: 200 };

async function decoded(change: (image: Sharp) => Sharp, sha256: string): Promise<DecodedImage> {
  const { data, info } = await change(sharp(samplePhoto(1)))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { path: "x.jpg", widthPx: info.width, heightPx: info.height, rgb: new Uint8Array(data), sha256 };
}

/** An exemplar made of an image, with a region or without. */
const exemplar = (image: DecodedImage, region: typeof FACE | null) => ({
  id: "x1",
  category: "smile",
  imageSha256: image.sha256,
  imageHash: perceptualHash(image, null),
  regionHash: region === null ? null : perceptualHash(image, region),
});

describe("leakReason", () => {
  it.each([
    ["mirrored", (image: Sharp) => image.flop()],
    ["made smaller", (image: Sharp) => image.resize(640)],
    ["mirrored and made smaller", (image: Sharp) => image.flop().resize(640)],
  ])("knows the query's image again when it was %s", async (_name, change) => {
    const query = identifyImage(await decoded((image) => image, "a"), []);
    expect(leakReason(query, exemplar(await decoded(change, "b"), null))).toBe("it is nearly the same image");
  });

  it("knows a mirrored cut-out of a face again", async () => {
    const query = identifyImage(await decoded((image) => image, "a"), [FACE]);
    const cut = (image: Sharp) =>
      image.extract({ left: FACE.leftPx, top: FACE.topPx, width: FACE.widthPx, height: FACE.heightPx });
    const mirrored = await decoded((image) => cut(image), "b").then(async (image) => ({
      ...image,
      rgb: new Uint8Array(
        await sharp(image.rgb, { raw: { width: image.widthPx, height: image.heightPx, channels: 3 } })
          .flop()
          .raw()
          .toBuffer(),
      ),
    }));
    expect(leakReason(query, exemplar(mirrored, null))).toBe("it shows nearly the same face");
  });

  it("lets another image pass", async () => {
    const query = identifyImage(await decoded((image) => image, "a"), [FACE]);
    const other = await decoded((image) => image.rotate(90), "b");
    expect(leakReason(query, exemplar(other, null))).toBeUndefined();
  });
});
