import { createHash } from "node:crypto";
import { join } from "node:path";
import { ImageDecodeError, VideoDecodeError } from "../domain/errors.ts";
import type { DecodedImage } from "../domain/image.ts";
import { decodeImageInto } from "../measuring/decode-image.ts";
import { filesBelow } from "../measuring/folder-files.ts";
import { hashOfFile } from "../platform/hash.ts";
import { whyRefused } from "../platform/system-error.ts";
import type { FrameOptions, VideoFrame, VideoReader } from "../ports/video-reader.ts";

/** Digits count as numbers, so that `frame10.png` comes after `frame9.png`. */
const BY_NUMBER = new Intl.Collator("en", { numeric: true });

/**
 * Reads a folder of images as the frames of one clip, in the order of their names: what some other program took out of it.
 *
 * @param perSecond how many of them are shown in a second.
 */
export function createFramesReader(perSecond: number): VideoReader {
  return {
    async *frames(folder, options) {
      const names = await namesIn(folder);
      const sha256 = options.sha256 ?? (await hashOfFrames(folder, options.signal));
      yield* chosen({ folder, names, sha256, perSecond }, options);
    },
  };
}

interface FramesFolder {
  readonly folder: string;
  readonly names: readonly string[];
  readonly sha256: string;
  readonly perSecond: number;
}

/** The first frame of every interval, as of any clip. */
async function* chosen(
  { folder, names, sha256, perSecond }: FramesFolder,
  { fps, skip, fromS = 0, pixels, signal }: FrameOptions,
): AsyncGenerator<VideoFrame> {
  const intervalOf = (at: number) => Math.floor((at / perSecond) * fps + 0.001);
  const from = Math.max(0, Math.ceil(fromS * perSecond - 1e-6));
  let index = 0;
  let size: Pick<DecodedImage, "widthPx" | "heightPx"> | undefined;
  for (let at = from; at < names.length; at++) {
    signal?.throwIfAborted();
    if (at > from && intervalOf(at) === intervalOf(at - 1)) continue;
    const frame = { index, number: at, timestampS: at / perSecond };
    index += 1;
    if (frame.index < skip) continue;
    const image = await decodeImageInto(pixels, join(folder, names[at] as string), signal).catch((cause: unknown) => {
      throw cause instanceof ImageDecodeError ? new VideoDecodeError(folder, cause.message, { cause }) : cause;
    });
    size ??= image;
    if (image.widthPx !== size.widthPx || image.heightPx !== size.heightPx) {
      throw new VideoDecodeError(folder, `its frames are of several sizes, as \`${names[at]}\` shows`);
    }
    yield { image: { ...image, path: folder, sha256, frame }, durationS: names.length / perSecond };
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  const { names } = await filesBelow(folder).catch((cause: unknown) => {
    throw new VideoDecodeError(folder, whyRefused(cause), { cause });
  });
  if (names.length === 0) throw new VideoDecodeError(folder, "there is no image in the folder");
  return [...names].sort(BY_NUMBER.compare);
}

/** Of all frames and their order: another frame is another clip. @throws {VideoDecodeError} if there is none. */
export async function hashOfFrames(folder: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  for (const name of await namesIn(folder)) hash.update(`${name}\n${await hashOfFile(join(folder, name), signal)}\n`);
  return hash.digest("hex");
}
