import sharp from "sharp";
import { expect, it } from "vitest";
import type { DecodedImage } from "../../src/domain/image.ts";
import { frameSignature, isCut } from "../../src/measuring/find-cuts.ts";

const [WIDTH, HEIGHT] = [640, 360];

/** What a camera sees of a photograph of women before a window blind, from so many pixels of its left edge on. */
async function seen(photo: number, leftPx: number): Promise<number[]> {
  const path = `node_modules/@vladmandic/face-api/demo/sample${photo}.jpg`;
  const part = sharp(path).extract({ left: leftPx, top: 120, width: 1480, height: 832 }).resize(WIDTH, HEIGHT);
  const rgb = new Uint8Array(await part.removeAlpha().raw().toBuffer());
  const image: DecodedImage = { path, widthPx: WIDTH, heightPx: HEIGHT, rgb, sha256: "a".repeat(64) };
  return frameSignature(image);
}

it("takes no frame of a pan over blinds and stripes for another shot, and every cut", async () => {
  const pan = await Promise.all([240, 280, 320, 360, 400, 440].map((leftPx) => seen(6, leftPx)));
  const pairs = pan.slice(1).map((after, at) => isCut(pan[at] ?? [], after));
  expect(pairs).toEqual([false, false, false, false, false]);
  const others = await Promise.all([1, 2, 3, 4, 5].map((photo) => seen(photo, 240)));
  expect(others.map((other) => isCut(pan[0] ?? [], other))).toEqual([true, true, true, true, true]);
});
