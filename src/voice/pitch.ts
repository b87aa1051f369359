/**
 * Fundamental frequency by autocorrelation, after Boersma (1993), "Accurate short-term analysis of the fundamental frequency
 * and the harmonics-to-noise ratio of a sampled sound", IFA Proceedings 17, 97-110, with the standard settings of Praat's
 * `To Pitch (ac)`. Peaks between two samples are found by a parabola.
 */
export interface PitchTrack {
  /** Where the frames lie: the first one's middle, and from each to the next, in seconds. */
  readonly startS: number;
  readonly stepS: number;
  /** float32 [frames], Hz; NaN where there is no voice. */
  readonly hz: Float32Array;
  /** float32 [frames], 0..1: how much of the sound's power repeats itself from period to period; NaN where there is no voice. */
  readonly periodicity: Float32Array;
}

export const FLOOR_HZ = 75;
const CEILING_HZ = 600;
export const PITCH_STEP_S = 0.01;
/** Three of the longest periods. */
export const PITCH_WINDOW_S = 3 / FLOOR_HZ;
/** What is fainter than this share of the loudest is silence. */
const SILENCE = 0.03;
const VOICING = 0.45;
const OCTAVE_COST = 0.01;
const OCTAVE_JUMP_COST = 0.35;
const VOICING_CHANGE_COST = 0.14;
const MOST_CANDIDATES = 15;

interface Candidate {
  /** `null` is no voice. */
  readonly hz: number | null;
  readonly periodicity: number;
  /** How good it is by itself. */
  readonly worth: number;
}

/** @param samples float32 [samples], -1..1, mono. What is shorter than a window has no frame. */
export function pitchOf(samples: Float32Array, rateHz: number): PitchTrack {
  const size = Math.floor(PITCH_WINDOW_S * rateHz);
  const window = hanning(size);
  const lags = windowAutocorrelation(size, Math.ceil(rateHz / FLOOR_HZ) + 1);
  const loudest = peakOf(samples, 0, samples.length);
  const frames = Math.max(0, Math.floor((samples.length - size) / (PITCH_STEP_S * rateHz)) + 1);
  const starts = Array.from({ length: frames }, (_, frame) => Math.round(frame * PITCH_STEP_S * rateHz));
  const windowed = new Float64Array(size);
  const path = bestPath(
    starts.map((start) => {
      const part = samples.subarray(start, start + size);
      const mean = windowInto(windowed, part, window);
      const middle = size / 2;
      const reach = rateHz / FLOOR_HZ / 2;
      const intensity = loudest === 0 ? 0 : peakOf(part, middle - reach, middle + reach, mean) / loudest;
      return candidatesOf(autocorrelation(windowed, lags), rateHz, Math.min(1, intensity));
    }),
  );
  return {
    startS: PITCH_WINDOW_S / 2,
    stepS: PITCH_STEP_S,
    hz: Float32Array.from(path, ({ hz }) => hz ?? Number.NaN),
    periodicity: Float32Array.from(path, ({ hz, periodicity }) => (hz === null ? Number.NaN : periodicity)),
  };
}

function hanning(size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, at) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (at + 0.5)) / size));
}

/** Of the window itself, by which that of the sound is divided: otherwise longer periods would look weaker. */
function windowAutocorrelation(size: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, lag) => {
    const share = lag / size;
    const turn = 2 * Math.PI * share;
    return (1 - share) * (2 / 3 + Math.cos(turn) / 3) + Math.sin(turn) / (2 * Math.PI);
  });
}

function peakOf(samples: Float32Array, from: number, to: number, mean = 0): number {
  let peak = 0;
  for (let at = Math.max(0, Math.floor(from)); at < Math.min(samples.length, to); at++) {
    peak = Math.max(peak, Math.abs((samples[at] as number) - mean));
  }
  return peak;
}

/** Normalised, for each lag in samples; zero throughout for silence. */
function autocorrelation(windowed: Float64Array, ofWindow: Float64Array): Float64Array {
  const result = new Float64Array(ofWindow.length);
  let power = 0;
  for (let lag = 0; lag < result.length; lag++) {
    const sum = correlationAt(windowed, lag);
    if (lag === 0) power = sum;
    if (power === 0) return result;
    result[lag] = sum / power / (ofWindow[lag] as number);
  }
  return result;
}

export function correlationAt(windowed: Float64Array, lag: number): number {
  let sum = 0;
  for (let at = lag; at < windowed.length; at++) sum += (windowed[at] as number) * (windowed[at - lag] as number);
  return sum;
}

/** @returns what was constant in it, and was taken out. */
export function windowInto(windowed: Float64Array, part: Float32Array, window: Float64Array): number {
  const mean = part.reduce((sum, value) => sum + value, 0) / part.length;
  for (let at = 0; at < windowed.length; at++) windowed[at] = ((part[at] as number) - mean) * (window[at] as number);
  return mean;
}

/** The highest point of the parabola through three values of which the middle one is highest: how far from it, and how high. */
function peakAt(before: number, here: number, after: number) {
  const [slope, bend] = [(after - before) / 2, 2 * here - before - after];
  return bend === 0
    ? { offset: 0, height: here }
    : { offset: slope / bend, height: here + (slope * slope) / (2 * bend) };
}

function candidatesOf(r: Float64Array, rateHz: number, intensity: number): Candidate[] {
  const unvoiced = VOICING + Math.max(0, 2 - (intensity * (1 + VOICING)) / SILENCE);
  const voiced: Candidate[] = [];
  for (let lag = Math.max(2, Math.floor(rateHz / CEILING_HZ)); lag < r.length - 1; lag++) {
    const [before, here, after] = [r[lag - 1] as number, r[lag] as number, r[lag + 1] as number];
    if (here <= VOICING / 2 || here <= before || here < after) continue;
    const { offset, height } = peakAt(before, here, after);
    const hz = rateHz / (lag + offset);
    if (hz < FLOOR_HZ || hz > CEILING_HZ) continue;
    const periodicity = height > 1 ? 1 / height : height;
    voiced.push({ hz, periodicity, worth: periodicity - OCTAVE_COST * Math.log2(CEILING_HZ / hz) });
  }
  const best = voiced.sort((a, b) => b.worth - a.worth).slice(0, MOST_CANDIDATES - 1);
  return [{ hz: null, periodicity: 0, worth: unvoiced }, ...best];
}

/** One candidate of each frame, so that they are good and change little (Viterbi). */
function bestPath(frames: readonly (readonly Candidate[])[]): Candidate[] {
  const from: number[][] = [];
  let totals: number[] = [];
  for (const [at, candidates] of frames.entries()) {
    const earlier = frames[at - 1];
    const steps = candidates.map((candidate) => bestStep(earlier ?? [], totals, candidate));
    from.push(steps.map(({ index }) => index));
    totals = candidates.map(({ worth }, index) => worth + (steps[index]?.total ?? 0));
  }
  const path: Candidate[] = [];
  let index = totals.indexOf(Math.max(...totals));
  for (let at = frames.length - 1; at >= 0; at--) {
    path.push(frames[at]?.[index] as Candidate);
    index = from[at]?.[index] as number;
  }
  return path.reverse();
}

function bestStep(earlier: readonly Candidate[], totals: readonly number[], to: Candidate) {
  let best = { index: 0, total: earlier.length === 0 ? 0 : Number.NEGATIVE_INFINITY };
  for (const [index, candidate] of earlier.entries()) {
    const total = (totals[index] as number) - changeCost(candidate.hz, to.hz);
    if (total > best.total) best = { index, total };
  }
  return best;
}

function changeCost(a: number | null, b: number | null): number {
  if (a === null && b === null) return 0;
  return a === null || b === null ? VOICING_CHANGE_COST : OCTAVE_JUMP_COST * Math.abs(Math.log2(a / b));
}
