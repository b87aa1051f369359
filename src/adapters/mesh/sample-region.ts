import {
  type Crop,
  type CropOptions,
  FRACTION_BITS,
  ONE,
  type PixelSource,
  partsOfRow,
  type Row,
  rowOf,
  UNSCALED,
  type Walk,
  walkOver,
} from "./crop.ts";
import { type RotatedRegion, uprightBox } from "./rotated-region.ts";
import { averageAcrossEdge, interpolateAcrossEdge, type Taps } from "./sample-edge.ts";

const MAX_TAPS = 4;

/**
 * A turned region as an upright crop. Enlarging interpolates bilinearly; shrinking averages a grid of source pixels for
 * each output pixel, so a face of 2000 pixels does not alias. Pixel centres lie at half coordinates.
 */
export function sampleRegion(source: PixelSource, region: RotatedRegion, options: CropOptions): Crop {
  const { widthPx, heightPx, scale = UNSCALED } = options;
  const crop = { widthPx, heightPx, rgb: options.into ?? new Float32Array(widthPx * heightPx * 3), scale };
  const shrink = Math.max(region.widthPx / widthPx, region.heightPx / heightPx);
  const tapsPerAxis = shrink < 1.5 ? 1 : Math.min(options.maxTaps ?? MAX_TAPS, Math.max(2, Math.ceil(shrink / 2)));
  const walk = walkOver(region, options);
  if (region.angleRad !== 0) crop.rgb[0] = readAhead(source, region); // written over: it keeps the reads from being left out
  if (tapsPerAxis === 1) interpolatePixels(source, crop, walk, options.outside);
  else averagePixels(source, crop, walk, { tapsPerAxis, outside: options.outside });
  return crop;
}

const CACHE_LINE_BYTES = 64;

/**
 * Reads one byte of each cache line under a turned region, row by row, as processors fetch ahead. To walk it turned waits
 * for memory at nearly every line instead, and takes up to twice as long when networks have run in between.
 */
function readAhead({ rgb, widthPx, heightPx }: PixelSource, region: RotatedRegion): number {
  const box = uprightBox(region);
  const [left, top] = [Math.max(0, Math.floor(box.leftPx)), Math.max(0, Math.floor(box.topPx))];
  const right = Math.min(widthPx, Math.ceil(box.leftPx + box.widthPx));
  const bottom = Math.min(heightPx, Math.ceil(box.topPx + box.heightPx));
  let sum = 0;
  for (let row = top; row < bottom; row++) {
    const end = (row * widthPx + right) * 3;
    for (let at = (row * widthPx + left) * 3; at < end; at += CACHE_LINE_BYTES) sum += rgb[at] as number;
  }
  return sum;
}

/**
 * A pixel and the first byte of the next one, little endian: one read with one check instead of three. Nothing follows the
 * last pixel of an image, so what reads like this leaves its last row to what reads byte by byte.
 */
function wordsOf({ rgb }: PixelSource): DataView {
  return new DataView(rgb.buffer, rgb.byteOffset, rgb.byteLength);
}

/** Fills a crop that enlarges the source, or hardly shrinks it, by bilinear interpolation. */
function interpolatePixels(source: PixelSource, crop: Crop, walk: Walk, outside: "edge" | number): void {
  const words = wordsOf(source);
  const [lastX, lastY] = [(source.widthPx - 1) * ONE, (source.heightPx - 2) * ONE];
  for (let index = 0; index < crop.heightPx; index++) {
    const row = rowOf(walk, crop, index, -0.5); // interpolation is between pixel centres
    const [before, inside, after] = partsOfRow(row, 0, lastX, lastY);
    if (inside.length > 0) interpolateInside(words, source.widthPx, inside, crop);
    for (const part of [before, after]) if (part.length > 0) interpolateAcrossEdge(source, part, outside, crop);
  }
}

/** Bilinear means of four pixels, for rows that lie between pixel centres of the image. */
function interpolateInside(
  words: DataView,
  widthPx: number,
  row: Row,
  { rgb: to, scale: { scale, offset } }: Crop,
): void {
  const { stepX, stepY } = row;
  const [scaleR, scaleG, scaleB] = scale;
  const [offsetR, offsetG, offsetB] = offset;
  let [x, y, at] = [row.x, row.y, row.at];
  for (let column = row.length; column > 0; column--, at += 3, x += stepX, y += stepY) {
    const along = (x & (ONE - 1)) / ONE;
    const down = (y & (ONE - 1)) / ONE;
    const d = along * down;
    const b = along - d;
    const c = down - d;
    const a = 1 - along - c;
    const upper = ((y >> FRACTION_BITS) * widthPx + (x >> FRACTION_BITS)) * 3;
    const lower = upper + widthPx * 3;
    const p = words.getInt32(upper, true);
    const q = words.getInt32(upper + 3, true);
    const r = words.getInt32(lower, true);
    const s = words.getInt32(lower + 3, true);
    const red = a * (p & 255) + b * (q & 255) + c * (r & 255) + d * (s & 255);
    const green = a * ((p >> 8) & 255) + b * ((q >> 8) & 255) + c * ((r >> 8) & 255) + d * ((s >> 8) & 255);
    const blue = a * ((p >> 16) & 255) + b * ((q >> 16) & 255) + c * ((r >> 16) & 255) + d * ((s >> 16) & 255);
    to[at] = red * scaleR - offsetR;
    to[at + 1] = green * scaleG - offsetG;
    to[at + 2] = blue * scaleB - offsetB;
  }
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
  const words = wordsOf(source);
  const taps: Taps = { ...gridOfTaps(walk, options.tapsPerAxis), outside: options.outside };
  const [lastX, lastY] = [source.widthPx * ONE - taps.reach, (source.heightPx - 1) * ONE - taps.reach];
  const averageInside = options.tapsPerAxis === 2 ? averageFour : averageMany;
  for (let index = 0; index < crop.heightPx; index++) {
    const row = rowOf(walk, crop, index, 0);
    const [before, inside, after] = partsOfRow(row, taps.reach, lastX, lastY);
    if (inside.length > 0) averageInside(words, source.widthPx, inside, { taps, crop });
    for (const part of [before, after]) if (part.length > 0) averageAcrossEdge(source, part, taps, crop);
  }
}

interface Averaging {
  readonly taps: Taps;
  readonly crop: Crop;
}

/** Red and blue of a pixel's word: added up, neither of at most 16 runs into the other. */
const RED_AND_BLUE = 0xff00ff;

/** For rows whose samples all lie within the image, which are nearly all: no sample needs a check. */
function averageMany(words: DataView, widthPx: number, row: Row, { taps: { offsets }, crop }: Averaging): void {
  const { stepX, stepY } = row;
  const { scale, offset } = crop.scale;
  const [share, count, to] = [2 / offsets.length, offsets.length, crop.rgb];
  const [scaleR, scaleG, scaleB] = [scale[0] * share, scale[1] * share, scale[2] * share];
  let [x, y, at] = [row.x, row.y, row.at];
  for (let column = row.length; column > 0; column--) {
    let [redAndBlue, green] = [0, 0];
    for (let tap = 0; tap < count; tap += 2) {
      const left = (x + (offsets[tap] as number)) >> FRACTION_BITS;
      const top = (y + (offsets[tap + 1] as number)) >> FRACTION_BITS;
      const pixel = words.getInt32((top * widthPx + left) * 3, true);
      redAndBlue += pixel & RED_AND_BLUE;
      green += (pixel >> 8) & 255;
    }
    to[at] = (redAndBlue & 0xffff) * scaleR - offset[0];
    to[at + 1] = green * scaleG - offset[1];
    to[at + 2] = (redAndBlue >> 16) * scaleB - offset[2];
    at += 3;
    x += stepX;
    y += stepY;
  }
}

/** The same for two samples per axis, by far the most frequent case: written out, it takes half the time. */
function averageFour(words: DataView, widthPx: number, row: Row, { taps: { offsets }, crop }: Averaging): void {
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
  const { scale, offset } = crop.scale;
  const [scaleR, scaleG, scaleB] = [scale[0] / 4, scale[1] / 4, scale[2] / 4];
  const [offsetR, offsetG, offsetB] = offset;
  const to = crop.rgb;
  let [x, y, at] = [row.x, row.y, row.at];
  for (let column = row.length; column > 0; column--) {
    const a = words.getInt32((((y + ay) >> FRACTION_BITS) * widthPx + ((x + ax) >> FRACTION_BITS)) * 3, true);
    const b = words.getInt32((((y + by) >> FRACTION_BITS) * widthPx + ((x + bx) >> FRACTION_BITS)) * 3, true);
    const c = words.getInt32((((y + cy) >> FRACTION_BITS) * widthPx + ((x + cx) >> FRACTION_BITS)) * 3, true);
    const d = words.getInt32((((y + dy) >> FRACTION_BITS) * widthPx + ((x + dx) >> FRACTION_BITS)) * 3, true);
    const redAndBlue = (a & RED_AND_BLUE) + (b & RED_AND_BLUE) + (c & RED_AND_BLUE) + (d & RED_AND_BLUE);
    const green = ((a >> 8) & 255) + ((b >> 8) & 255) + ((c >> 8) & 255) + ((d >> 8) & 255);
    to[at] = (redAndBlue & 0xffff) * scaleR - offsetR;
    to[at + 1] = green * scaleG - offsetG;
    to[at + 2] = (redAndBlue >> 16) * scaleB - offsetB;
    at += 3;
    x += stepX;
    y += stepY;
  }
}
