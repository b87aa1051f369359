import { VideoDecodeError } from "../domain/errors.ts";
import type { DecodedImage } from "../domain/image.ts";
import { FRESH_PIXELS } from "../domain/pixel-pool.ts";
import { secondsText } from "../domain/timeline.ts";
import { dataAddress, renderView } from "../measuring/render-view.ts";
import type { FrameOfMoment } from "../pages/clip-view.ts";
import { mapInOrder } from "../platform/map-in-order.ts";
import type { VideoReader } from "../ports/video-reader.ts";

/** Frames are sought by their times, which are written with six digits. */
const SEEK_MARGIN_S = 0.002;

/** The frame of a clip that is shown at a time or next after it. @throws {VideoDecodeError} if there is none. */
export async function readFrameAt(
  path: string,
  timeS: number,
  video: VideoReader,
  signal?: AbortSignal,
): Promise<DecodedImage> {
  const fromS = Math.max(0, timeS - SEEK_MARGIN_S);
  for await (const { image } of video.frames(path, { fps: 1, skip: 0, fromS, pixels: FRESH_PIXELS, signal })) {
    return image;
  }
  throw new VideoDecodeError(path, `it has no frame at ${secondsText(timeS)} any more`);
}

/** Longest sides of a frame in a timeline, of which a page holds a dozen: looked at, and in the strip. */
const FRAME_SIDE_PX = 360;
const STRIP_SIDE_PX = 112;
const READ_AT_ONCE = 3;

/** Frames as they stand in a page, `null` for those that cannot be read. */
export async function framesOfMoments(
  path: string,
  moments: readonly { readonly timeS: number }[],
  video: VideoReader,
  signal?: AbortSignal,
): Promise<(FrameOfMoment | null)[]> {
  const addresses: (FrameOfMoment | null)[] = [];
  const read = async ({ timeS }: { readonly timeS: number }) => {
    const image = await readFrameAt(path, timeS, video, signal);
    const view = async (maxSidePx: number) => dataAddress(await renderView(image, { caption: "", maxSidePx }, signal));
    return { large: await view(FRAME_SIDE_PX), small: await view(STRIP_SIDE_PX) };
  };
  const orNull = (moment: { readonly timeS: number }) =>
    read(moment).catch((error: unknown) => {
      if (error instanceof VideoDecodeError) return null;
      throw error;
    });
  for await (const address of mapInOrder(moments, orNull, { concurrency: READ_AT_ONCE })) addresses.push(address);
  return addresses;
}
