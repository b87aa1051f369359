import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createFfmpegReader } from "../../../src/adapters/ffmpeg/ffmpeg-reader.ts";
import { VideoDecodeError } from "../../../src/domain/errors.ts";
import { FRESH_PIXELS } from "../../../src/domain/pixel-pool.ts";
import type { VideoFrame } from "../../../src/ports/video-reader.ts";
import { collect } from "../../support/collect.ts";
import { installFakeFfmpeg, type Shot, writeVideo } from "../../support/fake-ffmpeg.ts";
import { samplePhoto } from "../../support/photos.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const still: Shot = { fromS: 0, photo: samplePhoto(1), leftPx: 300, topPx: 200, widthPx: 960, movesXPxPerS: 0 };

/** Other versions write more digits, and other words. */
const isThere = String(spawnSync("ffmpeg", ["-version"]).stdout).startsWith("ffmpeg version 5.1");

async function setUp() {
  const folder = await tempFolder();
  const reader = createFfmpegReader({ command: await installFakeFfmpeg(folder) });
  const frames = (path: string, fps: number, skip = 0, signal?: AbortSignal) =>
    reader.frames(path, { fps, skip, signal, pixels: FRESH_PIXELS });
  return { folder, frames };
}

const places = (frames: readonly VideoFrame[]) =>
  frames.map(({ image }) => [image.frame?.index, image.frame?.timestampS] as const);

/** Frames that came before a failure, and the failure. */
async function until(frames: AsyncGenerator<VideoFrame>): Promise<{ read: VideoFrame[]; error: unknown }> {
  const read: VideoFrame[] = [];
  try {
    for await (const frame of frames) read.push(frame);
  } catch (error) {
    return { read, error };
  }
  return { read, error: undefined };
}

describe("createFfmpegReader", () => {
  it("gives the first frame of every interval with its true time", async () => {
    const { folder, frames } = await setUp();
    const path = await writeVideo(join(folder, "a.mp4"), { shots: [still], fps: 30, durationS: 1 });
    const read = await collect(frames(path, 4));
    // 0.25 and 0.75 s fall between two frames at 30 per second: the next one is taken.
    expect(places(read)).toEqual([
      [0, 0],
      [1, 0.266667],
      [2, 0.5],
      [3, 0.766667],
    ]);
    const sha256 = createHash("sha256")
      .update(await readFile(path))
      .digest("hex");
    expect(read[0]).toMatchObject({ durationS: 1, image: { path, widthPx: 480, heightPx: 320, sha256 } });
    expect(read[0]?.image.rgb).toHaveLength(480 * 320 * 3);
  });

  it.runIf(process.platform === "linux")("reads a video whose name is not UTF-8", async () => {
    const { folder, frames } = await setUp();
    const written = await writeVideo(join(folder, "a.MP4"), { shots: [still], fps: 4, durationS: 1 });
    await rename(written, Buffer.from(`${folder}/\xe9.MP4`, "latin1"));
    const read = await collect(frames(join(folder, "\udce9.MP4"), 2));
    expect(places(read)).toEqual([
      [0, 0],
      [1, 0.5],
    ]);
  });

  it("gives the number of a frame in the whole video, also at a rate that ffmpeg rounds", async () => {
    const { folder, frames } = await setUp();
    for (const fps of [30, 24000 / 1001]) {
      const path = await writeVideo(join(folder, `${fps}.mp4`), { shots: [still], fps, durationS: 301 });
      const places = (await collect(frames(path, 0.01))).map(({ image }) => image.frame);
      expect(places.map((place) => place?.number)).toEqual(
        places.map((place) => Math.round((place?.timestampS ?? 0) * fps)),
      );
      // Five minutes in, where 23.98, as ffmpeg calls 24000/1001, would be a frame off.
      expect(places.at(-1)?.timestampS).toBeGreaterThan(299);
    }
  });

  it("gives every frame when the video has fewer than asked for", async () => {
    const { folder, frames } = await setUp();
    const path = await writeVideo(join(folder, "a.mp4"), { shots: [still], fps: 4 });
    expect(places(await collect(frames(path, 60))).map(([, timeS]) => timeS)).toEqual([0, 0.25, 0.5, 0.75]);
  });

  it("goes on after frames that are known, with the same pixels at the same time", async () => {
    const { folder, frames } = await setUp();
    const moving = { ...still, movesXPxPerS: 200 };
    const path = await writeVideo(join(folder, "a.mp4"), { shots: [moving] });
    const [all, rest] = [await collect(frames(path, 5)), await collect(frames(path, 5, 3))];
    expect(places(rest)).toEqual(places(all).slice(3));
    expect(Buffer.compare(rest[0]?.image.rgb ?? Buffer.of(), all[3]?.image.rgb ?? Buffer.of(1))).toBe(0);
    expect(Buffer.compare(all[0]?.image.rgb ?? Buffer.of(), all[3]?.image.rgb ?? Buffer.of())).not.toBe(0);
  });

  it("gives what there is of a video that is cut short, and then says so", async () => {
    const { folder, frames } = await setUp();
    const path = await writeVideo(join(folder, "a.mkv"), { shots: [still], brokenFromS: 0.5 });
    const { read, error } = await until(frames(path, 10));
    expect(read).toHaveLength(5);
    expect(error).toEqual(new VideoDecodeError(path, "some of it is damaged (ffmpeg: File ended prematurely)"));
  });

  it("says in one sentence why there is nothing to read", async () => {
    const { folder, frames } = await setUp();
    const sound = await writeVideo(join(folder, "sound.mp4"), { shots: [] });
    await writeFile(join(folder, "text.mp4"), "not a video");
    await mkdir(join(folder, "folder.mp4"));
    const faultOf = async (path: string) => String((await until(frames(path, 5))).error);
    expect(await faultOf(sound)).toContain(`Cannot read clip as it has no video stream: \`${sound}\``);
    expect(await faultOf(join(folder, "text.mp4"))).toContain(
      "it is no video or is damaged (ffmpeg: moov atom not found)",
    );
    expect(await faultOf(join(folder, "folder.mp4"))).toContain("it is a folder, not a file");
    await writeFile(join(folder, "empty.mp4"), "");
    expect(await faultOf(join(folder, "empty.mp4"))).toContain("Cannot read clip as the file is empty: ");
    expect(await faultOf(join(folder, "gone.mp4"))).toContain("there is no such file");
  });

  it.runIf(isThere)("has a fake that answers as ffmpeg 5.1 does, where that is installed", async () => {
    const { folder, frames } = await setUp();
    const real = createFfmpegReader({ command: "ffmpeg" });
    const made = join(folder, "real.mov");
    const ntsc = { fps: 24000 / 1001, durationS: 2, widthPx: 64, heightPx: 48 };
    const pattern = `testsrc=d=${ntsc.durationS}:r=24000/1001:s=${ntsc.widthPx}x${ntsc.heightPx}`;
    execFileSync("ffmpeg", [
      "-v",
      "error",
      "-f",
      "lavfi",
      "-i",
      pattern,
      "-c:v",
      "mjpeg",
      "-pix_fmt",
      "yuvj420p",
      made,
    ]);
    const told = await writeVideo(join(folder, "told.mov"), { shots: [still], ...ntsc });
    for (const fromS of [0, 0.7]) {
      const options = { fps: 5, skip: 0, fromS, pixels: FRESH_PIXELS };
      const read = await collect(real.frames(made, options));
      const faked = await collect(createFfmpegReader({ command: join(folder, "ffmpeg") }).frames(told, options));
      const whatOf = ({ image }: VideoFrame) => [image.frame, image.widthPx, image.heightPx, image.rgb.length];
      expect(faked.map(whatOf)).toEqual(read.map(whatOf));
    }
    const text = join(folder, "text.mp4");
    await writeFile(text, "not a video");
    const fault = await until(real.frames(text, { fps: 5, skip: 0, pixels: FRESH_PIXELS }));
    expect(fault.error).toEqual((await until(frames(text, 5))).error);
  });

  it("says what to do when ffmpeg is missing", async () => {
    const folder = await tempFolder();
    const path = await writeVideo(join(folder, "a.mp4"), { shots: [still] });
    const reader = createFfmpegReader({ command: join(folder, "ffmpeg") });
    await expect(collect(reader.frames(path, { fps: 5, skip: 0, pixels: FRESH_PIXELS }))).rejects.toThrow(
      "ffmpeg, which reads videos, is not installed: install it from ffmpeg.org or set KULESHOV_FFMPEG to where it is",
    );
  });

  it("ends ffmpeg when nobody wants more, and when it is aborted", async () => {
    const { folder, frames } = await setUp();
    const path = await writeVideo(join(folder, "a.mp4"), { shots: [still], durationS: 1000, pauseMs: 5 });
    for await (const { image } of frames(path, 10)) if (image.frame?.index === 1) break;
    const stop = new AbortController();
    const reading = until(frames(path, 10, 0, stop.signal));
    setTimeout(() => stop.abort(), 300);
    expect(String((await reading).error)).toContain("AbortError");
  });
});
