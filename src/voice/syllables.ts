import type { IntensityCurve } from "./intensity.ts";
import type { PitchTrack } from "./pitch.ts";

/** A nucleus is at most this much fainter than the loudest (99th percentile), and the dip after it at least so deep. */
const FAINTER_DB = 25;
const DIP_DB = 2;

/**
 * How many syllable nuclei a stretch of speech has: voiced peaks of loudness with a dip to either side, after de Jong & Wempe
 * (2009), "Praat script to detect syllable nuclei and measure speech rate automatically", Behavior Research Methods 41. The
 * last peak counts too, as silence follows it.
 */
export function syllablesIn({ startS, stepS, db }: IntensityCurve, pitch: PitchTrack): number {
  const sorted = db.slice().sort();
  const loudest = sorted[Math.floor(0.99 * (sorted.length - 1))] ?? 0;
  const isPeak = (at: number) =>
    (db[at] as number) > loudest - FAINTER_DB &&
    (db[at] as number) >= neighbour(db, at - 1) &&
    (db[at] as number) > neighbour(db, at + 1);
  const peaks = Array.from(db.keys()).filter(isPeak);
  const nuclei = peaks.filter((peak, rank) => {
    const next = peaks[rank + 1];
    if (next === undefined) return true;
    return (db[peak] as number) - Math.min(...db.subarray(peak, next)) > DIP_DB;
  });
  return nuclei.filter((peak) => isVoiced(pitch, startS + peak * stepS)).length;
}

function neighbour(db: Float32Array, at: number): number {
  return db[at] ?? Number.NEGATIVE_INFINITY;
}

function isVoiced({ startS, stepS, hz }: PitchTrack, timeS: number): boolean {
  return (hz[Math.round((timeS - startS) / stepS)] ?? Number.NaN) > 0;
}
