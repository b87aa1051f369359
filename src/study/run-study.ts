import { mapInOrder } from "../pipeline/map-in-order.ts";
import type { StudyFiles, StudyRecord } from "./study-files.ts";
import type { StudyInput } from "./study-inputs.ts";

/** How far a study is. */
export interface StudyProgress {
  /** Pictures recorded, those of earlier runs included. */
  readonly done: number;
  readonly total: number;
  readonly failed: number;
  /** From the pace of this run; `null` until there is one. */
  readonly secondsLeft: number | null;
}

/** What became of one picture. */
export interface StudyOutcome {
  readonly record: StudyRecord;
  readonly failed: boolean;
}

/**
 * Measures every input that is not recorded yet, several at once, and appends the outcomes in the order of the inputs.
 * When `signal` aborts, what is finished is kept and the rest is left for a resume.
 */
export async function runStudy(
  inputs: readonly StudyInput[],
  work: (input: StudyInput) => Promise<StudyOutcome>,
  options: {
    readonly files: StudyFiles;
    readonly concurrency: number;
    readonly onProgress?: (progress: StudyProgress) => void;
    readonly signal?: AbortSignal;
  },
): Promise<StudyProgress> {
  const { files, onProgress, signal } = options;
  const left = inputs.filter((input) => !files.recorded.has(input.path));
  const already = inputs.length - left.length;
  const startedMs = performance.now();
  let [measured, failed] = [0, 0];
  const progress = (): StudyProgress => ({
    done: already + measured,
    total: inputs.length,
    failed,
    secondsLeft: measured === 0 ? null : ((performance.now() - startedMs) / 1000 / measured) * (left.length - measured),
  });
  try {
    for await (const outcome of mapInOrder(untilAborted(left, signal), work, options)) {
      await files.append(outcome.record);
      measured += 1;
      if (outcome.failed) failed += 1;
      onProgress?.(progress());
    }
  } finally {
    await files.flush();
  }
  signal?.throwIfAborted();
  return progress();
}

function* untilAborted<T>(inputs: readonly T[], signal: AbortSignal | undefined): Generator<T> {
  for (const input of inputs) {
    if (signal?.aborted) return;
    yield input;
  }
}
