import type { DecodedImage } from "../domain/image.ts";
import type { Face } from "../domain/measurement.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import { decodeImage } from "./decode-image.ts";
import { matchFaces } from "./match-faces.ts";

/** A picture with every face that was found in it, left to right. */
export interface MeasuredImage {
  readonly image: DecodedImage;
  readonly faces: readonly Face[];
  readonly timingsMs: { readonly decode: number; readonly measure: number };
}

/**
 * Reads one picture and measures it with every toolbox. No face found is an empty list.
 *
 * @throws {ImageDecodeError} if the file cannot be read as a picture.
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

/** Measures a decoded picture with all toolboxes at once; the first one is preferred where a face needs one box. */
export async function measureFaces(
  image: DecodedImage,
  toolboxes: readonly FerToolbox[],
  signal?: AbortSignal,
): Promise<Face[]> {
  return matchFaces(await Promise.all(toolboxes.map((toolbox) => toolbox.measure(image, signal))));
}
