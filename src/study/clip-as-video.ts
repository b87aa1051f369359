import type { ClipView, DecodedImage } from "../domain/image.ts";
import { FRESH_PIXELS } from "../domain/pixel-pool.ts";
import type { ClipEncoder, EncodeOptions } from "../ports/clip-encoder.ts";
import type { VideoReader } from "../ports/video-reader.ts";
import type { MeasuredClip } from "./measure-clip.ts";

/** Longest side of a clip that a model is shown: that of its frames. */
const SIDE_PX = 768;
/** As much as servers take in one request, in which it grows by a third. */
const MOST_BYTES = 16_000_000;
/** What a face needs at this size and five frames per second. */
const MOST_BITS_PER_S = 600_000;
/** Encoders keep to a rate on average only. */
const SHARE_OF_ROOM = 0.8;

interface VideoTools {
  readonly video: VideoReader;
  readonly encoder: ClipEncoder;
}

/**
 * A clip as models that take video are shown it: the frames that were measured and no others, at the times at which they
 * are shown, without sound and without anything else of its file.
 *
 * @returns why it cannot be shown so, in words.
 */
export async function clipAsVideo(
  clip: Pick<MeasuredClip, "path" | "fps" | "frames" | "widthPx" | "heightPx" | "shown">,
  { video, encoder }: VideoTools,
  signal?: AbortSignal,
): Promise<ClipView | { readonly refused: string }> {
  const { fps, frames, widthPx, heightPx } = clip;
  const durationS = (slotOf(frames.at(-1)?.timestampS ?? 0, fps) + 1) / fps;
  const size = sizeWithin(SIDE_PX, { widthPx, heightPx });
  const options: EncodeOptions = {
    ...{ fps, from: { widthPx, heightPx }, to: size },
    bitsPerS: Math.round(Math.min(MOST_BITS_PER_S, (SHARE_OF_ROOM * MOST_BYTES * 8) / durationS)),
  };
  const data = await encoder.encode(evenly(clip, video, signal), options, signal);
  if ("refused" in data) return data;
  if (data.byteLength > MOST_BYTES) {
    const megabytes = (data.byteLength / 1e6).toFixed(0);
    return { refused: `it would be ${megabytes} MB of video, and ${MOST_BYTES / 1e6} at most are sent` };
  }
  const caption = `the clip, ${durationS.toFixed(1)} s, silent`;
  return { mimeType: "video/mp4", data, ...size, durationS, caption };
}

/** Each frame until the next one is shown, so that seconds of the video are those of the clip. */
async function* evenly(
  { path, fps, frames }: Pick<MeasuredClip, "path" | "fps" | "frames">,
  video: VideoReader,
  signal?: AbortSignal,
): AsyncGenerator<DecodedImage> {
  let [slot, before]: [number, DecodedImage | undefined] = [0, undefined];
  for await (const { image } of video.frames(path, { fps, skip: 0, pixels: FRESH_PIXELS, signal })) {
    if ((image.frame?.index ?? 0) >= frames.length) break;
    for (const until = slotOf(image.frame?.timestampS ?? 0, fps); slot < until; slot++) yield before ?? image;
    before = image;
  }
  if (before !== undefined) yield before;
}

function slotOf(timeS: number, fps: number): number {
  return Math.round(timeS * fps);
}

/** Sides are even, as encoders want them. */
function sizeWithin(sidePx: number, { widthPx, heightPx }: EncodeOptions["from"]): EncodeOptions["to"] {
  const scale = Math.min(1, sidePx / Math.max(widthPx, heightPx));
  const even = (px: number) => Math.max(2, 2 * Math.round((px * scale) / 2));
  return { widthPx: even(widthPx), heightPx: even(heightPx) };
}
