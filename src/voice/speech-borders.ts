import { quantileOfSorted } from "../domain/statistics/summary.ts";
import { SOUND_HZ } from "../ports/speech-detector.ts";
import { levelOf } from "./intensity.ts";

/** Where the detector hears speech, in samples. */
interface Detected {
  readonly from: number;
  readonly to: number;
}

export interface Speech extends Detected {
  /** How loud it is around it, dB relative to full scale; `null` where that was not heard. */
  readonly backgroundDb: number | null;
}

/** Samples in which loudness is told: 5 ms. */
const STEP = SOUND_HZ / 200;
/** How far out of its borders the detector, which looks at 32 ms at once, may leave speech. */
const OUTSIDE = 0.15 * SOUND_HZ;
/** Speech is this much louder than what is there before or after it, and at most so much fainter than its loud parts. */
const ABOVE_BACKGROUND_DB = 6;
const BELOW_LOUD_DB = 40;
/** With less between its loud parts and the background, loudness tells less than the detector does. */
const CLEAR_DB = 15;
/** Of so many steps in a row all but one are loud where speech is. */
const IN_A_ROW = 4;

/**
 * Where speech begins and ends, to 5 ms: where its loudness rises out of what was there before, and has fallen back into
 * what is there after. In noise and in faint sound a detector hears speech for longer than there is any, over pauses too.
 *
 * @param around sound from before speech to after it; where it ends with speech, that goes on.
 * @param pause a silence of so many samples parts speech.
 */
export function speechWithin(around: Float32Array, { from, to }: Detected, pause: number): Speech[] {
  const levels = Float32Array.from({ length: Math.floor(around.length / STEP) }, (_, step) =>
    levelOf(around.subarray(step * STEP, (step + 1) * STEP)),
  );
  const at = (sample: number) => Math.min(levels.length, Math.max(0, Math.round(sample / STEP)));
  const loudest = quantile(levels.subarray(at(from), at(to)), 0.9) ?? 0;
  const before = quantile(levels.subarray(0, at(from - OUTSIDE)), 0.5);
  const after = quantile(levels.subarray(at(to + OUTSIDE)), 0.5);
  const known = [before, after].flatMap((level) => level ?? []);
  const backgroundDb = known.length === 0 ? null : Math.max(...known);
  if (backgroundDb !== null && loudest - backgroundDb < CLEAR_DB) return [{ from, to, backgroundDb }];
  const enough = (background: number | null) =>
    Math.max(loudest - BELOW_LOUD_DB, (background ?? -200) + ABOVE_BACKGROUND_DB);
  const [enoughEarly, enoughLate] = [enough(before ?? after), enough(after ?? before)];
  const isEarly = (step: number) => step * STEP < (from + to) / 2;
  const loud = levels
    .subarray(0, at(to + OUTSIDE))
    .map((level, step) => Number(level > (isEarly(step) ? enoughEarly : enoughLate)));
  const runs = runsOf(loud, at(from - OUTSIDE), pause / STEP);
  return runs.map((run) => ({ from: run.from * STEP, to: run.to * STEP, backgroundDb }));
}

/** Runs of loud steps without `pause` or more that are not: from the first to after the last. */
function runsOf(loud: Float32Array, first: number, pause: number): Detected[] {
  const runs: { from: number; to: number }[] = [];
  for (let step = first; step <= loud.length - IN_A_ROW; step++) {
    if (loud.subarray(step, step + IN_A_ROW).reduce((sum, one) => sum + one, 0) < IN_A_ROW - 1) continue;
    const last = runs.at(-1);
    if (last !== undefined && step - last.to < pause) last.to = step + IN_A_ROW;
    else runs.push({ from: step, to: step + IN_A_ROW });
  }
  return runs;
}

function quantile(values: Float32Array, probability: number): number | null {
  return quantileOfSorted(values.slice().sort(), probability);
}
