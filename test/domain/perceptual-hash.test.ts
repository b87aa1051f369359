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

  /** 34 x 32 pixels in cells of 2 x 2, each cell of one grey value. */
  function cells(grey: (column: number, row: number) => number, channel?: number): DecodedImage {
    const rgb = new Uint8Array(34 * 32 * 3);
    for (let at = 0; at < 34 * 32; at += 1) {
      const value = grey((at % 34) >> 1, Math.floor(at / 34) >> 1);
      for (let c = 0; c < 3; c += 1) rgb[3 * at + c] = channel === undefined || channel === c ? value : 0;
    }
    return { path: "x.png", widthPx: 34, heightPx: 32, rgb, sha256: "0".repeat(64) };
  }

  it("sets a bit where a cell is brighter than its left neighbour, row by row", () => {
    // Rows take turns: brighter to the right, darker, and brighter only from column 3 to 4.
    const rows = [
      (column: number) => column * 10,
      (column: number) => 200 - column * 10,
      (column: number) => (column < 4 ? 0 : 50),
    ];
    const image = cells((column, row) => rows[row % 3]?.(column) ?? 0);
    const expected = Array.from({ length: 16 }, (_, row) => ["ffff", "0000", "1000"][row % 3]).join("");
    expect(perceptualHash(image, null)).toBe(expected);
    // Mirrored: darker, brighter, and one step down, which sets nothing.
    expect(mirroredHash(image, null)).toBe(
      Array.from({ length: 16 }, (_, row) => ["0000", "ffff", "0000"][row % 3]).join(""),
    );
  });

  it("weighs the colours as the eye does", () => {
    // Green brightens while red and blue darken: .587 a step against .299 and .114.
    const mixed = cells(() => 0);
    for (let at = 0; at < 34 * 32; at += 1) {
      const column = (at % 34) >> 1;
      mixed.rgb.set([170 - column * 10, column * 10, 170 - column * 10], 3 * at);
    }
    expect(perceptualHash(mixed, null)).toBe("f".repeat(64));
    for (let at = 0; at < 34 * 32; at += 1) mixed.rgb[3 * at + 1] = ((at % 34) >> 1) * 6; // .587 * 6 is less than .413 * 10
    expect(perceptualHash(mixed, null)).toBe("0".repeat(64));
  });

  it("takes a surface for plain whose brightness spreads by less than 2", () => {
    const striped = (step: number) => cells((column) => 100 + (column % 2) * step);
    expect(perceptualHash(striped(3), null)).toBeNull(); // spreads by 1.5
    expect(perceptualHash(striped(5), null)).not.toBeNull(); // by 2.5
    expect(mirroredHash(striped(3), null)).toBeNull();
  });

  it("looks at all of a large cell, and at a region that reaches past the frame as far as it lies in it", () => {
    const wide = 17 * 12;
    const rgb = new Uint8Array(wide * 16 * 12 * 3);
    // Each cell is 12 x 12; only its last columns and rows tell it from the next.
    for (let y = 0; y < 16 * 12; y += 1) {
      for (let x = 0; x < wide; x += 1) {
        const value = x % 12 >= 6 && y % 12 >= 6 ? Math.floor(x / 12) * 12 : 100;
        rgb.fill(value, 3 * (y * wide + x), 3 * (y * wide + x) + 3);
      }
    }
    const image = { path: "x.png", widthPx: wide, heightPx: 16 * 12, rgb, sha256: "0".repeat(64) };
    expect(perceptualHash(image, null)).toBe("f".repeat(64));
    const beyond = { leftPx: -50, topPx: -50, widthPx: wide + 100, heightPx: 16 * 12 + 100 };
    expect(perceptualHash(image, beyond)).toBe(perceptualHash(image, null));
  });
});
