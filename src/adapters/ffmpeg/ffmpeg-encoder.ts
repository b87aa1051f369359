import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ClipEncoder, EncodeOptions } from "../../ports/clip-encoder.ts";
import { withTemporaryRun } from "../toolbox-process/temporary-run.ts";
import { createFfmpegLog } from "./ffmpeg-log.ts";
import { type Exit, faultOf } from "./ffmpeg-process.ts";

const CLIP = { reads: "clips", noStream: "", empty: "ffmpeg wrote no video", notOne: "it cannot be written as video" };

/**
 * Writes clips through the ffmpeg of this machine. Into a file, which is removed: in an MP4 that goes through a pipe it
 * does not stand how many frames there are, and servers ask for that first.
 */
export function createFfmpegEncoder({ command }: { readonly command: string }): ClipEncoder {
  return {
    encode: (frames, options, signal) =>
      withTemporaryRun([], async ({ outputFolder }) => {
        const path = join(outputFolder, "clip.mp4");
        const encoder = spawn(command, argumentsFor(options, path), { stdio: ["pipe", "ignore", "pipe"] });
        const { log, ended } = followed(encoder);
        const source = pixelsOf(frames);
        try {
          // An encoder that ends early breaks the pipe: why it did is in its log.
          await pipeline(Readable.from(source.pixels), encoder.stdin as Writable, { ...(signal && { signal }) }).catch(
            () => signal?.throwIfAborted(),
          );
          if (source.fault !== undefined) throw source.fault;
          const exit = await ended;
          signal?.throwIfAborted();
          const video = await readFile(path).catch(() => Buffer.alloc(0));
          const refused = faultOf(exit, log, { got: video.length > 0, ...CLIP });
          return refused === undefined ? video : { refused };
        } finally {
          encoder.kill("SIGKILL");
          await ended;
        }
      }),
  };
}

function followed(encoder: ChildProcess) {
  const log = createFfmpegLog();
  encoder.stderr?.setEncoding("utf8").on("data", (text: string) => log.read(text));
  const ended = new Promise<Exit>((settle) => {
    encoder.once("error", (missing) => settle({ missing }));
    encoder.once("close", (code) => settle({ code }));
  }).then((exit) => {
    log.end();
    return exit;
  });
  return { log, ended };
}

/** Pixels of frames, and why they ended before their end. */
function pixelsOf(frames: AsyncIterable<{ readonly rgb: Uint8Array }>) {
  const source: { readonly pixels: AsyncGenerator<Uint8Array>; fault?: unknown } = { pixels: pixels() };
  async function* pixels(): AsyncGenerator<Uint8Array> {
    try {
      for await (const { rgb } of frames) yield rgb;
    } catch (fault) {
      source.fault = fault;
      throw fault;
    }
  }
  return source;
}

/** The codec is named and not its encoder, of which builds have several; only what all of them know is asked for. */
function argumentsFor({ fps, from, to, bitsPerS }: EncodeOptions, path: string): string[] {
  return [
    ...["-hide_banner", "-nostats", "-loglevel", "level+error", "-f", "rawvideo", "-pix_fmt", "rgb24"],
    ...["-video_size", `${from.widthPx}x${from.heightPx}`, "-framerate", String(fps), "-i", "pipe:0"],
    ...["-vf", `scale=${to.widthPx}:${to.heightPx}`, "-c:v", "h264", "-b:v", String(bitsPerS), "-pix_fmt", "yuv420p"],
    ...["-map_metadata", "-1", "-fflags", "+bitexact", "-movflags", "+faststart", "-f", "mp4", path],
  ];
}
