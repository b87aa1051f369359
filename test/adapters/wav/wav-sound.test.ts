import { execFileSync, spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createFfmpegSound } from "../../../src/adapters/ffmpeg/ffmpeg-sound.ts";
import { createWavSound } from "../../../src/adapters/wav/wav-sound.ts";
import { SoundDecodeError } from "../../../src/domain/errors.ts";
import type { SoundReader } from "../../../src/ports/sound-reader.ts";
import { SOUND_HZ } from "../../../src/ports/speech-detector.ts";
import { levelOf } from "../../../src/voice/intensity.ts";
import { installFakeFfmpeg, writeVideo } from "../../support/fake-ffmpeg.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { wavFile } from "../../support/wav-file.ts";

const HAS_FFMPEG = spawnSync("ffmpeg", ["-version"]).status === 0;

const tone = (rateHz: number, hz = 440, seconds = 0.5) =>
  Float32Array.from({ length: rateHz * seconds }, (_, at) => 0.5 * Math.sin((2 * Math.PI * hz * at) / rateHz));

const noOther: SoundReader = {
  // biome-ignore lint/correctness/useYield: it is not to be asked.
  async *sound(path) {
    throw new SoundDecodeError(path, "somebody else was asked");
  },
};

/** What was heard, and the failure after it. */
async function heard(reader: SoundReader, path: string) {
  const pieces: Float32Array[] = [];
  try {
    for await (const piece of reader.sound(path)) pieces.push(piece);
  } catch (error) {
    return { samples: joined(pieces), error };
  }
  return { samples: joined(pieces), error: null };
}

function joined(pieces: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Largest difference, leaving out the ends, where what comes before and after counts. */
const apart = (a: Float32Array, b: Float32Array) =>
  a.slice(100, -100).reduce((most, value, at) => Math.max(most, Math.abs(value - (b[at + 100] as number))), 0);

async function wav(bytes: Buffer) {
  const path = join(await tempFolder(), "a.wav");
  await writeFile(path, bytes);
  return heard(createWavSound(noOther), path);
}

describe("createWavSound", () => {
  it.each([
    ["8 bits", { bits: 8 }, 0.01],
    ["16 bits", { bits: 16 }, 1e-4],
    ["24 bits", { bits: 24 }, 1e-6],
    ["32 bits", { bits: 32 }, 1e-6],
    ["floats", { isFloat: true }, 1e-6],
    ["long floats", { isFloat: true, bits: 64 }, 1e-6],
    ["two channels, mixed", { channels: 2 }, 1e-4],
  ] as const)("reads %s", async (_what, options, nearly) => {
    const { samples, error } = await wav(wavFile(tone(SOUND_HZ), options));

    expect(error).toBeNull();
    expect(samples).toHaveLength(SOUND_HZ / 2);
    expect(apart(samples, tone(SOUND_HZ))).toBeLessThan(nearly);
  });

  it.each([8_000, 11_025, 22_050, 44_100, 48_000])(
    "brings sound of %i Hz to 16 kHz, at the same times",
    async (rateHz) => {
      const { samples } = await wav(wavFile(tone(rateHz), { rateHz, isFloat: true }));

      expect(Math.abs(samples.length - SOUND_HZ / 2)).toBeLessThanOrEqual(1);
      expect(apart(samples, tone(SOUND_HZ))).toBeLessThan(1e-3);
    },
  );

  it("leaves out what 16 kHz cannot hold, which would come back as another tone", async () => {
    const { samples } = await wav(wavFile(tone(48_000, 11_000), { rateHz: 48_000 }));

    expect(levelOf(samples.slice(200, -200))).toBeLessThan(-70);
  });

  it.each([
    ["a header without samples", wavFile(tone(SOUND_HZ)).subarray(0, 40), "it is a WAV file without samples"],
    ["no sample at all", wavFile(new Float32Array(0)), "it has no sound"],
    [
      "a rate that cannot be",
      wavFile(tone(SOUND_HZ), { rateHz: 3 }),
      "its header says 1 channels at 3 samples per second",
    ],
    [
      "a number that is none",
      wavFile(Float32Array.of(0, Number.NaN), { isFloat: true }),
      "samples that are no numbers",
    ],
  ])("says what is wrong with %s", async (_what, bytes, says) => {
    const { error, samples } = await wav(bytes);

    expect(error).toBeInstanceOf(SoundDecodeError);
    expect((error as Error).message).toContain(says);
    expect(samples).toHaveLength(0);
  });

  it("gives what there is of a file that is cut short, and says so", async () => {
    const { error, samples } = await wav(wavFile(tone(SOUND_HZ), { saysBytes: 3 * SOUND_HZ }));

    expect((error as Error).message).toContain("it is cut short: 0.5 s of 1.5 s are there");
    expect(samples).toHaveLength(SOUND_HZ / 2);
  });

  it("reads to the end where the header was written before that was known", async () => {
    const { error, samples } = await wav(wavFile(tone(SOUND_HZ), { saysBytes: 0xffffffff }));

    expect(error).toBeNull();
    expect(samples).toHaveLength(SOUND_HZ / 2);
  });

  it("hands on what is compressed or no WAV, and says itself that a file is missing or a folder", async () => {
    const folder = await tempFolder();
    const [compressed, other] = [join(folder, "a.wav"), join(folder, "b.mp3")];
    await writeFile(compressed, wavFile(tone(SOUND_HZ), { tag: 6, bits: 8 }));
    await writeFile(other, "no sound");
    const faultOf = async (path: string) => ((await heard(createWavSound(noOther), path)).error as Error).message;

    expect(await faultOf(compressed)).toContain("somebody else was asked");
    expect(await faultOf(other)).toContain("somebody else was asked");
    expect(await faultOf(join(folder, "gone.wav"))).toContain("there is no such file");
    expect(await faultOf(folder)).toContain("it is a folder, not a file");
  });
});

describe("createFfmpegSound", () => {
  it("gives the sound of a clip, and says that it has none or that ffmpeg is missing", async () => {
    const folder = await tempFolder();
    const reader = createFfmpegSound({ command: await installFakeFfmpeg(folder) });
    const raw = join(folder, "raw.f32");
    await writeFile(raw, Buffer.from(tone(SOUND_HZ).buffer));
    const clip = await writeVideo(join(folder, "a.mp4"), { sound: raw });
    const mute = await writeVideo(join(folder, "b.mp4"), {});
    const missing = await heard(createFfmpegSound({ command: join(folder, "none") }), clip);

    expect(await heard(reader, clip)).toEqual({ samples: tone(SOUND_HZ), error: null });
    expect((await heard(reader, mute)).error).toEqual(new SoundDecodeError(mute, "it has no sound track"));
    expect((missing.error as Error).message).toContain("ffmpeg, which reads sound, is not installed");
  });

  it.runIf(HAS_FFMPEG)("agrees with our own reader, and keeps the times of a track that begins late", async () => {
    const folder = await tempFolder();
    const real = createFfmpegSound({ command: "ffmpeg" });
    const [path, clip, mute] = [join(folder, "a.wav"), join(folder, "late.mkv"), join(folder, "mute.mkv")];
    await writeFile(path, wavFile(tone(44_100), { rateHz: 44_100, channels: 2 }));
    const picture = ["-v", "error", "-f", "lavfi", "-i", "testsrc=d=2:r=5:s=64x48"];
    execFileSync("ffmpeg", [...picture, "-itsoffset", "0.7", "-i", path, "-c:v", "mjpeg", "-c:a", "pcm_s16le", clip]);
    execFileSync("ffmpeg", [...picture, "-c:v", "mjpeg", mute]);
    const theirs = await heard(real, path);
    const late = await heard(real, clip);

    expect(apart(theirs.samples, (await heard(createWavSound(noOther), path)).samples)).toBeLessThan(2e-3);
    expect(late.error).toBeNull();
    expect(levelOf(late.samples.slice(0, 0.69 * SOUND_HZ))).toBeLessThan(-100);
    expect(levelOf(late.samples.slice(0.71 * SOUND_HZ, 1.19 * SOUND_HZ))).toBeCloseTo(-9, 0);
    expect((await heard(real, mute)).error).toEqual(new SoundDecodeError(mute, "it has no sound track"));
  });
});
