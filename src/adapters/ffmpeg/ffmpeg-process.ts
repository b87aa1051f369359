import { type ChildProcessByStdio, spawn } from "node:child_process";
import { resolve } from "node:path";
import type { Readable } from "node:stream";
import { openFile } from "../../platform/read-file.ts";
import { hasStrayBytes } from "../../platform/system-path.ts";
import { createFfmpegLog, type FfmpegLog } from "./ffmpeg-log.ts";

type Decoder = ChildProcessByStdio<null, Readable, Readable>;

/** An ffmpeg that decodes one file. */
interface RunningFfmpeg {
  readonly stdout: Readable;
  readonly log: FfmpegLog;
  /** How it ends; never rejects. */
  readonly ended: Promise<Exit>;
  /** Ends it, whatever it is doing. To be called once. */
  close(): Promise<void>;
}

/** How a process ended: its exit code, or that it could not be started. */
export type Exit = { readonly code: number | null } | { readonly missing: NodeJS.ErrnoException };

/** Starts ffmpeg on a file, so that it opens nothing but that and writes to its standard output. */
export async function startFfmpeg(
  command: string,
  path: string,
  { input, output }: { readonly input: readonly string[]; readonly output: readonly string[] },
  signal: AbortSignal | undefined,
): Promise<RunningFfmpeg> {
  // Node can tell other programs no name that is not UTF-8: such a file is handed over open.
  const handed = hasStrayBytes(path) ? await openFile(path) : undefined;
  const name = handed === undefined ? resolve(path) : "/dev/fd/0";
  const args = [
    ...["-nostdin", "-hide_banner", "-nostats", "-loglevel", "level+info", ...input],
    ...["-protocol_whitelist", "file,pipe", "-i", `file:${name}`, ...output],
  ];
  const decoder = spawn(command, args, {
    stdio: [handed?.createReadStream({ autoClose: false }) ?? "ignore", "pipe", "pipe"],
  });
  const log = createFfmpegLog();
  const ended = endOf(decoder, log);
  const stop = () => decoder.kill("SIGKILL");
  signal?.addEventListener("abort", stop, { once: true });
  return {
    ...{ stdout: decoder.stdout, log, ended },
    async close() {
      signal?.removeEventListener("abort", stop);
      stop();
      await ended;
      await handed?.close();
    },
  };
}

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

interface Wanted {
  /** Whether anything came. */
  readonly got: boolean;
  /** What it reads: `videos`. */
  readonly reads: string;
  readonly noStream: string;
  readonly empty: string;
  readonly notOne: string;
}

/** Why a file was not read to its end, in words; `undefined` when it was. */
export function faultOf(
  exit: Exit,
  log: FfmpegLog,
  { got, reads, noStream, empty, notOne }: Wanted,
): string | undefined {
  if ("missing" in exit) {
    return exit.missing.code === "ENOENT"
      ? `ffmpeg, which reads ${reads}, is not installed: install it from ffmpeg.org or set KULESHOV_FFMPEG to where it is`
      : `ffmpeg cannot be started (${exit.missing.code ?? exit.missing.message})`;
  }
  const complaints = log.complaints();
  if (complaints.some((complaint) => complaint.includes("matches no streams"))) return noStream;
  const [first] = complaints;
  if (!got) return first === undefined ? empty : `${notOne} or is damaged (ffmpeg: ${withoutPath(first)})`;
  if (first !== undefined) return `some of it is damaged (ffmpeg: ${withoutPath(first)})`;
  return exit.code === 0 ? undefined : `ffmpeg stopped before its end (exit code ${exit.code})`;
}

function withoutPath(complaint: string): string {
  return complaint.replace(/file:.*?: /, "");
}
