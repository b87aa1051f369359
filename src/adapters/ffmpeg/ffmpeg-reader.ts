import { type ChildProcessByStdio, spawn } from "node:child_process";
import { resolve } from "node:path";
import type { Readable } from "node:stream";
import { VideoDecodeError } from "../../domain/errors.ts";
import type { VideoFramePlace } from "../../domain/image.ts";
import { hashOfFile } from "../../platform/hash.ts";
import { openFile } from "../../platform/read-file.ts";
import { whyRefused } from "../../platform/system-error.ts";
import { hasStrayBytes } from "../../platform/system-path.ts";
import type { FrameOptions, VideoFrame, VideoReader } from "../../ports/video-reader.ts";
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
      const sha256 = await hashOf(path, options.signal);
      yield* decode(command, { path, sha256 }, options);
    },
  };
}

interface VideoFile {
  readonly path: string;
  readonly sha256: string;
}

type Decoder = ChildProcessByStdio<null, Readable, Readable>;

async function* decode(
  command: string,
  { path, sha256 }: VideoFile,
  { fps, skip, fromS = 0, pixels, signal }: FrameOptions,
): AsyncGenerator<VideoFrame> {
  // Node can tell other programs no name that is not UTF-8: such a file is handed over open.
  const handed = hasStrayBytes(path) ? await openFile(path) : undefined;
  const decoder = spawn(command, ffmpegArguments(handed === undefined ? resolve(path) : "/dev/fd/0", fps, fromS), {
    stdio: [handed?.createReadStream({ autoClose: false }) ?? "ignore", "pipe", "pipe"],
  });
  const log = createFfmpegLog();
  const ended = endOf(decoder, log);
  const stop = () => decoder.kill("SIGKILL");
  signal?.addEventListener("abort", stop, { once: true });
  let index = 0;
  try {
    for await (const { widthPx, heightPx, rgb } of readPpmStream(decoder.stdout, pixels)) {
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
    const fault = faultOf(exit, log, index);
    if (fault !== undefined) throw new VideoDecodeError(path, fault);
  } finally {
    signal?.removeEventListener("abort", stop);
    stop();
    await ended;
    await handed?.close();
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
function ffmpegArguments(path: string, fps: number, fromS: number): string[] {
  const interval = (time: string) => `floor(${time}*${fps}+0.001)`;
  const filters = [
    `select='isnan(prev_selected_t)+gt(${interval("t")}\\,${interval("prev_selected_t")})'`,
    "showinfo",
    "scale=w='iw*sar':h=ih",
    "setpts=N/(25*TB)",
  ].join(",");
  return [
    ...["-nostdin", "-hide_banner", "-nostats", "-loglevel", "level+info"],
    // Before the input, it is sought, exactly; times are then counted from there.
    ...(fromS === 0 ? [] : ["-ss", String(fromS)]),
    ...["-protocol_whitelist", "file,pipe", "-i", `file:${path}`],
    // A capital V leaves out cover images of audio files.
    ...["-map", "0:V:0", "-vf", filters, "-r", "25"],
    ...["-f", "image2pipe", "-c:v", "ppm", "-pix_fmt", "rgb24", "pipe:1"],
  ];
}

/** How a process ended: its exit code, or that it could not be started. */
type Exit = { readonly code: number | null } | { readonly missing: NodeJS.ErrnoException };

function endOf(decoder: Decoder, log: FfmpegLog): Promise<Exit> {
  decoder.stderr.setEncoding("utf8").on("data", (text: string) => log.read(text));
  return new Promise((settle) => {
    decoder.once("error", (missing) => settle({ missing }));
    decoder.once("close", (code) => settle({ code }));
  }).then((exit) => {
    log.end();
    return exit as Exit;
  });
}

/** Why a video was not read to its end, in words; `undefined` when it was. */
function faultOf(exit: Exit, log: FfmpegLog, frames: number): string | undefined {
  if ("missing" in exit) {
    return exit.missing.code === "ENOENT"
      ? "ffmpeg, which reads videos, is not installed: install it from ffmpeg.org or set KULESHOV_FFMPEG to where it is"
      : `ffmpeg cannot be started (${exit.missing.code ?? exit.missing.message})`;
  }
  const complaints = log.complaints();
  if (complaints.some((complaint) => complaint.includes("matches no streams"))) return "it has no video stream";
  const [first] = complaints;
  if (frames === 0) {
    return first === undefined ? "it has no frame" : `it is no video or is damaged (ffmpeg: ${withoutPath(first)})`;
  }
  if (first !== undefined) return `some of it is damaged (ffmpeg: ${withoutPath(first)})`;
  return exit.code === 0 ? undefined : `ffmpeg stopped before its end (exit code ${exit.code})`;
}

function withoutPath(complaint: string): string {
  return complaint.replace(/file:.*?: /, "");
}

async function hashOf(path: string, signal: AbortSignal | undefined): Promise<string> {
  try {
    return await hashOfFile(path, signal);
  } catch (cause) {
    signal?.throwIfAborted();
    throw new VideoDecodeError(path, whyRefused(cause), { cause });
  }
}

/** What ffmpeg says on standard error while it decodes. */
interface FfmpegLog {
  /** Takes the next piece of its output. */
  read(text: string): void;
  /** When the frame `index` is shown, in seconds, as soon as ffmpeg has said so; `undefined` if it never will. */
  timestampOf(index: number): Promise<number | undefined>;
  /** Length of the video as its header says; `null` when it does not. */
  durationS(): number | null;
  /** Frames per second of the video as its header says; `null` when it does not. */
  frameRate(): number | null;
  /** The complaints so far, in ffmpeg's words, without where in ffmpeg they come from. */
  complaints(): readonly string[];
  /** No more will come. */
  end(): void;
}

/** One line per frame from the filter `showinfo`. */
const FRAME = /\bn:\s*\d+\s.*\bpts_time:\s*(\S+)/;
const DURATION = /\bDuration: (\d+):(\d+):(\d+(?:\.\d+)?)/;
const FRAME_RATE = /\bStream #\S+ Video: .*?\b(\d+(?:\.\d+)?)(k?) fps\b/;
const COMPLAINT = /^(?:\[[^\]]*\] )*?\[(?:error|fatal|panic)\] (.*)$/;
/** More would only repeat themselves. */
const MOST_COMPLAINTS = 20;

/** Follows the log of an ffmpeg that was told `-loglevel level+info`, so that every line bears its level. */
function createFfmpegLog(): FfmpegLog {
  const timestamps: number[] = [];
  const waiting = new Map<number, (timestamp: number | undefined) => void>();
  const complaints: string[] = [];
  let durationS: number | null = null;
  let frameRate: number | null = null;
  let unfinished = "";
  let ended = false;

  function readLine(line: string): void {
    const frame = FRAME.exec(line);
    if (frame !== null) {
      const index = timestamps.push(Number(frame[1])) - 1;
      waiting.get(index)?.(timestamps[index]);
      waiting.delete(index);
      return;
    }
    const duration = DURATION.exec(line);
    if (duration !== null && durationS === null) {
      durationS = Number(duration[1]) * 3600 + Number(duration[2]) * 60 + Number(duration[3]);
    }
    const rate = frameRate === null ? FRAME_RATE.exec(line) : null;
    if (rate !== null) frameRate = trueRate(Number(rate[1]) * (rate[2] === "k" ? 1000 : 1));
    const complaint = COMPLAINT.exec(line)?.[1];
    if (complaint !== undefined && complaints.length < MOST_COMPLAINTS) complaints.push(complaint.trim());
  }

  return {
    read(text) {
      const lines = (unfinished + text).split("\n");
      unfinished = lines.pop() as string;
      for (const line of lines) readLine(line);
    },
    timestampOf(index) {
      if (ended || index < timestamps.length) return Promise.resolve(timestamps[index]);
      return new Promise((resolve) => waiting.set(index, resolve));
    },
    durationS: () => durationS,
    frameRate: () => frameRate,
    complaints: () => complaints,
    end() {
      if (unfinished !== "") readLine(unfinished);
      unfinished = "";
      ended = true;
      for (const [index, resolve] of waiting) resolve(timestamps[index]);
      waiting.clear();
    },
  };
}

/** ffmpeg rounds to two decimals: 23.98 is 24000/1001, and an hour later the difference is fifteen frames. */
function trueRate(written: number): number {
  const television = (Math.ceil(written) * 1000) / 1001;
  return Number(television.toFixed(2)) === written ? television : written;
}
