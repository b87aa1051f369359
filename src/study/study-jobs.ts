import { ImageDecodeError, InferenceError, NeutralFaceError, VideoDecodeError } from "../domain/errors.ts";
import type { DecodedImage } from "../domain/image.ts";
import type { PixelPool } from "../domain/pixel-pool.ts";
import { decodeImageInto } from "../measuring/decode-image.ts";
import {
  measureAgainstNeutral,
  type NeutralFace,
  type NeutralTools,
  readNeutral,
} from "../measuring/measure-against-neutral.ts";
import { type ImageOutcome, type MeasuredImage, measureFaces } from "../measuring/measure-image.ts";
import type { MeasureInputsOptions, StudyTools } from "./measure-inputs.ts";
import type { StudyInput } from "./study-inputs.ts";

/** One thing to do for a study; each can be done while others are under way. */
type StudyJob =
  | { readonly kind: "image"; readonly input: StudyInput }
  | { readonly kind: "frame"; readonly input: StudyInput; readonly image: DecodedImage; readonly share: number }
  /** No more frames come; `fault` says why, when that is not simply the end. */
  | { readonly kind: "end"; readonly input: StudyInput; readonly fault: string | undefined };

/** What jobs are done with. */
export interface JobDependencies extends StudyTools {
  readonly neutrals: NeutralFaces;
  readonly pixels: PixelPool;
}

/** The jobs of all inputs in their order; videos are read as their frames are asked for. */
export async function* jobsOf(
  inputs: Iterable<StudyInput> | AsyncIterable<StudyInput>,
  dependencies: JobDependencies,
  options: MeasureInputsOptions,
): AsyncGenerator<StudyJob> {
  for await (const input of inputs) {
    if (options.signal?.aborted) return;
    if (input.kind === "image" || input.refusal !== null) yield { kind: "image", input };
    else yield* framesOf(input, dependencies, options);
  }
}

async function* framesOf(
  input: StudyInput,
  { video, neutrals, pixels }: JobDependencies,
  { fps, inProgress, onNotice, signal }: MeasureInputsOptions,
): AsyncGenerator<StudyJob> {
  let isNew = true;
  const skip = inProgress?.key === input.key ? inProgress.progress.frames : 0;
  try {
    await neutrals.of(input); // an image that cannot serve is found out before the video is measured
    for await (const { image, durationS } of video.frames(input.path, { fps, skip, pixels, signal })) {
      if (signal?.aborted) return;
      if (isNew) tellIfLong(input.path, { durationS, fps }, onNotice);
      isNew = false;
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

/** As many as an hour has at 5 per second. */
const MANY_FRAMES = 18_000;
/** Of one core: with one face in view, and with a group. `node bench/clips.mjs speed` */
const FRAME_TAKES_S = [0.04, 0.12] as const;
/** In `measurements.jsonl` and `faces.csv` together. */
const FACE_TAKES_KB = 8;

/** What a long clip takes, before it is measured. */
function tellIfLong(
  path: string,
  { durationS, fps }: { readonly durationS: number | null; readonly fps: number },
  onNotice: MeasureInputsOptions["onNotice"],
): void {
  const frames = Math.round((durationS ?? 0) * fps);
  if (onNotice === undefined || durationS === null || frames <= MANY_FRAMES) return;
  const [alone, group] = FRAME_TAKES_S.map((seconds) => ((frames * seconds) / 3600).toFixed(1));
  const gigabytes = ((frames * FACE_TAKES_KB) / 1e6).toFixed(1);
  onNotice(
    `It lasts ${(durationS / 3600).toFixed(1)} h: up to ${frames} frames at ${fps} per second, which take some ${alone} hours of one processor core with one face in view and ${group} with a group, and ${gigabytes} GB on disk for each face that is always seen; what is done is kept, and a smaller --fps takes less: \`${path}\``,
  );
}

/** A job and what became of it; the end of a video has no outcome of its own. */
export interface DoneJob {
  readonly job: StudyJob;
  readonly outcome: ImageOutcome | null;
}

/** Does one job. @throws whatever concerns every other job as well. */
export async function doJob(job: StudyJob, dependencies: JobDependencies): Promise<DoneJob> {
  if (job.kind === "end") return { job, outcome: null };
  const { path, refusal } = job.input;
  if (refusal !== null) return { job, outcome: { path, reason: refusal } };
  try {
    return { job, outcome: { path, measured: await measureJob(job, dependencies) } };
  } catch (error) {
    const expected =
      error instanceof ImageDecodeError || error instanceof InferenceError || error instanceof NeutralFaceError;
    if (!expected) throw error;
    return { job, outcome: { path, reason: error.message } };
  }
}

async function measureJob(
  job: Exclude<StudyJob, { kind: "end" }>,
  dependencies: JobDependencies,
): Promise<MeasuredImage> {
  if (job.kind === "frame") return measureDecoded(job.image, dependencies);
  const neutral = await dependencies.neutrals.of(job.input);
  const measured = await measureDecoded(await decodeImageInto(dependencies.pixels, job.input.path), dependencies);
  return neutral === null
    ? measured
    : { ...measured, faces: await measureAgainstNeutral(measured, neutral, dependencies) };
}

async function measureDecoded(image: DecodedImage, { toolboxes }: JobDependencies): Promise<MeasuredImage> {
  const startedMs = performance.now();
  const faces = await measureFaces(image, toolboxes);
  return { image, faces, timingsMs: { decode: 0, measure: performance.now() - startedMs } };
}

/** The resting faces of a study's people, each measured once. */
export interface NeutralFaces {
  /** @throws {NeutralFaceError} for every input that names an image which cannot serve. `null` when it names none. */
  of(input: StudyInput): Promise<NeutralFace | null>;
}

/** People whose images stand together in a list need no more; a face takes some 50 KB. */
const KEPT = 200;

export function createNeutralFaces(tools: NeutralTools): NeutralFaces {
  const known = new Map<string, Promise<NeutralFace>>();
  return {
    async of({ neutralPath }) {
      if (neutralPath === null) return null;
      const neutral = known.get(neutralPath) ?? readNeutral(neutralPath, tools);
      neutral.catch(() => undefined); // whoever awaits it sees the failure
      known.delete(neutralPath);
      known.set(neutralPath, neutral);
      const [oldest] = known.keys();
      if (known.size > KEPT && oldest !== undefined) known.delete(oldest);
      return neutral;
    },
  };
}
