import type { PixelScale } from "../../networks/image-tensor.ts";
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

/** A row in three parts: the columns between lie at `least` or more and below `mostX`, `mostY`; those at its ends may be none. */
export function partsOfRow(row: Row, least: number, mostX: number, mostY: number): readonly [Row, Row, Row] {
  const [fromX, toX] = columnsWithin(row.x, row.stepX, least, mostX);
  const [fromY, toY] = columnsWithin(row.y, row.stepY, least, mostY);
  const from = Math.min(Math.max(0, fromX, fromY), row.length);
  const to = Math.max(from, Math.min(row.length, toX, toY));
  return [partOf(row, 0, from), partOf(row, from, to), partOf(row, to, row.length)];
}

/** The first column that lies within along one axis, and the first one after it that does not. */
function columnsWithin(start: number, step: number, least: number, most: number): readonly [number, number] {
  if (step > 0) return [Math.ceil((least - start) / step), Math.ceil((most - start) / step)];
  if (step < 0) return [Math.floor((most - start) / step) + 1, Math.floor((least - start) / step) + 1];
  return start >= least && start < most ? [0, Number.POSITIVE_INFINITY] : [0, 0];
}

function partOf({ at, x, y, stepX, stepY }: Row, from: number, to: number): Row {
  return { at: at + from * 3, length: to - from, x: x + from * stepX, y: y + from * stepY, stepX, stepY };
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
  /** Writes pixels as a network takes them; 0..255 without it. */
  readonly scale?: PixelScale;
  /** Samples the region as a mirror shows it, left and right exchanged. */
  readonly mirrored?: boolean;
}

/** A sampled region. */
export interface Crop {
  readonly widthPx: number;
  readonly heightPx: number;
  /** float32 [heightPx, widthPx, 3], RGB 0..255 times the scale, less the offset. */
  readonly rgb: Float32Array;
  readonly scale: PixelScale;
}

export const UNSCALED: PixelScale = { scale: [1, 1, 1], offset: [0, 0, 0] };
