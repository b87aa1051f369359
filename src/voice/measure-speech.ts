import { mean, quantileOfSorted, sampleVariance } from "../domain/statistics/summary.ts";
import { SOUND_HZ } from "../ports/speech-detector.ts";
import { harmonicityOf } from "./harmonicity.ts";
import { intensityOf, levelOf } from "./intensity.ts";
import { PITCH_STEP_S, PITCH_WINDOW_S, pitchOf } from "./pitch.ts";
import type { SpeechSegment } from "./speech-segments.ts";
import { syllablesIn } from "./syllables.ts";

/** What was measured of one stretch of speech without a pause in it. `null` is what could not be measured in it. */
export interface SpeechStretch {
  readonly fromS: number;
  readonly toS: number;
  /** dB relative to full scale, of the stretch and of what is heard where nobody speaks next to it. */
  readonly levelDb: number;
  readonly backgroundDb: number | null;
  /** Standard deviation of loudness within the stretch, dB. */
  readonly levelSdDb: number | null;
  /** Fundamental frequency of each voiced frame of 10 ms, Hz. */
  readonly pitchHz: Float32Array;
  /** From the 5th to the 95th percentile, semitones. */
  readonly pitchRange: number | null;
  /** Of a straight line through the voiced frames, semitones per second: below zero it falls. */
  readonly pitchSlope: number | null;
  readonly syllables: number | null;
  /** Mean harmonics-to-noise ratio, dB. */
  readonly harmonicityDb: number | null;
  /** Whether the sound is cut off at its loudest, which falsifies loudness and voice quality. */
  readonly clipped: boolean;
}

/** Fewer voiced frames say nothing of a stretch's pitch. */
const FEWEST_VOICED = 10;
/** A line through less than this says nothing of how pitch moves. */
const SLOPE_FROM_S = 0.3;
/** Where the background comes closer, pitch is that of the background too; voice quality needs more. */
const CLEAR_DB = 10;
const CLEAR_QUALITY_DB = 30;
const SYLLABLES_FROM_S = 0.2;

export function measureSpeech({ fromS, toS, samples, backgroundDb }: SpeechSegment): SpeechStretch {
  const levelDb = levelOf(samples);
  const clipped = isClipped(samples);
  const isAbove = (db: number) => backgroundDb !== null && levelDb - backgroundDb >= db;
  const isClear = backgroundDb === null || isAbove(CLEAR_DB);
  const track = pitchOf(isClear ? samples : samples.subarray(0, 0), SOUND_HZ);
  const frames = Array.from(track.hz.entries()).filter(([, hz]) => !Number.isNaN(hz));
  const isVoiced = frames.length >= FEWEST_VOICED;
  const points = frames.map(([frame, hz]) => ({ timeS: frame * PITCH_STEP_S, semitones: 12 * Math.log2(hz) }));
  const intensity = intensityOf(samples, SOUND_HZ);
  const variance = sampleVariance(intensity.db);
  const isLong = samples.length >= SYLLABLES_FROM_S * SOUND_HZ && samples.length > PITCH_WINDOW_S * SOUND_HZ;
  return {
    ...{ fromS, toS, levelDb, backgroundDb, clipped },
    levelSdDb: variance === null ? null : Math.sqrt(variance),
    pitchHz: isVoiced ? Float32Array.from(frames, ([, hz]) => hz) : new Float32Array(0),
    pitchRange: isVoiced ? rangeOf(points.map(({ semitones }) => semitones)) : null,
    pitchSlope: isVoiced ? slopeOf(points) : null,
    syllables: isLong && isClear ? syllablesIn(intensity, track) : null,
    harmonicityDb:
      isVoiced && !clipped && isAbove(CLEAR_QUALITY_DB) ? mean(harmonicityOf(samples, SOUND_HZ, track)) : null,
  };
}

function rangeOf(semitones: readonly number[]): number | null {
  const sorted = Float64Array.from(semitones).sort();
  const [low, high] = [quantileOfSorted(sorted, 0.05), quantileOfSorted(sorted, 0.95)];
  return low === null || high === null ? null : high - low;
}

interface Point {
  readonly timeS: number;
  readonly semitones: number;
}

/** Least squares. */
function slopeOf(points: readonly Point[]): number | null {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || last.timeS - first.timeS < SLOPE_FROM_S) return null;
  const [middleS, middle] = [
    mean(points.map(({ timeS }) => timeS)) ?? 0,
    mean(points.map(({ semitones }) => semitones)) ?? 0,
  ];
  let [along, across] = [0, 0];
  for (const { timeS, semitones } of points) {
    along += (timeS - middleS) * (semitones - middle);
    across += (timeS - middleS) ** 2;
  }
  return along / across;
}

/** A voice is at its loudest for single samples; what is cut off stays there. */
const CLIPPED_FROM = 0.9;
const CLIPPED_SHARE = 0.01;

function isClipped(samples: Float32Array): boolean {
  const peak = samples.reduce((highest, value) => Math.max(highest, Math.abs(value)), 0);
  if (peak < CLIPPED_FROM) return false;
  let near = 0;
  for (const value of samples) if (Math.abs(value) > 0.95 * peak) near += 1;
  return near > CLIPPED_SHARE * samples.length;
}
