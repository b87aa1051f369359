import { NeutralFaceError } from "../domain/errors.ts";
import { createPixelPool } from "../domain/pixel-pool.ts";
import type { NeutralFace } from "../measuring/measure-against-neutral.ts";
import type { ImageOutcome } from "../measuring/measure-image.ts";
import { mapInOrder } from "../platform/map-in-order.ts";
import type { FaceIdentity } from "../ports/face-identity.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import type { VideoReader } from "../ports/video-reader.ts";
import type { StudyInput } from "./study-inputs.ts";
import {
  createNeutralFaces,
  type DoneJob,
  doJob,
  type JobDependencies,
  jobsOf,
  type NeutralFaces,
} from "./study-jobs.ts";
import { createVideoTracker, type VideoProgress, type VideoTracker } from "./video-tracker.ts";

/** What measuring a study takes. */
export interface StudyTools {
  readonly toolboxes: readonly FerToolbox[];
  readonly identity: FaceIdentity;
  readonly video: VideoReader;
}

export interface MeasureInputsOptions {
  /** Images and frames under way at once; decoding one overlaps with measuring another. */
  readonly concurrency: number;
  /** Frames per second that are measured of videos. */
  readonly fps: number;
  /** Where a video that was inProgress before goes on. */
  readonly inProgress?: { readonly key: string; readonly progress: VideoProgress } | undefined;
  /** Told what a long clip takes, once its length is known. */
  readonly onNotice?: ((notice: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What one step of a study gave: an image, a frame of a video, or the end of a video. */
export interface StudyStep {
  readonly input: StudyInput;
  /** `null` at the end of a video that went well: everything has been given already. */
  readonly outcome: ImageOutcome | null;
  /** Present while a video is under way: where to go on with it. `null` when the input is done. */
  readonly resumeFrom: VideoProgress | null;
  /** How much of the input is done, 0..1. */
  readonly share: number;
}

/**
 * Measures images and videos, several at once, and yields what became of them in the order of the inputs, frames in the
 * order of time. What cannot be read or measured is an outcome of its own and stops nothing else. When `signal` aborts,
 * whatever is under way is still given, and nothing more is inProgress.
 *
 * The pixels of a step are used for another image as soon as the next step is asked for.
 *
 * @throws whatever concerns all inputs: a broken network file, a wrong configuration.
 */
export async function* measureInputs(
  inputs: Iterable<StudyInput> | AsyncIterable<StudyInput>,
  tools: StudyTools,
  options: MeasureInputsOptions,
): AsyncGenerator<StudyStep> {
  const dependencies: JobDependencies = { ...tools, neutrals: createNeutralFaces(tools), pixels: createPixelPool() };
  let tracker: VideoTracker | undefined;
  for await (const done of mapInOrder(
    jobsOf(inputs, dependencies, options),
    (job) => doJob(job, dependencies),
    options,
  )) {
    if (done.job.kind === "image") {
      yield { input: done.job.input, outcome: done.outcome, resumeFrom: null, share: 1 };
    } else {
      if (tracker?.key !== done.job.input.key) tracker = await openTracker(done.job.input, dependencies, options);
      yield await videoStep(done, tracker);
    }
    if (done.outcome !== null && "measured" in done.outcome) dependencies.pixels.give(done.outcome.measured.image.rgb);
  }
}

async function openTracker(
  input: StudyInput,
  { neutrals, ...tools }: JobDependencies,
  { inProgress }: MeasureInputsOptions,
): Promise<VideoTracker> {
  const progress = inProgress?.key === input.key ? inProgress.progress : undefined;
  return createVideoTracker(input, { tools, neutral: await neutralOrNone(input, neutrals), progress });
}

async function videoStep({ job, outcome }: DoneJob, tracker: VideoTracker): Promise<StudyStep> {
  const { input } = job;
  if (job.kind === "frame" && outcome !== null) {
    return { input, outcome: await tracker.follow(outcome), resumeFrom: tracker.progress(), share: job.share };
  }
  const fault = job.kind === "end" ? (job.fault ?? tracker.fault()) : undefined;
  return {
    input,
    outcome: fault === undefined ? null : { path: input.path, reason: fault },
    resumeFrom: null,
    share: 1,
  };
}

/** A neutral image that cannot serve has ended its video before the first frame, so nothing is lost here. */
async function neutralOrNone(input: StudyInput, neutrals: NeutralFaces): Promise<NeutralFace | null> {
  return neutrals.of(input).catch((error: unknown) => {
    if (error instanceof NeutralFaceError) return null;
    throw error;
  });
}
