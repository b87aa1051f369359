import type { RunRows, RunStep } from "./run-rows.ts";

/** How far a run is. */
export interface StepProgress {
  /** Inputs that are done, those of earlier processes included. */
  readonly done: number;
  readonly total: number;
  readonly failed: number;
  /** From the pace of this process since its first step; `null` until that says something. */
  readonly secondsLeft: number | null;
}

/** One step of a run, ready to be written. */
export interface RecordedStep {
  readonly record: RunStep;
  /** How much of its input is done with it, 0..1; 1 for an image. */
  readonly share: number;
}

export interface RecordOptions {
  readonly rows: RunRows;
  /** How many inputs there are, those done earlier included. */
  readonly total: number;
  /** How many of them were done earlier. */
  readonly already: number;
  readonly onProgress?: ((progress: StepProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A pace taken over less than this says little: an import of half a million rows would begin with hours. */
const PACE_AFTER_MS = 3_000;

/** Steps may wait for each other to be written together; no longer than this, as a crash would do them again. */
const FLUSH_EVERY_MS = 1_000;

/**
 * Writes the steps of a run to its tables as they come. When `signal` aborts, what came is kept and the rest is left for
 * a resume.
 */
export async function recordSteps(steps: AsyncIterable<RecordedStep>, options: RecordOptions): Promise<StepProgress> {
  const { rows, total, already, onProgress, signal } = options;
  let flushedMs = performance.now();
  let done = 0;
  let share = 0;
  /** What was done when the first step had come: the time before it is spent on opening networks and tables. */
  let first: { readonly atMs: number; readonly done: number } | undefined;
  const progress = (): StepProgress => ({
    done: already + done,
    total,
    failed: rows.counts().failures,
    secondsLeft:
      first === undefined
        ? null
        : secondsLeft(performance.now() - first.atMs, done + share - first.done, total - already - done - share),
  });
  try {
    for await (const step of steps) {
      await rows.append(step.record);
      if (step.record.done !== null) done += 1;
      share = step.record.done === null ? step.share : 0;
      first ??= { atMs: performance.now(), done: done + share };
      if (performance.now() - flushedMs >= FLUSH_EVERY_MS) {
        await rows.flush();
        flushedMs = performance.now();
      }
      onProgress?.(progress());
    }
  } finally {
    await rows.flush();
  }
  signal?.throwIfAborted();
  return progress();
}

function secondsLeft(passedMs: number, done: number, left: number): number | null {
  if (left <= 0) return 0;
  return passedMs < PACE_AFTER_MS || done <= 0 ? null : (passedMs / 1000 / done) * left;
}
