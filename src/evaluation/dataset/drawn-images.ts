import { access, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import sharp from "sharp";
import { createPixelPool } from "../../domain/pixel-pool.ts";
import { cacheFolder } from "../../platform/cache-folder.ts";
import { sha256 } from "../../platform/hash.ts";
import { makeFolder } from "../../platform/make-folder.ts";
import { systemPath } from "../../platform/system-path.ts";
import { writeFileAtomic } from "../../platform/write-file-atomic.ts";
import type { VideoReader } from "../../ports/video-reader.ts";

/** Which frame of a video is meant: by its number from 0, by its time, or by how much of the video is over, 0..1. */
export type FrameWanted = { readonly number: number } | { readonly timeSec: number } | { readonly share: number };

/** Where frames of videos are written as images, and what reads the videos. */
export interface FrameDrawer {
  readonly video: VideoReader;
  readonly folder: string;
}

/** More than any video has: every frame is looked at. */
const EVERY_FRAME_FPS = 1000;

/**
 * Writes frames of a video as PNGs, each once, in one pass over the video.
 *
 * @returns their paths in the order of `wanted`; `undefined` for a frame that the video does not have.
 * @throws {VideoDecodeError} if the video cannot be read.
 */
export async function drawVideoFrames(
  path: string,
  wanted: readonly FrameWanted[],
  { video, folder }: FrameDrawer,
): Promise<readonly (string | undefined)[]> {
  const placeOf = await framePlaces(path, folder);
  const missing = new Map<string, FrameWanted>();
  for (const frame of wanted) if (!(await isThere(placeOf(frame)))) missing.set(placeOf(frame), frame);
  if (missing.size > 0) {
    await makeFolder(dirname([...missing.keys()][0] as string));
    await drawMissing(path, missing, video);
  }
  return wanted.map((frame) => (missing.has(placeOf(frame)) ? undefined : placeOf(frame)));
}

/** Where the frames of a video are drawn, in a folder for the video as it is now. */
export async function framePlaces(path: string, folder: string): Promise<(frame: FrameWanted) => string> {
  const { size, mtimeMs } = await stat(systemPath(path));
  const id = sha256(`${resolve(path)} ${size} ${mtimeMs}`).slice(0, 16);
  return (frame) => join(folder, `${basename(path)}-${id}`, `${nameOf(frame)}.png`);
}

/** Draws what is missing and takes it from the list; what stays there the video does not have. */
async function drawMissing(path: string, missing: Map<string, FrameWanted>, video: VideoReader): Promise<void> {
  const pixels = createPixelPool();
  const fromS = earliest([...missing.values()]);
  for await (const { image, durationS } of video.frames(path, { fps: EVERY_FRAME_FPS, skip: 0, fromS, pixels })) {
    const { index = 0, timestampS = 0 } = image.frame ?? {};
    for (const [place, frame] of missing) {
      if (!isReached(frame, { index, timestampS, durationS })) continue;
      const { rgb, widthPx: width, heightPx: height } = image;
      await writeFileAtomic(
        place,
        await sharp(rgb, { raw: { width, height, channels: 3 } })
          .png()
          .toBuffer(),
      );
      missing.delete(place);
    }
    pixels.give(image.rgb);
    if (missing.size === 0) return;
  }
}

/** Seeking begins so much before: a time may be written later than it is. */
const SEEK_BEFORE_S = 1;

/** Where to begin to read; the start, unless all that is wanted is wanted by its time. */
function earliest(wanted: readonly FrameWanted[]): number {
  return Math.max(0, Math.min(...wanted.map((frame) => ("timeSec" in frame ? frame.timeSec : 0))) - SEEK_BEFORE_S);
}

/**
 * When the frames of a video that are wanted are shown, in one pass over the video.
 *
 * @returns seconds in the order of `wanted`; `undefined` for a frame that the video does not have.
 * @throws {VideoDecodeError} if the video cannot be read.
 */
export async function frameTimes(
  path: string,
  wanted: readonly FrameWanted[],
  { video }: Pick<FrameDrawer, "video">,
): Promise<readonly (number | undefined)[]> {
  const numbers = wanted.map((frame) => ("number" in frame ? frame.number : -1));
  const last = Math.max(...numbers);
  const times = new Map<number, number>();
  const pixels = createPixelPool();
  if (last >= 0) {
    for await (const { image } of video.frames(path, { fps: EVERY_FRAME_FPS, skip: 0, pixels })) {
      const { index = 0, timestampS = 0 } = image.frame ?? {};
      times.set(index, timestampS);
      pixels.give(image.rgb);
      if (index >= last) break;
    }
  }
  return wanted.map((frame) => ("timeSec" in frame ? frame.timeSec : times.get("number" in frame ? frame.number : -1)));
}

/** Half a frame at 1000 per second, as times are written with decimals; ffmpeg writes six digits of them. */
function sameMomentS(timeSec: number): number {
  return timeSec < 1000 ? 0.0005 : 0.6 * 10 ** (Math.floor(Math.log10(timeSec)) - 5);
}

function isReached(
  frame: FrameWanted,
  now: { readonly index: number; readonly timestampS: number; readonly durationS: number | null },
): boolean {
  if ("number" in frame) return now.index === frame.number;
  if ("timeSec" in frame) return now.timestampS >= frame.timeSec - sameMomentS(frame.timeSec);
  return now.timestampS >= frame.share * (now.durationS ?? 0) - sameMomentS(0);
}

function nameOf(frame: FrameWanted): string {
  if ("number" in frame) return String(frame.number);
  return "timeSec" in frame ? `${frame.timeSec}s` : `share-${frame.share}`;
}

function isThere(path: string): Promise<boolean> {
  return access(systemPath(path)).then(
    () => true,
    () => false,
  );
}

/**
 * Writes grey values as a PNG into the cache folder, once for the same values.
 *
 * @param pixels 0..255, separated by spaces, row by row from the top left.
 * @returns its path, `undefined` when the values are no square image.
 */
export async function drawGreyImage(pixels: string): Promise<string | undefined> {
  const values = pixels.trim().split(/\s+/).map(Number);
  const side = Math.sqrt(values.length);
  if (!Number.isInteger(side) || !values.every((value) => Number.isInteger(value) && value >= 0 && value <= 255)) {
    return undefined;
  }
  const bytes = Uint8Array.from(values);
  const folder = join(cacheFolder(), "dataset-images");
  const path = join(folder, `${sha256(bytes)}.png`);
  if (await isThere(path)) return path;
  await makeFolder(folder);
  const png = await sharp(bytes, { raw: { width: side, height: side, channels: 1 } })
    .png()
    .toBuffer();
  await writeFileAtomic(path, png);
  return path;
}
