import { ImageDecodeError, InferenceError } from "../domain/errors.ts";
import { mapInOrder } from "../platform/map-in-order.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import { type MeasuredImage, measureImage } from "./measure-image.ts";

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
