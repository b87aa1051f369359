import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import type { DecodedImage } from "../../src/domain/image.ts";
import { perceptualHash } from "../../src/domain/perceptual-hash.ts";
import { identifyImage, identityOf, leakReason } from "../../src/exemplars/leakage.ts";
import { exemplarEntry } from "../support/exemplars.ts";
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

  const ZERO = "0".repeat(64);
  /** Differs from {@link ZERO} in so many bits, of every digit at most one. */
  const bits = (count: number) => "1".repeat(count).padEnd(64, "0");
  const known = { id: "x1", category: "smile", imageSha256: "b", imageHash: null, regionHash: null };
  const query = { sha256: "a", hashes: ["f".repeat(64), ZERO], regionHashes: ["f".repeat(64), bits(50)] };

  it.each([
    ["the file itself, also of a plain surface", { imageSha256: "a" }, "it is the same image"],
    ["no plain surface", {}, undefined],
    ["a region by its own hash", { imageHash: "6".repeat(64), regionHash: bits(45) }, "it shows nearly the same face"],
    ["no region of another face", { imageHash: "6".repeat(64), regionHash: "a".repeat(64) }, undefined],
    ["a portrait by its image's hash", { imageHash: bits(40) }, "it shows nearly the same face"],
  ])("knows %s", (_case, parts, reason) => {
    expect(leakReason(query, { ...known, ...parts })).toBe(reason);
  });

  it("compares images up to 30 bits apart", () => {
    const plain = { sha256: "a", hashes: [ZERO], regionHashes: [] };
    expect(leakReason(plain, { ...known, imageHash: bits(30) })).toBe("it is nearly the same image");
    expect(leakReason(plain, { ...known, imageHash: bits(31) })).toBeUndefined();
  });

  it("has no hash of a plain surface, and one of each face as it is and mirrored", async () => {
    const plain = { path: "x.jpg", widthPx: 64, heightPx: 64, rgb: new Uint8Array(64 * 64 * 3), sha256: "c" };
    const box = { leftPx: 8, topPx: 8, widthPx: 32, heightPx: 32 };
    expect(identifyImage(plain, [box])).toEqual({ sha256: "c", hashes: [], regionHashes: [] });
    expect(identifyImage(await decoded((image) => image, "a"), [FACE]).regionHashes).toHaveLength(2);
  });

  it("knows an exemplar by its image and its region", () => {
    const { exemplar } = exemplarEntry({ category: "awe" });
    expect(identityOf({ ...exemplar, regionHash: ZERO })).toEqual({
      ...{ id: exemplar.id, category: "awe", regionHash: ZERO },
      ...{ imageSha256: exemplar.image.sha256, imageHash: exemplar.image.hash },
    });
  });
});
