import { SoundDecodeError } from "../domain/errors.ts";
import { secondsText } from "../domain/timeline.ts";
import type { ClipSound } from "../evidence/voice-evidence.ts";
import type { SoundReader } from "../ports/sound-reader.ts";
import type { SpeechDetector } from "../ports/speech-detector.ts";
import type { Transcriber } from "../ports/transcriber.ts";
import { hearSound } from "../voice/hear-sound.ts";

/** What hears. */
export interface HearingTools {
  readonly sound: SoundReader;
  readonly speech: SpeechDetector;
  /** What writes down what is said; nobody does where left out. */
  readonly transcriber?: Transcriber | undefined;
}

interface SoundSource {
  /** A clip, or a file with its sound. */
  readonly path: string;
  /** Whether it has to have sound: a file that was named for it has, a clip may be silent. */
  readonly isNamed: boolean;
}

/** What is heard, and what to beware of. */
export interface HeardClip {
  readonly sound: ClipSound;
  readonly warnings: readonly string[];
}

/**
 * Listens to a clip, as far as it can be read.
 * @throws {SoundDecodeError} if nothing can be read of a file that was named for its sound.
 */
export async function hearClip(
  { path, isNamed }: SoundSource,
  { sound, speech }: HearingTools,
  signal?: AbortSignal,
): Promise<HeardClip> {
  const faults: SoundDecodeError[] = [];
  let isHeard = false;
  async function* asFarAsItGoes() {
    try {
      for await (const piece of sound.sound(path, signal)) {
        isHeard = true;
        yield piece;
      }
    } catch (error) {
      if (!(error instanceof SoundDecodeError)) throw error;
      faults.push(error);
    }
  }
  const heard = await hearSound(asFarAsItGoes(), speech.listen(), signal);
  const [fault] = faults;
  if (fault === undefined) return { sound: heard, warnings: [] };
  if (isHeard) return { sound: heard, warnings: [`Not all of the sound was heard: ${fault.message}`] };
  if (isNamed) throw fault;
  return { sound: { silentAs: fault.reason }, warnings: [] };
}

/** What is heard in a clip that is shown until `untilS`: a sound file may go on. */
export function heardWithin({ sound, warnings }: HeardClip, untilS: number): HeardClip {
  if ("silentAs" in sound) return { sound, warnings };
  const stretches = sound.stretches.filter(({ fromS }) => fromS < untilS);
  const left = sound.stretches.length - stretches.length;
  if (left === 0) return { sound, warnings };
  const late = `${left} of ${sound.stretches.length} stretches of speech begin after the clip ends at ${secondsText(untilS)}, and are left out: look whether it is the sound of this clip`;
  return { sound: { ...sound, stretches }, warnings: [...warnings, late] };
}
