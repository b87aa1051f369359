import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import type { DecodedImage } from "../../src/domain/image.ts";
import { hashDistance, mirroredHash, perceptualHash, SAME_IMAGE_BITS } from "../../src/domain/perceptual-hash.ts";
import { gradientImage } from "../support/images.ts";
import { samplePhoto } from "../support/photos.ts";

async function decoded(image: Sharp): Promise<DecodedImage> {
  const encoded = await image.jpeg({ quality: 60 }).toBuffer();
  const { data, info } = await sharp(encoded).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return {
    path: "test.jpg",
    widthPx: info.width,
    heightPx: info.height,
    rgb: new Uint8Array(data),
    sha256: "0".repeat(64),
  };
}

const hashed = async (image: Sharp) => perceptualHash(await decoded(image), null) as string;

describe("perceptualHash", () => {
  it.each([
    ["made smaller", (photo: Sharp) => photo.resize(400)],
    ["brightened", (photo: Sharp) => photo.modulate({ brightness: 1.15 })],
    ["turned gray", (photo: Sharp) => photo.grayscale()],
    ["blurred", (photo: Sharp) => photo.blur(3)],
  ])("knows a photo again when it was %s", async (_name, change) => {
    const original = await hashed(sharp(samplePhoto(3)));
    expect(hashDistance(original, await hashed(change(sharp(samplePhoto(3)))))).toBeLessThanOrEqual(SAME_IMAGE_BITS);
  });

  it("tells different photos apart", async () => {
    const hashes = await Promise.all(([1, 2, 3, 4, 5, 6] as const).map((n) => hashed(sharp(samplePhoto(n)))));
    const distances = hashes.flatMap((a, i) => hashes.slice(0, i).map((b) => hashDistance(a, b)));
    expect(Math.min(...distances)).toBeGreaterThan(2 * SAME_IMAGE_BITS);
  });

  it("foretells the hash of the mirrored photo", async () => {
    const photo = await decoded(sharp(samplePhoto(2)));
    const flipped = await hashed(sharp(samplePhoto(2)).flop());
    expect(hashDistance(mirroredHash(photo, null) as string, flipped)).toBeLessThanOrEqual(SAME_IMAGE_BITS);
  });

  it("hashes a region like an image of that region alone", async () => {
    const box = { leftPx: 60, topPx: 40, widthPx: 500, heightPx: 420 };
    const photo = await decoded(sharp(samplePhoto(4)));
    const cut = await hashed(sharp(samplePhoto(4)).extract({ left: 60, top: 40, width: 500, height: 420 }));
    expect(hashDistance(perceptualHash(photo, box) as string, cut)).toBeLessThanOrEqual(SAME_IMAGE_BITS);
  });

  it("has nothing to say of a plain surface, nor of a region outside the image", () => {
    const plain = { ...gradientImage(40, 30), rgb: new Uint8Array(40 * 30 * 3).fill(200) };
    expect(perceptualHash(plain, null)).toBeNull();
    expect(perceptualHash(gradientImage(40, 30), { leftPx: 90, topPx: 0, widthPx: 5, heightPx: 5 })).toBeNull();
  });

  it("measures distance 0 to itself and 256 to its opposite", () => {
    expect(hashDistance("0".repeat(64), "0".repeat(64))).toBe(0);
    expect(hashDistance("0".repeat(64), "f".repeat(64))).toBe(256);
    expect(hashDistance(`8${"0".repeat(63)}`, `1${"0".repeat(63)}`)).toBe(2);
  });
});
