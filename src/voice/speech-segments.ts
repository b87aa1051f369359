import { DETECTOR_WINDOW, type ListeningDetector, SOUND_HZ } from "../ports/speech-detector.ts";
import { levelOf } from "./intensity.ts";
import { speechWithin } from "./speech-borders.ts";

/** A stretch of speech without a pause in it. */
export interface SpeechSegment {
  readonly fromS: number;
  readonly toS: number;
  /** Its sound, float32 [samples], -1..1, mono, 16 kHz. */
  readonly samples: Float32Array;
  /** How loud it is next to it, where nobody speaks, dB relative to full scale; `null` where that was not heard. */
  readonly backgroundDb: number | null;
}

/** As in Silero's own code: from where on it is speech, and below what it has ended. */
const [SPEECH_FROM, SPEECH_TO] = [0.5, 0.35];
/** A shorter silence is part of speaking (Goldman-Eisler 1968; de Jong & Bosker 2013). */
const PAUSE = 0.25 * SOUND_HZ;
const SHORTEST = 0.1 * SOUND_HZ;
/** Speech that goes on for longer is cut, so that memory stays bounded. */
const LONGEST = 30 * SOUND_HZ;
/** What is no louder than what is around it is noise, which the detector may take for speech where a sound begins. */
const LEAST_ABOVE_DB = 2;
const KEPT_BEFORE = SOUND_HZ;

/**
 * Speech in sound, stretch by stretch, as soon as each has ended. The detector says where it is, and loudness where its
 * borders are.
 *
 * @param sound float32, -1..1, mono, 16 kHz, in pieces of any length.
 */
export async function* speechIn(
  sound: AsyncIterable<Float32Array>,
  detector: ListeningDetector,
  signal?: AbortSignal,
): AsyncGenerator<SpeechSegment> {
  const [heard, spans] = [createKeptSound(), createSpans()];
  let lastTo = 0;
  const segments = (span: Span): SpeechSegment[] => {
    const first = Math.max(lastTo, span.from - KEPT_BEFORE);
    // As much as is always there when a pause is known for one, however long the pieces; nothing where speech goes on.
    const around = heard.between(first, span.isCut ? span.to : span.to + PAUSE);
    const found = speechWithin(around, { from: span.from - first, to: span.to - first }, PAUSE);
    lastTo = span.isCut ? span.to : first + (found.at(-1)?.to ?? 0);
    return found.flatMap(({ from, to, backgroundDb }) => {
      const samples = around.slice(from, to);
      const isNoise = backgroundDb !== null && levelOf(samples) < backgroundDb + LEAST_ABOVE_DB;
      if (samples.length < SHORTEST || isNoise) return [];
      return [{ fromS: (first + from) / SOUND_HZ, toS: (first + to) / SOUND_HZ, samples, backgroundDb }];
    });
  };
  for await (const piece of sound) {
    heard.add(piece);
    const judged = spans.judged();
    const windows = Math.floor((heard.end() - judged) / DETECTOR_WINDOW);
    if (windows === 0) continue;
    const chances = await detector.detect(heard.between(judged, judged + windows * DETECTOR_WINDOW), signal);
    for (const chance of chances) yield* spans.judge(chance).flatMap(segments);
    heard.forget((spans.openFrom() ?? spans.judged()) - KEPT_BEFORE);
  }
  yield* spans.end().flatMap(segments);
}

/** Where the detector hears speech, in samples from the start. */
interface Span {
  readonly from: number;
  readonly to: number;
  /** Whether it goes on. */
  readonly isCut: boolean;
}

/** Makes spans of what the detector says of one window after the other. */
function createSpans() {
  let judged = 0;
  let from: number | undefined;
  let quietFrom: number | undefined;
  const close = (isCut: boolean): Span[] => {
    const span = from === undefined ? [] : [{ from, to: quietFrom ?? judged, isCut }];
    [from, quietFrom] = [undefined, undefined];
    return span;
  };
  return {
    judged: () => judged,
    openFrom: () => from,
    judge(chance: number): Span[] {
      if (chance >= SPEECH_FROM) [from, quietFrom] = [from ?? judged, undefined];
      else if (chance < SPEECH_TO) quietFrom ??= judged;
      judged += DETECTOR_WINDOW;
      if (from === undefined) return [];
      if (quietFrom !== undefined && judged - quietFrom >= PAUSE) return close(false);
      return judged - from >= LONGEST ? close(true) : [];
    },
    end: () => close(false),
  };
}

/** The last part of what was heard. Samples are numbered from the start. */
function createKeptSound() {
  let [kept, start, end] = [new Float32Array(2 * SOUND_HZ), 0, 0];
  return {
    end: () => end,
    add(piece: Float32Array) {
      if (end - start + piece.length > kept.length) {
        const wider = new Float32Array(2 * (end - start + piece.length));
        wider.set(kept.subarray(0, end - start));
        kept = wider;
      }
      kept.set(piece, end - start);
      end += piece.length;
    },
    between: (from: number, to: number) => kept.slice(from - start, Math.min(to, end) - start),
    forget(before: number) {
      const gone = before - start;
      if (gone <= 0) return;
      kept.copyWithin(0, gone, end - start);
      start += gone;
    },
  };
}
