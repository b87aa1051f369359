import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { ImageDecodeError } from "../../src/domain/errors.ts";
import { decodeImage } from "../../src/measuring/decode-image.ts";
import { decompressionBomb, heicHeader, smallPhoto } from "../support/image-files.ts";
import { samplePhoto } from "../support/photos.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { wavFile } from "../support/wav-file.ts";

async function saved(name: string, bytes: Buffer): Promise<string> {
  const path = join(await tempFolder(), name);
  await writeFile(path, bytes);
  return path;
}

/** Mean of the absolute differences to the small photo as PNG, in levels of 0..255. */
async function differenceToSmallPhoto(rgb: Uint8Array): Promise<number> {
  const expected = await smallPhoto().removeAlpha().raw().toBuffer();
  return rgb.reduce((sum, value, index) => sum + Math.abs(value - (expected[index] ?? Number.NaN)), 0) / rgb.length;
}

describe("decodeImage", () => {
  it("gives RGB of the image's size and the hash of the file's bytes", async () => {
    const bytes = await smallPhoto().png().toBuffer();
    const path = await saved("photo.png", bytes);
    const image = await decodeImage(path);
    expect({ ...image, rgb: image.rgb.length }).toEqual({
      path,
      widthPx: 96,
      heightPx: 64,
      rgb: 96 * 64 * 3,
      sha256: createHash("sha256").update(bytes).digest("hex"),
    });
    expect(await differenceToSmallPhoto(image.rgb)).toBe(0);
  });

  // Lossy formats at default quality stay within a few levels; CMYK has a smaller gamut.
  it.each([
    ["JPEG", () => smallPhoto().jpeg(), 8],
    ["CMYK JPEG", () => smallPhoto().toColourspace("cmyk").jpeg(), 16],
    ["16-bit PNG", () => smallPhoto().toColourspace("rgb16").png(), 1],
    ["palette PNG", () => smallPhoto().png({ palette: true }), 8],
    ["WebP", () => smallPhoto().webp(), 8],
    ["AVIF", () => smallPhoto().avif(), 8],
    ["TIFF", () => smallPhoto().tiff({ compression: "lzw" }), 1],
  ])("reads %s as 8-bit RGB", async (_format, encode, tolerance) => {
    const image = await decodeImage(await saved("photo.bin", await encode().toBuffer()));
    expect(image.rgb.length).toBe(96 * 64 * 3);
    expect(await differenceToSmallPhoto(image.rgb)).toBeLessThan(tolerance);
  });

  it.each(["b-w", "grey16"] as const)("spreads %s gray over three equal channels", async (space) => {
    const { rgb } = await decodeImage(
      await saved("gray.png", await smallPhoto().grayscale().toColourspace(space).png().toBuffer()),
    );
    expect(rgb.length).toBe(96 * 64 * 3);
    expect(rgb.every((value, index) => value === rgb[index - (index % 3)])).toBe(true);
  });

  it("converts colours of a wide profile, and takes those of the common sRGB profile as they stand", async () => {
    const red = { width: 8, height: 8, channels: 3, background: { r: 220, g: 40, b: 40 } } as const;
    const wide = await saved("wide.png", await sharp({ create: red }).withIccProfile("p3").png().toBuffer());
    const stored = await sharp(wide, { ignoreIcc: true }).raw().toBuffer();
    expect(stored[0]).toBeLessThan(210);
    const [r = 0, g = 0, b = 0] = (await decodeImage(wide)).rgb;
    expect(Math.max(Math.abs(r - 220), Math.abs(g - 40), Math.abs(b - 40))).toBeLessThanOrEqual(2);
    const photo = samplePhoto(1);
    const converted = await sharp(photo).toColourspace("srgb").raw().toBuffer();
    expect(Buffer.compare((await decodeImage(photo)).rgb, converted)).toBe(0);
  });

  it("lays transparent pixels on white", async () => {
    const { rgb } = await decodeImage(await saved("clear.png", await smallPhoto().ensureAlpha(0).png().toBuffer()));
    expect(new Set(rgb)).toEqual(new Set([255]));
  });

  it("takes the first frame of an animation", async () => {
    const frames = [await smallPhoto().png().toBuffer(), await smallPhoto().negate().png().toBuffer()];
    const animation = await sharp(frames, { join: { animated: true } })
      .webp({ lossless: true })
      .toBuffer();
    const image = await decodeImage(await saved("animation.webp", animation));
    expect([image.widthPx, image.heightPx]).toEqual([96, 64]);
    expect(await differenceToSmallPhoto(image.rgb)).toBe(0);
  });

  it("turns the image upright as the camera's orientation says", async () => {
    const sideways = await sharp(await smallPhoto().png().toBuffer())
      .rotate(270)
      .png()
      .toBuffer();
    const tagged = await sharp(sideways).withMetadata({ orientation: 6 }).png().toBuffer();
    const image = await decodeImage(await saved("phone.png", tagged));
    expect([image.widthPx, image.heightPx]).toEqual([96, 64]);
    expect(await differenceToSmallPhoto(image.rgb)).toBe(0);
  });

  it.each([
    ["an empty file", () => Buffer.alloc(0), /the file is empty/],
    [
      "a clip",
      () => Buffer.from("\0\0\0 ftypisom\0\0\x02\0isomiso2avc1mp41"),
      /it is a clip: `measure` and `ask` take one/,
    ],
    ["a clip of WebM", () => Buffer.from([0x1a, 0x45, 0xdf, 0xa3, 0x9f]), /it is a clip/],
    ["sound", () => Buffer.from("OggS\0\x02"), /it is sound, which shows no face/],
    ["text", () => Buffer.from("not an image"), /it is not an image in JPEG, PNG/],
    ["SVG", () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), /SVG drawing/],
    ["WAV", () => wavFile(new Float32Array(9)), /it is sound.*--sound/],
    ["HEIC", heicHeader, /HEIC.*convert it to JPEG or PNG/],
    ["a decompression bomb", () => decompressionBomb(60_000), /more than 50 megapixels/],
    ["a strip of 120 000 px", () => decompressionBomb(120_000, 10), /a side is longer than 100000 pixels/],
    ["a truncated JPEG", async () => (await smallPhoto().jpeg().toBuffer()).subarray(0, 1500), /damaged or cut short/],
    ["a truncated PNG", async () => (await smallPhoto().png().toBuffer()).subarray(0, 3000), /damaged or cut short/],
    ["a corrupt PNG", async () => (await smallPhoto().png().toBuffer()).fill(0x55, 400, 900), /damaged or cut short/],
  ])("refuses %s with one sentence", async (_case, bytes, sentence) => {
    const path = await saved("file.jpg", await bytes());
    const refusal = await decodeImage(path).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ImageDecodeError);
    expect((refusal as ImageDecodeError).message).toMatch(sentence);
    expect((refusal as ImageDecodeError).message.split("\n")).toHaveLength(1);
    expect((refusal as ImageDecodeError).path).toBe(path);
  });

  it("says that a file is missing, and that a folder is not an image", async () => {
    const folder = join(await tempFolder(), "photos.jpg");
    await mkdir(folder);
    await expect(decodeImage(folder)).rejects.toThrow("it is a folder, not a file");
    await expect(decodeImage(join(folder, "gone.jpg"))).rejects.toThrow("there is no such file");
  });

  it("stops when it is aborted", async () => {
    await expect(decodeImage(samplePhoto(1), AbortSignal.abort())).rejects.toThrow(/abort/i);
  });
});
