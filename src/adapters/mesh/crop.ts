import { type RotatedRegion, regionToSource } from "./rotated-region.ts";

/** Where in the source the crop's first pixel lies, and how far one column and one row of the crop move. */
export interface Walk {
  readonly x: number;
  readonly y: number;
  readonly columnX: number;
  readonly columnY: number;
  readonly rowX: number;
  readonly rowY: number;
}

export function walkOver(region: RotatedRegion, { widthPx, heightPx, mirrored = false }: CropOptions): Walk {
  const [x, y] = regionToSource(region, (mirrored ? widthPx - 0.5 : 0.5) / widthPx, 0.5 / heightPx);
  const stepX = ((mirrored ? -1 : 1) * region.widthPx) / widthPx;
  const stepY = region.heightPx / heightPx;
  const [cos, sin] = [Math.cos(region.angleRad), Math.sin(region.angleRad)];
  return { x, y, columnX: cos * stepX, columnY: sin * stepX, rowX: -sin * stepY, rowY: cos * stepY };
}

/**
 * Coordinates are walked in whole numbers of this fraction of a pixel: integer steps are several times quicker than
 * converting every sample's position from a float. Images may be 2^17 pixels wide before this overflows.
 */
export const FRACTION_BITS = 14;
export const ONE = 1 << FRACTION_BITS;

/** One row of the crop in fixed-point source pixels: where it starts, and how far one column moves. */
export interface Row {
  readonly at: number;
  readonly length: number;
  readonly x: number;
  readonly y: number;
  readonly stepX: number;
  readonly stepY: number;
}

export function rowOf(walk: Walk, crop: Crop, row: number, shiftPx: number): Row {
  return {
    at: row * crop.widthPx * 3,
    length: crop.widthPx,
    x: Math.round((walk.x + row * walk.rowX + shiftPx) * ONE),
    y: Math.round((walk.y + row * walk.rowY + shiftPx) * ONE),
    stepX: Math.round(walk.columnX * ONE),
    stepY: Math.round(walk.columnY * ONE),
  };
}

/** Whether both ends of a row, and so all of it, lie between `least` and `mostX`, `mostY`. */
export function rowIsInside({ x, y, stepX, stepY, length }: Row, least: number, mostX: number, mostY: number): boolean {
  const [endX, endY] = [x + stepX * (length - 1), y + stepY * (length - 1)];
  return (
    Math.min(x, endX) >= least && Math.min(y, endY) >= least && Math.max(x, endX) < mostX && Math.max(y, endY) < mostY
  );
}
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
