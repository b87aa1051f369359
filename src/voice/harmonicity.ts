import { correlationAt, FLOOR_HZ, type PitchTrack, windowInto } from "./pitch.ts";

/** Four and a half of the longest periods, twice as long for a Gaussian, as Praat's `To Harmonicity (ac)`. */
const WINDOW_S = 9 / FLOOR_HZ;

/**
 * Harmonics-to-noise ratio of each voiced frame, dB: how much louder what repeats itself from period to period is than what
 * does not (Boersma 1993, see pitch.ts). Frames too near to an end are left out.
 */
export function harmonicityOf(samples: Float32Array, rateHz: number, { startS, stepS, hz }: PitchTrack): number[] {
  const size = Math.floor(WINDOW_S * rateHz);
  const window = gaussian(size);
  const ofWindow = Float64Array.from({ length: Math.ceil(rateHz / FLOOR_HZ) + DEPTH + 1 }, (_, lag) =>
    correlationAt(window, lag),
  );
  const windowed = new Float64Array(size);
  return Array.from(hz).flatMap((pitchHz, frame) => {
    const start = Math.round((startS + frame * stepS) * rateHz - size / 2);
    if (Number.isNaN(pitchHz) || start < 0 || start + size > samples.length) return [];
    windowInto(windowed, samples.subarray(start, start + size), window);
    const power = correlationAt(windowed, 0) / (ofWindow[0] as number);
    if (power === 0) return [];
    const lag = Math.round(rateHz / pitchHz);
    const near = LAGS.map((by) => correlationAt(windowed, lag + by) / (ofWindow[lag + by] as number) / power);
    const height = Math.max(...FRACTIONS.map((fraction) => between(near, fraction)));
    // Above 1 it is an error of interpolation.
    const periodic = Math.min(Math.max(height > 1 ? 1 / height : height, 1e-6), 1 - 1e-6);
    return [10 * Math.log10(periodic / (1 - periodic))];
  });
}

/** Between two samples the autocorrelation is a sum of sines over the samples around, faded out by a Hanning window. */
const DEPTH = 12;
const LAGS = Array.from({ length: 2 * DEPTH + 1 }, (_, at) => at - DEPTH);
/** Up to a sample to either side, as pitch was measured in a shorter window. */
const FRACTIONS = Array.from({ length: 41 }, (_, at) => at / 20 - 1);

function between(near: readonly number[], fraction: number): number {
  return near.reduce((sum, value, at) => {
    const x = Math.PI * (fraction - (at - DEPTH));
    return sum + value * (x === 0 ? 1 : (Math.sin(x) / x) * (0.5 + 0.5 * Math.cos(x / (DEPTH + 1))));
  }, 0);
}

function gaussian(size: number): Float64Array {
  const edge = Math.exp(-12);
  return Float64Array.from({ length: size }, (_, at) => {
    const x = (at - (size - 1) / 2) / (size + 1);
    return (Math.exp(-48 * x * x) - edge) / (1 - edge);
  });
}
