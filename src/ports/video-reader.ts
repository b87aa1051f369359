import type { DecodedImage } from "../domain/image.ts";
import type { PixelPool } from "../domain/pixel-pool.ts";

/** One frame of a video, upright, with square pixels. */
export interface VideoFrame {
  /** `path` and `sha256` are those of the video; `frame` is present. */
  readonly image: DecodedImage;
  /** Length of the video as its header says; `null` when it does not. */
  readonly durationS: number | null;
}

export interface FrameOptions {
  /** The first frame of every `1 / fps` seconds is read; all of them when the video has fewer. */
  readonly fps: number;
  /** Frames at the start that are already known and not handed out. */
  readonly skip: number;
  /** Nothing before this time is read, in seconds: the first frame from then on has index 0. From the start when left out. */
  readonly fromS?: number | undefined;
  /** The video's hash where it is known: it is not read for that again. */
  readonly sha256?: string | undefined;
  /** Where the pixels of frames go; whoever takes a frame gives them back. */
  readonly pixels: PixelPool;
  readonly signal?: AbortSignal | undefined;
}

/** Reads the frames of videos, one at a time, as fast as they are taken. */
export interface VideoReader {
  /**
   * @throws {VideoDecodeError} before the first frame if there is nothing to read, after the last good one if the video
   * is damaged.
   */
  frames(path: string, options: FrameOptions): AsyncGenerator<VideoFrame>;
}
