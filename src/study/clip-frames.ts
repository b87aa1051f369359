import { VideoDecodeError } from "../domain/errors.ts";
import type { DecodedImage } from "../domain/image.ts";
import { FRESH_PIXELS } from "../domain/pixel-pool.ts";
import { secondsText } from "../domain/timeline.ts";
import { dataAddress, renderView } from "../measuring/render-view.ts";
import type { FrameOfMoment } from "../pages/clip-view.ts";
import type { VideoReader } from "../ports/video-reader.ts";

/** Frames are sought by their times, which are written with six digits. */
const SEEK_MARGIN_S = 0.002;

/** The frame of a clip that is shown at a time or next after it. @throws {VideoDecodeError} if there is none. */
export async function readFrameAt(
  { path, sha256 }: { readonly path: string; readonly sha256?: string | undefined },
  timeS: number,
  video: VideoReader,
  signal?: AbortSignal,
): Promise<DecodedImage> {
  const fromS = Math.max(0, timeS - SEEK_MARGIN_S);
  const options = { fps: 1, skip: 0, fromS, sha256, pixels: FRESH_PIXELS, signal };
  for await (const { image } of video.frames(path, options)) return image;
  throw new VideoDecodeError(path, `it has no frame at ${secondsText(timeS)} any more`);
}

/** Longest sides of a frame in a timeline, of which a page holds a dozen: looked at, and in the strip. */
const FRAME_SIDE_PX = 360;
const STRIP_SIDE_PX = 112;
/** Frames up to here are read in one go; of what is longer each is sought. */
const IN_ONE_GO_S = 30;

interface FrameRequest {
  readonly path: string;
  /** As the clip was measured. */
  readonly fps: number;
  /** In the order of time. */
  readonly timesS: readonly number[];
}

/** Frames as they stand in a page, in the order of their times; `null` from where on the clip cannot be read. */
export async function framesInPage(
  request: FrameRequest,
  video: VideoReader,
  signal?: AbortSignal,
): Promise<(FrameOfMoment | null)[]> {
  const shown: (FrameOfMoment | null)[] = [];
  const view = async (image: DecodedImage, maxSidePx: number) =>
    dataAddress(await renderView(image, { caption: "", maxSidePx }, signal));
  try {
    for await (const image of framesAt(request, video, signal)) {
      shown.push({ large: await view(image, FRAME_SIDE_PX), small: await view(image, STRIP_SIDE_PX) });
    }
  } catch (error) {
    if (!(error instanceof VideoDecodeError)) throw error;
  }
  return request.timesS.map((_, at) => shown[at] ?? null);
}

async function* framesAt(
  { path, fps, timesS }: FrameRequest,
  video: VideoReader,
  signal?: AbortSignal,
): AsyncGenerator<DecodedImage> {
  if ((timesS.at(-1) ?? 0) > IN_ONE_GO_S) {
    let sha256: string | undefined;
    for (const timeS of timesS) {
      const image = await readFrameAt({ path, sha256 }, timeS, video, signal);
      sha256 = image.sha256;
      yield image;
    }
    return;
  }
  let next = 0;
  for await (const { image } of video.frames(path, { fps, skip: 0, pixels: FRESH_PIXELS, signal })) {
    const timeS = image.frame?.timestampS ?? 0;
    for (; next < timesS.length && timeS >= (timesS[next] as number) - SEEK_MARGIN_S; next++) yield image;
    if (next === timesS.length) return;
  }
}
