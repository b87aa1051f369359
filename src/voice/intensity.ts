/**
 * Loudness over time as Praat's `To Intensity` has it: the power under a window of 6.4 longest periods (Kaiser, of which the
 * middle half counts), without what is constant in it.
 */
export interface IntensityCurve {
  readonly startS: number;
  readonly stepS: number;
  /** float32 [frames], dB relative to full scale: a sine that just fits has -3. */
  readonly db: Float32Array;
}

/** As for syllable nuclei (de Jong & Wempe 2009). */
const LOWEST_HZ = 50;
const WINDOW_S = 6.4 / LOWEST_HZ;
const INTENSITY_STEP_S = 0.8 / LOWEST_HZ;
/** Digital silence has no logarithm: nothing is called fainter than this. */
const SILENCE_DB = -120;

/** @param samples float32 [samples], -1..1, mono. Near its ends the window holds what there is. */
export function intensityOf(samples: Float32Array, rateHz: number): IntensityCurve {
  const half = Math.floor((WINDOW_S * rateHz) / 2);
  const window = kaiser(half);
  const frames = Math.floor(samples.length / (INTENSITY_STEP_S * rateHz)) + 1;
  const db = Float32Array.from({ length: frames }, (_, frame) => {
    const middle = Math.round(frame * INTENSITY_STEP_S * rateHz);
    return decibels(powerAround(samples, middle, window));
  });
  return { startS: 0, stepS: INTENSITY_STEP_S, db };
}

/** dB relative to full scale of the mean power. */
export function levelOf(samples: Float32Array): number {
  let sum = 0;
  for (const value of samples) sum += value * value;
  return decibels(samples.length === 0 ? 0 : sum / samples.length);
}

function decibels(power: number): number {
  return Math.max(SILENCE_DB, 10 * Math.log10(power));
}

function powerAround(samples: Float32Array, middle: number, window: Float64Array): number {
  const half = (window.length - 1) / 2;
  const [from, to] = [Math.max(0, middle - half), Math.min(samples.length, middle + half + 1)];
  let [sum, weights] = [0, 0];
  for (let at = from; at < to; at++) sum += samples[at] as number;
  const mean = to > from ? sum / (to - from) : 0;
  sum = 0;
  for (let at = from; at < to; at++) {
    const weight = window[at - middle + half] as number;
    sum += weight * ((samples[at] as number) - mean) ** 2;
    weights += weight;
  }
  return weights === 0 ? 0 : sum / weights;
}

/** Kaiser's window with side lobes under -190 dB, 2 * half + 1 samples. */
function kaiser(half: number): Float64Array {
  const width = 2 * Math.PI ** 2 + 0.5;
  return Float64Array.from({ length: 2 * half + 1 }, (_, at) => {
    const x = (at - half) / (half + 1);
    return bessel(width * Math.sqrt(1 - x * x)) / bessel(width);
  });
}

/** Modified Bessel function of the first kind, order 0, by its power series. */
function bessel(x: number): number {
  let [sum, term] = [1, 1];
  for (let k = 1; term > 1e-12 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
