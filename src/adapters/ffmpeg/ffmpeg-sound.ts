import { SoundDecodeError } from "../../domain/errors.ts";
import type { SoundReader } from "../../ports/sound-reader.ts";
import { SOUND_HZ } from "../../ports/speech-detector.ts";
import { faultOf, startFfmpeg } from "./ffmpeg-process.ts";

const SOUND = { reads: "sound", noStream: "it has no sound track", empty: "it has no sound", notOne: "it is no sound" };

/** Reads sound through the ffmpeg of this machine, as `createFfmpegReader` reads frames. */
export function createFfmpegSound({ command }: { readonly command: string }): SoundReader {
  return {
    async *sound(path, signal) {
      const { log, stdout, ended, close } = await startFfmpeg(command, path, { input: [], output: OUTPUT }, signal);
      let got = false;
      try {
        for await (const piece of floatsOf(stdout)) {
          signal?.throwIfAborted();
          got = true;
          yield piece;
        }
        const exit = await ended;
        signal?.throwIfAborted();
        const fault = faultOf(exit, log, { got, ...SOUND });
        if (fault !== undefined) throw new SoundDecodeError(path, fault);
      } finally {
        await close();
      }
    },
  };
}

/**
 * Silence where a track begins later than the clip or has gaps, so that times are those of the frames; and the mean of all
 * channels, which would otherwise become louder than full scale.
 */
const OUTPUT = [
  ...["-map", "0:a:0", "-vn", "-af", `aresample=${SOUND_HZ}:async=1:first_pts=0:rematrix_maxval=1`],
  ...["-ac", "1", "-f", "f32le", "pipe:1"],
];

/** Pieces of a pipe may end within a number. */
async function* floatsOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Float32Array> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([rest, chunk]);
    const whole = bytes.length - (bytes.length % 4);
    rest = bytes.subarray(whole);
    if (whole > 0) yield new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + whole));
  }
}
