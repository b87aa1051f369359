import { ImageDecodeError, InferenceError } from "../domain/errors.ts";
import type { DecodedImage } from "../domain/image.ts";
import type { Face } from "../domain/measurement.ts";
import { mapInOrder } from "../platform/map-in-order.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import { decodeImage } from "./decode-image.ts";
import { joinToFaces, matchFaces } from "./match-faces.ts";
import { roundedFaces } from "./rounded-faces.ts";

/** An image with every face that was found in it, left to right. */
export interface MeasuredImage {
  readonly image: DecodedImage;
  readonly faces: readonly Face[];
  readonly timingsMs: { readonly decode: number; readonly measure: number };
}

/**
 * Reads one image and measures it with every toolbox. No face found is an empty list.
 *
 * @throws {ImageDecodeError} if the file cannot be read as an image.
 * @throws {InferenceError} if a toolbox fails on it.
 */
export async function measureImage(
  path: string,
  toolboxes: readonly FerToolbox[],
  signal?: AbortSignal,
): Promise<MeasuredImage> {
  const startedMs = performance.now();
  const image = await decodeImage(path, signal);
  const decodedMs = performance.now();
  const faces = await measureFaces(image, toolboxes, signal);
  const timingsMs = { decode: decodedMs - startedMs, measure: performance.now() - decodedMs };
  return { image, faces, timingsMs };
}

/**
 * Measures a decoded image with all toolboxes at once; the first one is preferred where a face needs one box. Those
 * that need to know the faces, as files without boxes do, come after the others.
 */
export async function measureFaces(
  image: DecodedImage,
  toolboxes: readonly FerToolbox[],
  signal?: AbortSignal,
): Promise<Face[]> {
  const looking = toolboxes.filter(({ measureGiven }) => measureGiven === undefined);
  let faces = matchFaces(await Promise.all(looking.map((toolbox) => toolbox.measure(image, signal))));
  for (const toolbox of toolboxes) {
    if (toolbox.measureGiven === undefined) continue;
    faces = joinToFaces(faces, await toolbox.measureGiven(image, faces, signal));
  }
  return roundedFaces(faces);
}

/** What became of one path: measured, or the one sentence that says why not. */
export type ImageOutcome =
  | { readonly path: string; readonly measured: MeasuredImage }
  | { readonly path: string; readonly reason: string };

export interface MeasureOptions {
  readonly toolboxes: readonly FerToolbox[];
  /** Images under way at once; decoding one overlaps with measuring another. */
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
}

const CONCURRENCY = 3;

/**
 * Measures many images, several at once, and yields the outcomes in the order of the paths. An image that cannot be
 * read or measured is an outcome of its own and does not stop the others.
 *
 * @throws whatever concerns all of them: a broken network file, a wrong configuration, an abort.
 */
export function measureImages(
  paths: AsyncIterable<string> | Iterable<string>,
  options: MeasureOptions,
): AsyncGenerator<ImageOutcome> {
  const wished = options.toolboxes.map(({ imagesAtOnce = CONCURRENCY }) => imagesAtOnce);
  const concurrency = options.concurrency ?? Math.max(CONCURRENCY, ...wished);
  return mapInOrder(paths, (path) => measureOrExplain(path, options), { concurrency });
}

async function measureOrExplain(path: string, { toolboxes, signal }: MeasureOptions): Promise<ImageOutcome> {
  signal?.throwIfAborted();
  try {
    return { path, measured: await measureImage(path, toolboxes, signal) };
  } catch (error) {
    if (error instanceof ImageDecodeError || error instanceof InferenceError) return { path, reason: error.message };
    throw error;
  }
}
