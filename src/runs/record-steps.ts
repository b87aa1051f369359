import type { RunRows, RunStep } from "./run-rows.ts";

/** How far a run is. */
export interface StepProgress {
  /** Inputs that are done, those of earlier processes included. */
  readonly done: number;
  readonly total: number;
  readonly failed: number;
  /** From the pace of this process; `null` until there is one. */
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

/** Steps may wait for each other to be written together; no longer than this, as a crash would do them again. */
const FLUSH_EVERY_MS = 1_000;

/**
 * Writes the steps of a run to its tables as they come. When `signal` aborts, what came is kept and the rest is left for
 * a resume.
 */
export async function recordSteps(steps: AsyncIterable<RecordedStep>, options: RecordOptions): Promise<StepProgress> {
  const { rows, total, already, onProgress, signal } = options;
  const startedMs = performance.now();
  let flushedMs = startedMs;
  let done = 0;
  let share = 0;
  /** How much of an input that goes on was done by an earlier process. */
  let before: number | undefined;
  const progress = (): StepProgress => ({
    done: already + done,
    total,
    failed: rows.counts().failures,
    secondsLeft: secondsLeft(
      performance.now() - startedMs,
      done + share - (before ?? 0),
      total - already - (before ?? 0),
    ),
  });
  try {
    for await (const step of steps) {
      before ??= rows.inProgress !== null && step.record.done === null ? step.share : 0;
      await rows.append(step.record);
      if (step.record.done !== null) done += 1;
      share = step.record.done === null ? step.share : 0;
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

function secondsLeft(passedMs: number, done: number, toDo: number): number | null {
  return done <= 0 ? null : (passedMs / 1000 / done) * (toDo - done);
}
