import { availableParallelism } from "node:os";
import { createFfmpegEncoder } from "../adapters/ffmpeg/ffmpeg-encoder.ts";
import { createFfmpegReader } from "../adapters/ffmpeg/ffmpeg-reader.ts";
import { createFfmpegSound } from "../adapters/ffmpeg/ffmpeg-sound.ts";
import { createFaceIdentity } from "../adapters/mesh/face-identity.ts";
import { createSileroVad } from "../adapters/silero/silero-vad.ts";
import { createWavSound } from "../adapters/wav/wav-sound.ts";
import { mirroredIdentity } from "../measuring/mirrored.ts";
import type { ClipEncoder } from "../ports/clip-encoder.ts";
import type { FaceIdentity } from "../ports/face-identity.ts";
import type { VideoReader } from "../ports/video-reader.ts";
import { createFramesReader } from "../study/frames-reader.ts";
import type { HearingTools } from "../study/hear-clip.ts";
import type { StudyTools } from "../study/measure-inputs.ts";
import { importEvidenceFiles } from "./evidence.ts";
import { createToolboxes } from "./toolboxes.ts";

export interface StudyToolOptions {
  /** Names of toolboxes to measure with. */
  readonly toolboxes: readonly string[];
  /** What toolboxes wrote earlier, as in `openface:results.csv`. */
  readonly evidence: readonly string[];
  /** All files that will be measured. */
  readonly paths: readonly string[];
  /** Most worker threads of each toolbox; all cores when left out. */
  readonly workers?: number | undefined;
  /** Whether images that were measured before are taken from the measurement store; they are unless told. */
  readonly cache?: boolean | undefined;
  /** Whether the images are mirrored, as selfies are. */
  readonly mirrored?: boolean | undefined;
}

/** Tools to measure a study with, and an end to them. */
export interface OpenedStudyTools {
  readonly tools: StudyTools;
  /** Used once all is measured: it has an end of its own. */
  readonly hearing: HearingTools;
  /** Images to work on at once. */
  readonly concurrency: number;
  close(): Promise<void>;
}

/** The program that reads clips and sound. */
export function ffmpegHere(): { readonly command: string } {
  return { command: process.env.KULESHOV_FFMPEG || "ffmpeg" };
}

/**
 * What reads videos on this machine. The program is looked for when the first video is read.
 * @param framesPerSecond of a folder of images, which are the frames of one clip; no program is needed for them.
 */
export function openVideoReader(framesPerSecond?: number): VideoReader {
  if (framesPerSecond !== undefined) return createFramesReader(framesPerSecond);
  return createFfmpegReader(ffmpegHere());
}

/** What writes clips for models that take video. */
export function openClipEncoder(): ClipEncoder {
  return createFfmpegEncoder(ffmpegHere());
}

/** What hears clips, and sound files. Nothing is loaded before the first is heard. */
export function openHearing(): HearingTools {
  const others = createFfmpegSound(ffmpegHere());
  return { sound: createWavSound(others), speech: createSileroVad() };
}

/** Tells people apart. */
export async function openIdentity(mirrored: boolean | undefined): Promise<FaceIdentity> {
  const identity = await createFaceIdentity();
  return mirrored ? mirroredIdentity(identity) : identity;
}

/**
 * Opens everything that measuring images and videos needs. Workers and programs start on first need.
 *
 * @throws {ConfigurationError} if a toolbox or a file of one does not exist.
 */
export async function openStudyTools(options: StudyToolOptions, signal?: AbortSignal): Promise<OpenedStudyTools> {
  const { evidence, paths, cache, mirrored, workers = availableParallelism() } = options;
  const closing: (() => Promise<void>)[] = [];
  const closeAll = async () => {
    await Promise.all(closing.map((close) => close()));
  };
  try {
    const opened = await createToolboxes(options.toolboxes, { workers, cache, mirrored }, signal);
    closing.push(...opened.map((toolbox) => () => toolbox.close()));
    const imported = await importEvidenceFiles(evidence, paths, { toolboxes: opened, mirrored, signal });
    closing.push(...imported.map((toolbox) => () => toolbox.close()));
    const identity = await openIdentity(mirrored);
    closing.push(() => identity.close());
    const toolboxes = [...opened, ...imported];
    const video = openVideoReader();
    const wanted = toolboxes.map(({ imagesAtOnce }) => imagesAtOnce ?? imagesFor(workers));
    return {
      tools: { toolboxes, identity, video },
      hearing: openHearing(),
      concurrency: Math.max(...wanted),
      close: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/**
 * Who asks for one worker asks for one core: decoding and measuring then follow each other. From two on one more image is
 * decoded ahead, so that no worker waits for the next.
 */
export function imagesFor(workers: number): number {
  return workers === 1 ? 1 : workers + 1;
}
