import { NeutralFaceError } from "../domain/errors.ts";
import { createPixelPool } from "../domain/pixel-pool.ts";
import { mapInOrder } from "../platform/map-in-order.ts";
import type { ImageOutcome } from "../measuring/measure-images.ts";
import type { NeutralFace } from "../measuring/read-neutral.ts";
import type { FaceIdentity } from "../ports/face-identity.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import type { VideoReader } from "../ports/video-reader.ts";
import { createNeutralFaces, type NeutralFaces } from "./neutral-faces.ts";
import type { StudyInput } from "./study-inputs.ts";
import { type DoneJob, doJob, type JobParts, jobsOf } from "./study-jobs.ts";
import { createVideoTracker, type VideoProgress, type VideoTracker } from "./video-tracker.ts";

/** What measuring a study takes. */
export interface StudyTools {
  readonly toolboxes: readonly FerToolbox[];
  readonly identity: FaceIdentity;
  readonly video: VideoReader;
}

export interface MeasureInputsOptions {
  /** Pictures and frames under way at once; decoding one overlaps with measuring another. */
  readonly concurrency: number;
  /** Frames per second that are measured of videos. */
  readonly fps: number;
  /** Where a video that was begun before goes on. */
  readonly begun?: { readonly key: string; readonly progress: VideoProgress } | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What one step of a study gave: a picture, a frame of a video, or the end of a video. */
export interface StudyStep {
  readonly input: StudyInput;
  /** `null` at the end of a video that went well: everything has been given already. */
  readonly outcome: ImageOutcome | null;
  /** Present while a video is under way: where to go on with it. `null` when the input is done. */
  readonly goOnAt: VideoProgress | null;
  /** How much of the input is done, 0..1. */
  readonly share: number;
}

/**
 * Measures pictures and videos, several at once, and yields what became of them in the order of the inputs, frames in the
 * order of time. What cannot be read or measured is an outcome of its own and stops nothing else. When `signal` aborts,
 * whatever is under way is still given, and nothing more is begun.
 *
 * The pixels of a step are used for another picture as soon as the next step is asked for.
 *
 * @throws whatever concerns all inputs: a broken network file, a wrong configuration.
 */
export async function* measureInputs(
  inputs: Iterable<StudyInput> | AsyncIterable<StudyInput>,
  tools: StudyTools,
  options: MeasureInputsOptions,
): AsyncGenerator<StudyStep> {
  const parts: JobParts = { ...tools, neutrals: createNeutralFaces(tools), pixels: createPixelPool() };
  let tracker: VideoTracker | undefined;
  for await (const done of mapInOrder(jobsOf(inputs, parts, options), (job) => doJob(job, parts), options)) {
    if (done.job.kind === "picture") {
      yield { input: done.job.input, outcome: done.outcome, goOnAt: null, share: 1 };
    } else {
      if (tracker?.key !== done.job.input.key) tracker = await openTracker(done.job.input, parts, options);
      yield await videoStep(done, tracker);
    }
    if (done.outcome !== null && "measured" in done.outcome) parts.pixels.give(done.outcome.measured.image.rgb);
  }
}

async function openTracker(
  input: StudyInput,
  { neutrals, ...tools }: JobParts,
  { begun }: MeasureInputsOptions,
): Promise<VideoTracker> {
  const progress = begun?.key === input.key ? begun.progress : undefined;
  return createVideoTracker(input, { tools, neutral: await neutralOrNone(input, neutrals), progress });
}

async function videoStep({ job, outcome }: DoneJob, tracker: VideoTracker): Promise<StudyStep> {
  const { input } = job;
  if (job.kind === "frame" && outcome !== null) {
    return { input, outcome: await tracker.follow(outcome), goOnAt: tracker.progress(), share: job.share };
  }
  const fault = job.kind === "end" ? (job.fault ?? tracker.fault()) : undefined;
  return { input, outcome: fault === undefined ? null : { path: input.path, reason: fault }, goOnAt: null, share: 1 };
}

/** A neutral picture that cannot serve has ended its video before the first frame, so nothing is lost here. */
async function neutralOrNone(input: StudyInput, neutrals: NeutralFaces): Promise<NeutralFace | null> {
  return neutrals.of(input).catch((error: unknown) => {
    if (error instanceof NeutralFaceError) return null;
    throw error;
  });
}
