import type { FileHandle } from "node:fs/promises";
import { SoundDecodeError } from "../../domain/errors.ts";

/** Where the samples of a WAV file are, and how they are read. */
export interface WavFormat {
  readonly rateHz: number;
  /** Bytes of one sample of all channels. */
  readonly frameBytes: number;
  readonly dataAt: number;
  /** As its header says; Infinity where it was written without knowing. */
  readonly dataBytes: number;
  /** The mean of all channels, -1..1; of floats that are no numbers, none. */
  mix(bytes: Buffer, frames: number): Float32Array;
}

/** Integers and floats are read; the rest, as A-law and ADPCM, is compressed. */
const [PCM, FLOAT, EXTENSIBLE] = [1, 3, 0xfffe];
const READERS: Readonly<Record<string, (bytes: Buffer, at: number) => number>> = {
  [`${PCM} 8`]: (bytes, at) => (bytes.readUInt8(at) - 128) / 128,
  [`${PCM} 16`]: (bytes, at) => bytes.readInt16LE(at) / 2 ** 15,
  [`${PCM} 24`]: (bytes, at) => bytes.readIntLE(at, 3) / 2 ** 23,
  [`${PCM} 32`]: (bytes, at) => bytes.readInt32LE(at) / 2 ** 31,
  [`${FLOAT} 32`]: (bytes, at) => bytes.readFloatLE(at),
  [`${FLOAT} 64`]: (bytes, at) => bytes.readDoubleLE(at),
};
/** Beyond them it is no sound, but a damaged header. */
const [LOWEST_RATE_HZ, HIGHEST_RATE_HZ] = [1_000, 768_000];
/** Headers have a handful of chunks before their samples. */
const MOST_CHUNKS = 1_000;

/** `null` for what is no WAV file, or one whose samples are compressed. @throws {SoundDecodeError} if it is a broken one. */
export async function wavFormat(file: FileHandle, path: string): Promise<WavFormat | null> {
  const head = await bytesAt(file, 0, 12);
  if (head.toString("latin1", 0, 4) !== "RIFF" || head.toString("latin1", 8, 12) !== "WAVE") return null;
  let written: Buffer | undefined;
  for await (const { name, size, at } of chunksOf(file)) {
    if (name === "fmt ") written = await bytesAt(file, at, Math.min(size, 40));
    if (name !== "data") continue;
    if (written === undefined) throw new SoundDecodeError(path, "its header does not say how its samples are written");
    const format = formatOf(written, path);
    const isUnknown = size === 0 || size === 0xffffffff;
    return format && { ...format, dataAt: at, dataBytes: isUnknown ? Number.POSITIVE_INFINITY : size };
  }
  throw new SoundDecodeError(path, "it is a WAV file without samples");
}

async function* chunksOf(file: FileHandle) {
  let at = 12;
  for (let chunk = 0; chunk < MOST_CHUNKS; chunk++) {
    const header = await bytesAt(file, at, 8);
    if (header.length < 8) return;
    const size = header.readUInt32LE(4);
    yield { name: header.toString("latin1", 0, 4), size, at: at + 8 };
    at += 8 + size + (size % 2);
  }
}

function formatOf(chunk: Buffer, path: string): Pick<WavFormat, "rateHz" | "frameBytes" | "mix"> | null {
  if (chunk.length < 16) throw new SoundDecodeError(path, "its header is cut short");
  const tag = chunk.readUInt16LE(0);
  const [channels, rateHz, bits] = [chunk.readUInt16LE(2), chunk.readUInt32LE(4), chunk.readUInt16LE(14)];
  const read = READERS[`${tag === EXTENSIBLE && chunk.length >= 26 ? chunk.readUInt16LE(24) : tag} ${bits}`];
  if (read === undefined) return null;
  if (channels === 0 || rateHz < LOWEST_RATE_HZ || rateHz > HIGHEST_RATE_HZ) {
    throw new SoundDecodeError(path, `its header says ${channels} channels at ${rateHz} samples per second`);
  }
  const sampleBytes = bits / 8;
  return {
    ...{ rateHz, frameBytes: channels * sampleBytes },
    mix(bytes, frames) {
      return Float32Array.from({ length: frames }, (_, frame) => {
        let sum = 0;
        for (let channel = 0; channel < channels; channel++)
          sum += read(bytes, (frame * channels + channel) * sampleBytes);
        return sum / channels;
      });
    },
  };
}

async function bytesAt(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at);
  return buffer.subarray(0, bytesRead);
}
