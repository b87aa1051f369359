import { type HeardClip, type HearingTools, hearClip, heardWithin } from "./hear-clip.ts";
import { type MeasureClipOptions, type MeasuredClip, measureClip } from "./measure-clip.ts";
import type { StudyTools } from "./measure-inputs.ts";
import { type TranscribedClip, transcribeClip } from "./transcribe-clip.ts";

/** A clip and what measures and hears it. */
interface ClipSource extends MeasureClipOptions {
  readonly path: string;
  readonly tools: StudyTools;
  readonly hearing: HearingTools;
}

interface Listening {
  /** A file with the sound of the clip; `null` for its own. */
  readonly sound: string | null;
  /** Whether what is said was given. */
  readonly isWritten: boolean;
  /** Told before the sound leaves this machine. */
  readonly notify: ((notice: string) => void) | undefined;
}

/** A clip, what is heard while it is shown, and what a transcriber made of that; `null` where none was asked. */
interface SeenAndHeard {
  readonly clip: MeasuredClip;
  readonly heard: HeardClip;
  readonly written: TranscribedClip | null;
}

const NOTHING_TO_WRITE = "Nothing was sent to be transcribed, as no speech is heard";

/** Measures and hears a clip, both at once; what one of them cannot read ends the other. */
export async function seeAndHear(source: ClipSource, listening: Listening, stop?: AbortSignal): Promise<SeenAndHeard> {
  const failed = new AbortController();
  const signal = stop === undefined ? failed.signal : AbortSignal.any([stop, failed.signal]);
  const both = [measureClip(source.path, source.tools, source, signal), hear(source, listening, signal)] as const;
  try {
    const [clip, { heard, written }] = await Promise.all(both);
    return { clip, heard: heardWithin(heard, endOf(clip)), written };
  } catch (error) {
    failed.abort(error);
    await Promise.allSettled(both);
    throw error;
  }
}

async function hear({ path, hearing }: ClipSource, { sound, isWritten, notify }: Listening, signal: AbortSignal) {
  const file = { path: sound ?? path, isNamed: sound !== null };
  const heard = await hearClip(file, hearing, signal);
  const isSpeech = "stretches" in heard.sound && heard.sound.stretches.length > 0;
  const { transcriber } = hearing;
  if (transcriber === undefined || isWritten) return { heard, written: null };
  if (!isSpeech) return { heard, written: { said: null, warnings: [NOTHING_TO_WRITE] } };
  return { heard, written: await transcribeClip(file.path, { sound: hearing.sound, transcriber, notify }, signal) };
}

/** When a clip ends, as far as it was measured, in seconds. */
export function endOf({ frames, dynamics: { intervalS } }: MeasuredClip): number {
  return (frames.at(-1)?.timestampS ?? 0) + (intervalS ?? 0);
}
