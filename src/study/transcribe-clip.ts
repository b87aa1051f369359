import { SoundDecodeError } from "../domain/errors.ts";
import type { SaidWords } from "../evidence/utterance-evidence.ts";
import type { SoundReader } from "../ports/sound-reader.ts";
import { SOUND_HZ } from "../ports/speech-detector.ts";
import type { Transcriber } from "../ports/transcriber.ts";

interface TranscribeOptions {
  readonly sound: SoundReader;
  readonly transcriber: Transcriber;
  /** Told before the sound leaves this machine. */
  readonly notify?: ((notice: string) => void) | undefined;
}

/** What a transcriber made out; what was told before the sound left is among the warnings. */
export interface TranscribedClip {
  readonly said: SaidWords | null;
  readonly warnings: readonly string[];
}

/**
 * Has the words of a clip, or of a file with its sound, written down.
 * @throws {ProviderError} if the transcriber's server fails.
 */
export async function transcribeClip(
  path: string,
  { sound, transcriber, notify }: TranscribeOptions,
  signal?: AbortSignal,
): Promise<TranscribedClip> {
  const warnings: string[] = [];
  const wav = await wavOf(sound.sound(path, signal));
  if (transcriber.remote) {
    const notice = `The sound of the clip leaves this machine: ${transcriber.id} runs elsewhere.`;
    notify?.(notice);
    warnings.push(notice);
  }
  const utterances = await transcriber.transcribe(wav, signal);
  if (utterances.length > 0) {
    return { said: { utterances, source: { type: "model", name: transcriber.id } }, warnings };
  }
  return { said: null, warnings: [...warnings, `${transcriber.id} made out no words in the speech that is heard`] };
}

/** 16 bits, as every transcriber takes it; what cannot be read to its end is taken as far as it goes. */
async function wavOf(sound: AsyncIterable<Float32Array>): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of sound) {
      const bytes = Buffer.alloc(2 * piece.length);
      for (const [at, value] of piece.entries()) {
        bytes.writeInt16LE(Math.round(32_767 * Math.max(-1, Math.min(1, value))), 2 * at);
      }
      pieces.push(bytes);
    }
  } catch (error) {
    if (!(error instanceof SoundDecodeError)) throw error;
  }
  const samples = Buffer.concat(pieces);
  const head = Buffer.alloc(44);
  head.write("RIFF    WAVEfmt ", 0, "latin1");
  head.writeUInt32LE(36 + samples.length, 4);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(SOUND_HZ, 24);
  head.writeUInt32LE(2 * SOUND_HZ, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36, "latin1");
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}
