import { VideoDecodeError } from "../../domain/errors.ts";
import type { VideoFramePlace } from "../../domain/image.ts";
import { hashOfFile, sha256 } from "../../platform/hash.ts";
import { whyRefused } from "../../platform/system-error.ts";
import type { FrameOptions, VideoFrame, VideoReader } from "../../ports/video-reader.ts";
import { faultOf, startFfmpeg } from "./ffmpeg-process.ts";
import { readPpmStream } from "./ppm-stream.ts";

interface FfmpegOptions {
  /** The program: a path, or a name that is looked up in `PATH`. */
  readonly command: string;
}

/**
 * Reads videos through the ffmpeg of this machine (version 4 or newer). Frames come through a pipe, nothing is written
 * to disk, and ffmpeg may open nothing but local files: a playlist in disguise cannot make it call anyone.
 */
export function createFfmpegReader({ command }: FfmpegOptions): VideoReader {
  return {
    async *frames(path, options) {
      const hash = options.sha256 ?? (await hashOf(path, options.signal));
      yield* decode(command, { path, sha256: hash }, options);
    },
  };
}

interface VideoFile {
  readonly path: string;
  readonly sha256: string;
}

const VIDEO = {
  reads: "videos",
  noStream: "it has no video stream",
  empty: "it has no frame",
  notOne: "it is no video",
};

async function* decode(
  command: string,
  { path, sha256 }: VideoFile,
  { fps, skip, fromS = 0, pixels, signal }: FrameOptions,
): AsyncGenerator<VideoFrame> {
  const { log, stdout, ended, close } = await startFfmpeg(command, path, frameArguments(fps, fromS), signal);
  let index = 0;
  try {
    for await (const { widthPx, heightPx, rgb } of readPpmStream(stdout, pixels)) {
      signal?.throwIfAborted();
      const passedS = await log.timestampOf(index);
      if (passedS === undefined) throw new VideoDecodeError(path, "ffmpeg gave no time for a frame");
      const frame = placeOf(index, fromS + passedS, log.frameRate());
      if (index < skip) pixels.give(rgb);
      else yield { image: { path, widthPx, heightPx, rgb, sha256, frame }, durationS: log.durationS() };
      index += 1;
    }
    const exit = await ended;
    signal?.throwIfAborted();
    const fault = faultOf(exit, log, { got: index > 0, ...VIDEO });
    if (fault !== undefined) throw new VideoDecodeError(path, fault);
  } finally {
    await close();
  }
}

function placeOf(index: number, timestampS: number, frameRate: number | null): VideoFramePlace {
  return frameRate === null ? { index, timestampS } : { index, number: Math.round(timestampS * frameRate), timestampS };
}

/**
 * `select` takes the first frame of every interval, `showinfo` tells its true time, `scale` makes pixels square. What
 * comes out is renumbered, as ffmpeg would otherwise repeat frames to fill the gaps; the option against that has another
 * name in every few versions.
 */
function frameArguments(fps: number, fromS: number): { input: string[]; output: string[] } {
  const interval = (time: string) => `floor(${time}*${fps}+0.001)`;
  const filters = [
    `select='isnan(prev_selected_t)+gt(${interval("t")}\\,${interval("prev_selected_t")})'`,
    "showinfo",
    "scale=w='iw*sar':h=ih",
    "setpts=N/(25*TB)",
  ].join(",");
  return {
    // Before the input, it is sought, exactly; times are then counted from there.
    input: fromS === 0 ? [] : ["-ss", String(fromS)],
    output: [
      // A capital V leaves out cover images of audio files.
      ...["-map", "0:V:0", "-vf", filters, "-r", "25"],
      ...["-f", "image2pipe", "-c:v", "ppm", "-pix_fmt", "rgb24", "pipe:1"],
    ],
  };
}

/** The hash of no bytes at all, which ffmpeg takes for damage. */
const EMPTY = sha256("");

async function hashOf(path: string, signal: AbortSignal | undefined): Promise<string> {
  const hash = await readHash(path, signal);
  if (hash === EMPTY) throw new VideoDecodeError(path, "the file is empty");
  return hash;
}

async function readHash(path: string, signal: AbortSignal | undefined): Promise<string> {
  try {
    return await hashOfFile(path, signal);
  } catch (cause) {
    signal?.throwIfAborted();
    throw new VideoDecodeError(path, whyRefused(cause), { cause });
  }
}
