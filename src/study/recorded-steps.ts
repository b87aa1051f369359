import type { RecordedStep } from "../runs/record-steps.ts";
import { NO_COUNTS, type RunCounts } from "../runs/run-rows.ts";
import { TILES_FILE, type TileGatherer } from "./contact-tiles.ts";
import type { StudyStep } from "./measure-inputs.ts";
import type { StudyTables } from "./study-tables.ts";

export interface RecordingOptions {
  readonly tables: StudyTables;
  /** How many images and frames earlier runs measured. */
  readonly before: number;
  /** `null` when no contact sheets are wanted. */
  readonly tiles: TileGatherer | null;
}

/** Turns what was measured into lines of the study's files, step by step. */
export async function* recordedSteps(
  steps: AsyncIterable<StudyStep>,
  { tables, before, tiles }: RecordingOptions,
): AsyncGenerator<RecordedStep> {
  let order = before;
  for await (const step of steps) {
    const { input, outcome, resumeFrom, share } = step;
    const text = new Map(outcome === null ? [] : tables.linesOf(input, outcome, order));
    if (tiles !== null) text.set(TILES_FILE, await tiles.linesOf(step));
    const counts = countsOf(step);
    order += counts.images;
    const [done, inProgress] =
      resumeFrom === null ? [input.key, null] : [null, { key: input.key, progress: resumeFrom }];
    yield { share, record: { done, inProgress, text, counts } };
  }
}

function countsOf({ outcome }: StudyStep): RunCounts {
  if (outcome === null) return NO_COUNTS;
  if ("reason" in outcome) return { ...NO_COUNTS, failures: 1 };
  return { images: 1, faces: outcome.measured.faces.length, failures: 0 };
}
