import { mapInOrder } from "../platform/map-in-order.ts";
import { type RecordedStep, recordStudy, type StudyProgress } from "./record-study.ts";
import type { StudyFiles } from "./study-files.ts";

/** What became of one image: the lines that it adds to each of the study's files. */
export interface StudyOutcome {
  readonly record: { readonly path: string; readonly text: ReadonlyMap<string, string> };
  readonly failed: boolean;
}

export interface RunStudyOptions {
  readonly files: StudyFiles;
  readonly concurrency: number;
  readonly onProgress?: (progress: StudyProgress) => void;
  readonly signal?: AbortSignal;
}

/**
 * Works on every image that is not recorded yet, several at once, and appends the outcomes in the order of the
 * images. When `signal` aborts, what is finished is kept and the rest is left for a resume.
 */
export async function runStudy<Input extends { readonly path: string }>(
  inputs: readonly Input[],
  work: (input: Input) => Promise<StudyOutcome>,
  options: RunStudyOptions,
): Promise<StudyProgress> {
  const left = inputs.filter(({ path }) => !options.files.done.has(path));
  const counted = { total: inputs.length, already: inputs.length - left.length };
  return recordStudy(steps(untilAborted(left, options.signal), work, options), { ...options, ...counted });
}

async function* steps<Input>(
  inputs: Iterable<Input>,
  work: (input: Input) => Promise<StudyOutcome>,
  { concurrency }: RunStudyOptions,
): AsyncGenerator<RecordedStep> {
  for await (const { record, failed } of mapInOrder(inputs, work, { concurrency })) {
    const counts = { images: failed ? 0 : 1, faces: 0, failures: failed ? 1 : 0 };
    yield { record: { done: record.path, inProgress: null, text: record.text, counts }, share: 1 };
  }
}

function* untilAborted<T>(inputs: readonly T[], signal: AbortSignal | undefined): Generator<T> {
  for (const input of inputs) {
    if (signal?.aborted) return;
    yield input;
  }
}
