import { ImageDecodeError, InferenceError, NeutralFaceError, VideoDecodeError } from "../domain/errors.ts";
import type { DecodedImage } from "../domain/image.ts";
import type { Face } from "../domain/measurement.ts";
import { mapInOrder } from "../pipeline/map-in-order.ts";
import { measureAgainstNeutral } from "../pipeline/measure-against-neutral.ts";
import { type MeasuredImage, measureFaces, measureImage } from "../pipeline/measure-image.ts";
import type { ImageOutcome } from "../pipeline/measure-images.ts";
import type { NeutralFace } from "../pipeline/read-neutral.ts";
import type { FaceIdentity } from "../ports/face-identity.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import type { VideoReader } from "../ports/video-reader.ts";
import { createNeutralFaces, type NeutralFaces } from "./neutral-faces.ts";
import type { StudyInput } from "./study-inputs.ts";
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
 * @throws whatever concerns all inputs: a broken network file, a wrong configuration.
 */
export async function* measureInputs(
  inputs: Iterable<StudyInput> | AsyncIterable<StudyInput>,
  tools: StudyTools,
  options: MeasureInputsOptions,
): AsyncGenerator<StudyStep> {
  const neutrals = createNeutralFaces(tools);
  let tracker: VideoTracker | undefined;
  for await (const done of mapInOrder(
    jobsOf(inputs, { ...tools, neutrals }, options),
    (job) => work(job, tools, neutrals),
    options,
  )) {
    const { input } = done.job;
    if (done.job.kind === "picture") {
      yield { input, outcome: done.outcome, goOnAt: null, share: 1 };
      continue;
    }
    if (tracker?.key !== input.key) {
      const progress = options.begun?.key === input.key ? options.begun.progress : undefined;
      tracker = createVideoTracker(input, { tools, neutral: await neutralOrNone(input, neutrals), progress });
    }
    if (done.job.kind === "frame") {
      const outcome = done.outcome === null ? null : await tracker.follow(done.outcome);
      yield { input, outcome, goOnAt: tracker.progress(), share: done.job.share };
      continue;
    }
    const fault = done.job.fault ?? tracker.fault();
    const outcome = fault === undefined ? null : { path: input.path, reason: fault };
    yield { input, outcome, goOnAt: null, share: 1 };
  }
}

type Job =
  | { readonly kind: "picture"; readonly input: StudyInput }
  | { readonly kind: "frame"; readonly input: StudyInput; readonly image: DecodedImage; readonly share: number }
  | { readonly kind: "end"; readonly input: StudyInput; readonly fault: string | undefined };

interface DoneJob {
  readonly job: Job;
  readonly outcome: ImageOutcome | null;
}

async function* jobsOf(
  inputs: Iterable<StudyInput> | AsyncIterable<StudyInput>,
  tools: StudyTools & { readonly neutrals: NeutralFaces },
  options: MeasureInputsOptions,
): AsyncGenerator<Job> {
  for await (const input of inputs) {
    if (options.signal?.aborted) return;
    if (input.kind === "picture" || input.refusal !== null) yield { kind: "picture", input };
    else yield* framesOf(input, tools, options);
  }
}

async function* framesOf(
  input: StudyInput,
  { video, neutrals }: StudyTools & { readonly neutrals: NeutralFaces },
  { fps, begun, signal }: MeasureInputsOptions,
): AsyncGenerator<Job> {
  const skip = begun?.key === input.key ? begun.progress.frames : 0;
  try {
    await neutrals.of(input); // a picture that cannot serve is found out before the video is measured
    for await (const { image, durationS } of video.frames(input.path, { fps, skip, signal })) {
      if (signal?.aborted) return;
      const shownS = image.frame?.timestampS;
      const share = durationS === null || shownS === undefined ? 0 : Math.min(1, shownS / durationS);
      yield { kind: "frame", input, image, share };
    }
    yield { kind: "end", input, fault: undefined };
  } catch (error) {
    if (signal?.aborted) return;
    if (!(error instanceof VideoDecodeError || error instanceof NeutralFaceError)) throw error;
    yield { kind: "end", input, fault: error.message };
  }
}

async function work(job: Job, tools: StudyTools, neutrals: NeutralFaces): Promise<DoneJob> {
  if (job.kind === "end") return { job, outcome: null };
  const { path, refusal } = job.input;
  if (refusal !== null) return { job, outcome: { path, reason: refusal } };
  try {
    const measured =
      job.kind === "frame" ? await measureFrame(job.image, tools) : await measurePicture(job.input, tools, neutrals);
    return { job, outcome: { path, measured } };
  } catch (error) {
    const expected =
      error instanceof ImageDecodeError || error instanceof InferenceError || error instanceof NeutralFaceError;
    if (!expected) throw error;
    return { job, outcome: { path, reason: error.message } };
  }
}

async function measurePicture(input: StudyInput, tools: StudyTools, neutrals: NeutralFaces): Promise<MeasuredImage> {
  const neutral = await neutrals.of(input);
  const measured = await measureImage(input.path, tools.toolboxes);
  if (neutral === null) return measured;
  return { ...measured, faces: await measureAgainstNeutral(measured, neutral, tools) };
}

async function measureFrame(image: DecodedImage, { toolboxes }: StudyTools): Promise<MeasuredImage> {
  const startedMs = performance.now();
  const faces: readonly Face[] = await measureFaces(image, toolboxes);
  return { image, faces, timingsMs: { decode: 0, measure: performance.now() - startedMs } };
}

/** A neutral picture that cannot serve has ended its video before the first frame, so nothing is lost here. */
async function neutralOrNone(input: StudyInput, neutrals: NeutralFaces): Promise<NeutralFace | null> {
  return neutrals.of(input).catch((error: unknown) => {
    if (error instanceof NeutralFaceError) return null;
    throw error;
  });
}
