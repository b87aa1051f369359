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

/** The samples that make one output pixel: x, y of each in fixed-point source pixels, from the pixel's middle. */
interface Taps {
  readonly offsets: Int32Array;
  /** How far the farthest lies from the middle, in x or y. */
  readonly reach: number;
  readonly outside: "edge" | number;
}

/** A grid of samples that covers one output pixel evenly. */
function gridOfTaps({ columnX, columnY, rowX, rowY }: Walk, taps: number): Pick<Taps, "offsets" | "reach"> {
  const offsets = new Int32Array(taps * taps * 2);
  for (let index = 0; index < taps * taps; index++) {
    const along = ((index % taps) + 0.5) / taps - 0.5;
    const down = (Math.floor(index / taps) + 0.5) / taps - 0.5;
    offsets[index * 2] = Math.round((along * columnX + down * rowX) * ONE);
    offsets[index * 2 + 1] = Math.round((along * columnY + down * rowY) * ONE);
  }
  return { offsets, reach: offsets.reduce((most, offset) => Math.max(most, Math.abs(offset)), 0) };
}

/** Fills a crop that shrinks the source: each of its pixels is the mean of `tapsPerAxis` squared source pixels. */
function averagePixels(
  source: PixelSource,
  crop: Crop,
  walk: Walk,
  options: { readonly tapsPerAxis: number; readonly outside: "edge" | number },
): void {
  const taps: Taps = { ...gridOfTaps(walk, options.tapsPerAxis), outside: options.outside };
  const [lastX, lastY] = [source.widthPx * ONE - taps.reach, source.heightPx * ONE - taps.reach];
  for (let index = 0; index < crop.heightPx; index++) {
    const row = rowOf(walk, crop, index, 0);
    if (!rowIsInside(row, taps.reach, lastX, lastY)) averageAcrossEdge(source, row, taps, crop.rgb);
    else if (options.tapsPerAxis === 2) averageFour(source, row, taps.offsets, crop.rgb);
    else averageInside(source, row, taps.offsets, crop.rgb);
  }
}

/** For rows whose samples all lie within the image, which are nearly all: no sample needs a check. */
function averageInside({ rgb, widthPx }: PixelSource, row: Row, offsets: Int32Array, to: Float32Array): void {
  const { stepX, stepY } = row;
  const [share, count] = [2 / offsets.length, offsets.length];
  let [x, y, at] = [row.x, row.y, row.at];
  for (let column = row.length; column > 0; column--) {
    let red = 0;
    let green = 0;
    let blue = 0;
    for (let tap = 0; tap < count; tap += 2) {
      const left = (x + (offsets[tap] as number)) >> FRACTION_BITS;
      const top = (y + (offsets[tap + 1] as number)) >> FRACTION_BITS;
      const from = (top * widthPx + left) * 3;
      red += rgb[from] as number;
      green += rgb[from + 1] as number;
      blue += rgb[from + 2] as number;
    }
    to[at] = red * share;
    to[at + 1] = green * share;
    to[at + 2] = blue * share;
    at += 3;
    x += stepX;
    y += stepY;
  }
}

/** The same for two samples per axis, by far the most frequent case: written out, it takes half the time. */
function averageFour({ rgb, widthPx }: PixelSource, row: Row, offsets: Int32Array, to: Float32Array): void {
  const [ax, ay, bx, by, cx, cy, dx, dy] = offsets as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const { stepX, stepY } = row;
  let [x, y, at] = [row.x, row.y, row.at];
  for (let column = row.length; column > 0; column--) {
    const a = (((y + ay) >> FRACTION_BITS) * widthPx + ((x + ax) >> FRACTION_BITS)) * 3;
    const b = (((y + by) >> FRACTION_BITS) * widthPx + ((x + bx) >> FRACTION_BITS)) * 3;
    const c = (((y + cy) >> FRACTION_BITS) * widthPx + ((x + cx) >> FRACTION_BITS)) * 3;
    const d = (((y + dy) >> FRACTION_BITS) * widthPx + ((x + dx) >> FRACTION_BITS)) * 3;
    to[at] = ((rgb[a] as number) + (rgb[b] as number) + (rgb[c] as number) + (rgb[d] as number)) / 4;
    to[at + 1] =
      ((rgb[a + 1] as number) + (rgb[b + 1] as number) + (rgb[c + 1] as number) + (rgb[d + 1] as number)) / 4;
    to[at + 2] =
      ((rgb[a + 2] as number) + (rgb[b + 2] as number) + (rgb[c + 2] as number) + (rgb[d + 2] as number)) / 4;
    at += 3;
    x += stepX;
    y += stepY;
  }
}

function averageAcrossEdge(source: PixelSource, row: Row, taps: Taps, to: Float32Array): void {
  const { outside, reach } = taps;
  const [lastX, lastY] = [source.widthPx * ONE + reach, source.heightPx * ONE + reach];
  const end = row.at + row.length * 3;
  for (let at = row.at, x = row.x, y = row.y; at < end; at += 3, x += row.stepX, y += row.stepY) {
    const away = x < -reach || y < -reach || x >= lastX || y >= lastY;
    if (outside !== "edge" && away) to.fill(outside, at, at + 3);
    else meanAcrossEdge(source, { x, y, taps }, to, at);
  }
}

function meanAcrossEdge(
  { rgb, widthPx, heightPx }: PixelSource,
  { x, y, taps }: { x: number; y: number; taps: Taps },
  to: Float32Array,
  at: number,
): void {
  const { offsets, outside } = taps;
  const share = 2 / offsets.length;
  to.fill(0, at, at + 3);
  for (let tap = 0; tap < offsets.length; tap += 2) {
    const left = (x + (offsets[tap] as number)) >> FRACTION_BITS;
    const top = (y + (offsets[tap + 1] as number)) >> FRACTION_BITS;
    const column = Math.min(Math.max(left, 0), widthPx - 1);
    const row = Math.min(Math.max(top, 0), heightPx - 1);
    const beyond = outside !== "edge" && (column !== left || row !== top);
    const from = (row * widthPx + column) * 3; // the clamps keep it inside
    for (let channel = 0; channel < 3; channel++) {
      to[at + channel] = (to[at + channel] as number) + (beyond ? outside : (rgb[from + channel] as number)) * share;
    }
  }
}
