import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { expect, it } from "vitest";
import { FRESH_PIXELS } from "../../src/domain/pixel-pool.ts";
import { readFrameAt } from "../../src/study/clip-frames.ts";
import { createFramesReader, hashOfFrames } from "../../src/study/frames-reader.ts";
import { tempFolder } from "../support/temp-folder.ts";

const grey = (level: number, path: string, width = 4) =>
  sharp({ create: { width, height: 3, channels: 3, background: { r: level, g: level, b: level } } }).toFile(path);

async function framesOf(folder: string, options: { fps: number; skip?: number; fromS?: number }) {
  const frames: [number, number | undefined, number, number | undefined][] = [];
  const wanted = { skip: 0, pixels: FRESH_PIXELS, ...options };
  for await (const { image } of createFramesReader(10).frames(folder, wanted)) {
    const { index = -1, number, timestampS = -1 } = image.frame ?? {};
    frames.push([index, number, timestampS, image.rgb[0]]);
  }
  return frames;
}

it("reads a folder of images as a clip: in the order of their numbers, as closely as asked, from a time on", async () => {
  const folder = join(await tempFolder(), "frames");
  await mkdir(folder);
  for (let at = 0; at < 12; at++) await grey(10 * at, join(folder, `frame${at}.png`));
  expect(await framesOf(folder, { fps: 5 })).toEqual([
    [0, 0, 0, 0],
    [1, 2, 0.2, 20],
    [2, 4, 0.4, 40],
    [3, 6, 0.6, 60],
    [4, 8, 0.8, 80],
    [5, 10, 1, 100],
  ]);
  expect(await framesOf(folder, { fps: 5, skip: 5 })).toEqual([[5, 10, 1, 100]]);
  expect((await framesOf(folder, { fps: 1, fromS: 0.598 }))[0]).toEqual([0, 6, 0.6, 60]);
  expect(await framesOf(folder, { fps: 25 })).toHaveLength(12);

  const before = await hashOfFrames(folder);
  const hashOf = async (sha256?: string) =>
    (await readFrameAt({ path: folder, sha256 }, 0.6, createFramesReader(10))).sha256;
  expect([await hashOf(), await hashOf("known")]).toEqual([before, "known"]);
  expect(await hashOfFrames(folder)).toBe(before);
  await rename(join(folder, "frame11.png"), join(folder, "frame12.png"));
  expect(await hashOfFrames(folder)).not.toBe(before);
  await grey(0, join(folder, "frame13.png"), 5);
  await expect(framesOf(folder, { fps: 10 })).rejects.toThrow(
    `Cannot read clip as its frames are of several sizes, as \`frame13.png\` shows: \`${folder}\``,
  );
  await expect(framesOf(await tempFolder(), { fps: 5 })).rejects.toThrow("there is no image in the folder");
});
