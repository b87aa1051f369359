import type { FileHandle } from "node:fs/promises";
import { SoundDecodeError } from "../../domain/errors.ts";
import { openFile } from "../../platform/read-file.ts";
import { whyRefused } from "../../platform/system-error.ts";
import type { SoundReader } from "../../ports/sound-reader.ts";
import { createResampler } from "./resample.ts";
import { type WavFormat, wavFormat } from "./wav-format.ts";

/** Reads WAV files of plain samples itself, which takes no ffmpeg; hands every other file on. */
export function createWavSound(others: SoundReader): SoundReader {
  return {
    async *sound(path, signal) {
      const file = await openFile(path).catch((cause: unknown) => {
        throw new SoundDecodeError(path, whyRefused(cause), { cause });
      });
      try {
        const format = await wavFormat(file, path);
        if (format !== null) return yield* samplesOf(file, { path, format }, signal);
      } finally {
        await file.close();
      }
      yield* others.sound(path, signal);
    },
  };
}

/** Frames, one number for each channel, that are read at once. */
const FRAMES_AT_ONCE = 16_384;

async function* samplesOf(
  file: FileHandle,
  { path, format }: { readonly path: string; readonly format: WavFormat },
  signal: AbortSignal | undefined,
): AsyncGenerator<Float32Array> {
  const { rateHz, frameBytes, dataAt, dataBytes, mix } = format;
  const resampler = createResampler(rateHz);
  const bytes = Buffer.allocUnsafe(FRAMES_AT_ONCE * frameBytes);
  let read = 0;
  while (read < dataBytes) {
    signal?.throwIfAborted();
    const { bytesRead } = await file.read(bytes, 0, Math.min(bytes.length, dataBytes - read), dataAt + read);
    const frames = Math.floor(bytesRead / frameBytes);
    if (frames === 0) break;
    read += frames * frameBytes;
    const mixed = mix(bytes, frames);
    if (!mixed.every(Number.isFinite))
      throw new SoundDecodeError(path, "some of it is damaged: it has samples that are no numbers");
    yield resampler.next(mixed);
  }
  yield resampler.end();
  if (read === 0) throw new SoundDecodeError(path, "it has no sound");
  const missing = Number.isFinite(dataBytes) ? dataBytes - read : 0;
  if (missing >= frameBytes) {
    const [there, said] = [read, dataBytes].map((length) => `${(length / frameBytes / rateHz).toFixed(1)} s`);
    throw new SoundDecodeError(path, `it is cut short: ${there} of ${said} are there`);
  }
}
