/** Pixels to sample from: uint8 [heightPx, widthPx, 3], RGB. */
export interface PixelSource {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rgb: Uint8Array;
}

export interface CropOptions {
  readonly widthPx: number;
  readonly heightPx: number;
  /** What lies outside the image: its nearest edge pixel, or a gray level 0..255. */
  readonly outside: "edge" | number;
  /** Samples per output pixel and axis are at most this; more cost time, fewer let fine patterns alias. */
  readonly maxTaps?: number;
  /** Where the pixels go, instead of into a new array; overwritten whole. */
  readonly into?: Float32Array;
  /** Samples the region as a mirror shows it, left and right exchanged. */
  readonly mirrored?: boolean;
}

/** A sampled region: float32 [heightPx, widthPx, 3], RGB 0..255. */
export interface Crop {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rgb: Float32Array;
}
