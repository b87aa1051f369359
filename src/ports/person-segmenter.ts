import type { PixelBox } from "../domain/geometry.ts";
import type { DecodedImage } from "../domain/image.ts";

/** Tells people from what is behind them. */
export interface PersonSegmenter {
  /** Name and version, for the note of what was made with it. */
  readonly id: string;
  /**
   * How likely each pixel belongs to a person: float32 [heightPx, widthPx], 0..1.
   *
   * @param faces in pixels of the image: people are looked for around each, beside the whole image.
   * @throws {InferenceError} if the network fails.
   */
  segment(
    image: Pick<DecodedImage, "widthPx" | "heightPx" | "rgb">,
    faces: readonly PixelBox[],
    signal?: AbortSignal,
  ): Promise<Float32Array>;
  close(): Promise<void>;
}
