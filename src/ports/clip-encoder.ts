import type { DecodedImage } from "../domain/image.ts";

/** Writes what a model that takes video is shown. */
export interface ClipEncoder {
  /**
   * A silent MP4 (H.264) of these frames, each shown as long as every other: made of pixels alone, so that nothing of the
   * file that they are from comes along.
   *
   * @param frames of one size. @returns why there is none where this machine cannot write one.
   * @throws what reading the frames throws.
   */
  encode(
    frames: AsyncIterable<Pick<DecodedImage, "rgb" | "widthPx" | "heightPx">>,
    options: EncodeOptions,
    signal?: AbortSignal,
  ): Promise<Uint8Array | { readonly refused: string }>;
}

export interface EncodeOptions {
  readonly fps: number;
  /** Of the frames, and of the video; its sides are even. */
  readonly from: { readonly widthPx: number; readonly heightPx: number };
  readonly to: { readonly widthPx: number; readonly heightPx: number };
  readonly bitsPerS: number;
}
