import { z } from "zod";
import type { PixelBox } from "./geometry.ts";
import { clipBox } from "./geometry.ts";
import type { DecodedImage } from "./image.ts";

const COLUMNS = 17;
const ROWS = 16;
/** Standard deviation of the 17 x 16 luminance grid (0..255) under which an image says nothing about itself. */
const PLAIN_BELOW = 2;

/**
 * Difference hash of an image: 256 bits, one for each pair of neighbours on a 17 x 16 luminance grid, set where it gets
 * brighter to the right. Written as 64 hex digits. It survives scaling, re-encoding and changes of brightness.
 */
export const PerceptualHash = z.string().regex(/^[0-9a-f]{64}$/, "a perceptual hash is 64 hex digits");
export type PerceptualHash = z.infer<typeof PerceptualHash>;

/**
 * Up to so many of 256 bits two images count as copies of one another. On 413 face images re-encoding (JPEG 30),
 * halving, greyscale and blur moved at most 13 bits, brightening by a fifth 24, trimming 2 % off each side 25 in the
 * median; two different images differed by at least 48 and 113 in the median.
 */
export const SAME_IMAGE_BITS = 30;

/** Hash of an image or of a region of it; `null` when it is a plain surface and any other plain surface would match. */
export function perceptualHash(image: DecodedImage, region: PixelBox | null): PerceptualHash | null {
  const grid = luminanceGrid(image, region);
  return grid === null ? null : hashOfGrid(grid, (row, column) => row * COLUMNS + column);
}

/** The hash that the same image would have when flipped left to right. */
export function mirroredHash(image: DecodedImage, region: PixelBox | null): PerceptualHash | null {
  const grid = luminanceGrid(image, region);
  return grid === null ? null : hashOfGrid(grid, (row, column) => row * COLUMNS + (COLUMNS - 1 - column));
}

/** Number of differing bits, 0..256. */
export function hashDistance(a: PerceptualHash, b: PerceptualHash): number {
  let bits = 0;
  for (let start = 0; start < 64; start += 8) {
    let differing = Number.parseInt(a.slice(start, start + 8), 16) ^ Number.parseInt(b.slice(start, start + 8), 16);
    while (differing !== 0) {
      differing &= differing - 1;
      bits += 1;
    }
  }
  return bits;
}

function hashOfGrid(grid: Float64Array, at: (row: number, column: number) => number): PerceptualHash {
  let hex = "";
  for (let row = 0; row < ROWS; row += 1) {
    for (let nibble = 0; nibble < 4; nibble += 1) {
      let value = 0;
      for (let bit = 0; bit < 4; bit += 1) {
        const column = nibble * 4 + bit;
        const left = grid[at(row, column)] as number;
        const right = grid[at(row, column + 1)] as number;
        value = value * 2 + (right > left ? 1 : 0);
      }
      hex += value.toString(16);
    }
  }
  return hex;
}

/** Mean luminance of each cell, or `null` for a plain surface or a region outside the frame. */
function luminanceGrid(image: DecodedImage, region: PixelBox | null): Float64Array | null {
  const whole = { leftPx: 0, topPx: 0, widthPx: image.widthPx, heightPx: image.heightPx };
  const box = clipBox(region ?? whole, image);
  if (box === undefined) return null;
  const grid = new Float64Array(COLUMNS * ROWS);
  for (let row = 0; row < ROWS; row += 1) {
    for (let column = 0; column < COLUMNS; column += 1) {
      grid[row * COLUMNS + column] = cellLuminance(image, {
        left: box.leftPx + (box.widthPx * column) / COLUMNS,
        right: box.leftPx + (box.widthPx * (column + 1)) / COLUMNS,
        top: box.topPx + (box.heightPx * row) / ROWS,
        bottom: box.topPx + (box.heightPx * (row + 1)) / ROWS,
      });
    }
  }
  return spread(grid) < PLAIN_BELOW ? null : grid;
}

interface Cell {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Samples at most 8 x 8 pixels of a cell, which is plenty for a mean and keeps a 50 MP image quick. */
function cellLuminance(image: DecodedImage, cell: Cell): number {
  const xs = samplePositions(cell.left, cell.right, image.widthPx);
  const ys = samplePositions(cell.top, cell.bottom, image.heightPx);
  let sum = 0;
  for (const y of ys) {
    for (const x of xs) {
      const at = (y * image.widthPx + x) * 3;
      // ITU-R BT.601 luma.
      sum +=
        0.299 * (image.rgb[at] as number) +
        0.587 * (image.rgb[at + 1] as number) +
        0.114 * (image.rgb[at + 2] as number);
    }
  }
  return sum / (xs.length * ys.length);
}

function samplePositions(from: number, to: number, limit: number): number[] {
  const count = Math.max(1, Math.min(8, Math.floor(to - from)));
  return Array.from({ length: count }, (_, index) =>
    Math.min(limit - 1, Math.max(0, Math.floor(from + ((index + 0.5) * (to - from)) / count))),
  );
}

function spread(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
