import { averagePixels } from "./average-pixels.ts";
import {
  type Crop,
  type CropOptions,
  FRACTION_BITS,
  ONE,
  type PixelSource,
  type Row,
  rowIsInside,
  rowOf,
  type Walk,
  walkOver,
} from "./crop.ts";
import type { RotatedRegion } from "./rotated-region.ts";

const MAX_TAPS = 4;

/**
 * A turned region as an upright crop. Enlarging interpolates bilinearly; shrinking averages a grid of source pixels for
 * each output pixel, so a face of 2000 pixels does not alias. Pixel centres lie at half coordinates.
 */
export function sampleRegion(source: PixelSource, region: RotatedRegion, options: CropOptions): Crop {
  const { widthPx, heightPx } = options;
  const crop = { widthPx, heightPx, rgb: options.into ?? new Float32Array(widthPx * heightPx * 3) };
  const shrink = Math.max(region.widthPx / widthPx, region.heightPx / heightPx);
  const tapsPerAxis = shrink < 1.5 ? 1 : Math.min(options.maxTaps ?? MAX_TAPS, Math.max(2, Math.ceil(shrink / 2)));
  const walk = walkOver(region, options);
  if (tapsPerAxis === 1) interpolatePixels(source, crop, walk, options.outside);
  else averagePixels(source, crop, walk, { tapsPerAxis, outside: options.outside });
  return crop;
}

/** Fills a crop that enlarges the source, or hardly shrinks it, by bilinear interpolation. */
function interpolatePixels(source: PixelSource, crop: Crop, walk: Walk, outside: "edge" | number): void {
  const [lastX, lastY] = [(source.widthPx - 1) * ONE, (source.heightPx - 1) * ONE];
  for (let index = 0; index < crop.heightPx; index++) {
    const row = rowOf(walk, crop, index, -0.5); // interpolation is between pixel centres
    if (rowIsInside(row, 0, lastX, lastY)) interpolateInside(source, row, crop.rgb);
    else interpolateAcrossEdge(source, row, outside, crop.rgb);
  }
}

/** Bilinear means of four pixels, for rows that lie between pixel centres of the image. */
function interpolateInside({ rgb, widthPx }: PixelSource, row: Row, to: Float32Array): void {
  const { stepX, stepY } = row;
  let [x, y, at] = [row.x, row.y, row.at];
  for (let column = row.length; column > 0; column--, at += 3, x += stepX, y += stepY) {
    const along = (x & (ONE - 1)) / ONE;
    const down = (y & (ONE - 1)) / ONE;
    const d = along * down;
    const b = along - d;
    const c = down - d;
    const a = 1 - along - c;
    const p = ((y >> FRACTION_BITS) * widthPx + (x >> FRACTION_BITS)) * 3;
    const q = p + widthPx * 3;
    to[at] = a * (rgb[p] as number) + b * (rgb[p + 3] as number) + c * (rgb[q] as number) + d * (rgb[q + 3] as number);
    to[at + 1] =
      a * (rgb[p + 1] as number) + b * (rgb[p + 4] as number) + c * (rgb[q + 1] as number) + d * (rgb[q + 4] as number);
    to[at + 2] =
      a * (rgb[p + 2] as number) + b * (rgb[p + 5] as number) + c * (rgb[q + 2] as number) + d * (rgb[q + 5] as number);
  }
}

function interpolateAcrossEdge(source: PixelSource, row: Row, outside: "edge" | number, to: Float32Array): void {
  const end = row.at + row.length * 3;
  for (let at = row.at, x = row.x, y = row.y; at < end; at += 3, x += row.stepX, y += row.stepY) {
    if (outside === "edge" || isOnEdge(source, x, y)) mixOnEdge(source, x, y, to, at);
    else to.fill(outside, at, at + 3);
  }
}

/** Within half a pixel of the outermost pixel centres, where the image ends. */
function isOnEdge({ widthPx, heightPx }: PixelSource, x: number, y: number): boolean {
  const half = ONE / 2;
  return x >= -half && y >= -half && x <= widthPx * ONE - half && y <= heightPx * ONE - half;
}

/** The same where the image ends: its outermost pixels go on for ever. */
function mixOnEdge(source: PixelSource, x: number, y: number, to: Float32Array, at: number): void {
  const { rgb, widthPx, heightPx } = source;
  const [insideX, insideY] = [clamp(x / ONE, widthPx - 1), clamp(y / ONE, heightPx - 1)];
  const [left, top] = [Math.floor(insideX), Math.floor(insideY)];
  const [right, bottom] = [Math.min(left + 1, widthPx - 1), Math.min(top + 1, heightPx - 1)];
  for (let channel = 0; channel < 3; channel++) {
    const pixel = (column: number, row: number) => rgb[(row * widthPx + column) * 3 + channel] as number;
    const upper = mix(pixel(left, top), pixel(right, top), insideX - left);
    to[at + channel] = mix(upper, mix(pixel(left, bottom), pixel(right, bottom), insideX - left), insideY - top);
  }
}

function clamp(value: number, most: number): number {
  return Math.min(Math.max(value, 0), most);
}

function mix(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}
