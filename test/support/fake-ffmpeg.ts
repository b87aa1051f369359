import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ownPath } from "../../src/platform/package-paths.ts";

/** A view over a photograph that moves sideways from a time on. */
export interface Shot {
  readonly fromS: number;
  readonly photo: string;
  readonly leftPx: number;
  readonly topPx: number;
  /** How much of the photograph is seen. */
  readonly widthPx: number;
  readonly movesXPxPerS: number;
  /** Another photograph, seen through this one: its share at times, straight between them. */
  readonly blend?: { readonly photo: string; readonly shares: readonly (readonly [atS: number, share: number])[] };
}

export interface FakeVideo {
  readonly shots: readonly Shot[];
  readonly durationS: number;
  readonly fps: number;
  readonly widthPx: number;
  readonly heightPx: number;
  /** From here on the file is cut short. */
  readonly brokenFromS: number | null;
  /** Raw float32, mono, 16 kHz: its sound track; `null` has none. */
  readonly sound: string | null;
  /** Waits before every frame, so that a test can end the process between two. */
  readonly pauseMs: number;
}

/** Writes a video for the fake; one second at 10 frames per second unless told otherwise. */
export async function writeVideo(path: string, video: Partial<FakeVideo>): Promise<string> {
  const whole: FakeVideo = {
    shots: [],
    durationS: 1,
    fps: 10,
    widthPx: 480,
    heightPx: 320,
    brokenFromS: null,
    sound: null,
    pauseMs: 0,
    ...video,
  };
  await writeFile(path, JSON.stringify(whole));
  return path;
}

/** Puts the fake into a folder. @returns its path, for `KULESHOV_FFMPEG`. */
export async function installFakeFfmpeg(folder: string): Promise<string> {
  const command = join(folder, "ffmpeg");
  const script = ownPath("test", "support", "fake-ffmpeg.mjs");
  await writeFile(command, `#!/bin/sh\nexec "${process.execPath}" "${script}" "$@"\n`);
  await chmod(command, 0o755);
  return command;
}
