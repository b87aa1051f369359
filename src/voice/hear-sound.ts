import { nextTurn } from "../platform/turns.ts";
import { type ListeningDetector, SOUND_HZ } from "../ports/speech-detector.ts";
import { measureSpeech, type SpeechStretch } from "./measure-speech.ts";
import { speechIn } from "./speech-segments.ts";

/** What is heard in a sound. */
export interface HeardSound {
  readonly durationS: number;
  /** The loudest sample, -1..1 without its sign; 0 is digital silence. */
  readonly peak: number;
  /** In the order of time; between them are pauses of a quarter of a second or more. */
  readonly stretches: readonly SpeechStretch[];
}

/**
 * Listens to a sound to its end. What is kept grows with the speech in it by 400 bytes a second, the sound itself is not kept.
 *
 * @param sound float32, -1..1, mono, 16 kHz, in pieces of any length.
 */
export async function hearSound(
  sound: AsyncIterable<Float32Array>,
  detector: ListeningDetector,
  signal?: AbortSignal,
): Promise<HeardSound> {
  let [samples, peak] = [0, 0];
  async function* counted() {
    for await (const piece of sound) {
      samples += piece.length;
      for (const value of piece) peak = Math.max(peak, Math.abs(value));
      yield piece;
    }
  }
  const stretches: SpeechStretch[] = [];
  for await (const segment of speechIn(counted(), detector, signal)) {
    stretches.push(measureSpeech(segment));
    await nextTurn();
  }
  return { durationS: samples / SOUND_HZ, peak, stretches };
}
