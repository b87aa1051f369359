import { type Crop, FRACTION_BITS, ONE, type PixelSource, type Row } from "./crop.ts";

/** Bilinear means for a row that the image does not hold whole. */
export function interpolateAcrossEdge(source: PixelSource, row: Row, outside: "edge" | number, crop: Crop): void {
  const to = crop.rgb;
  const end = row.at + row.length * 3;
  for (let at = row.at, x = row.x, y = row.y; at < end; at += 3, x += row.stepX, y += row.stepY) {
    if (outside === "edge" || isOnEdge(source, x, y)) mixOnEdge(source, x, y, to, at);
    else to.fill(outside, at, at + 3);
  }
  scaleRow(row, crop);
}

/** Brings a row that was filled with 0..255 to what the crop is to hold. */
function scaleRow({ at: start, length }: Row, { rgb, scale: { scale, offset } }: Crop): void {
  for (let at = start; at < start + length * 3; at += 3) {
    rgb[at] = (rgb[at] as number) * scale[0] - offset[0];
    rgb[at + 1] = (rgb[at + 1] as number) * scale[1] - offset[1];
    rgb[at + 2] = (rgb[at + 2] as number) * scale[2] - offset[2];
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
export interface Taps {
  readonly offsets: Int32Array;
  /** How far the farthest lies from the middle, in x or y. */
  readonly reach: number;
  readonly outside: "edge" | number;
}

/** Means of several samples for a row that the image does not hold whole. */
export function averageAcrossEdge(source: PixelSource, row: Row, taps: Taps, crop: Crop): void {
  const { outside, reach } = taps;
  const to = crop.rgb;
  const [lastX, lastY] = [source.widthPx * ONE + reach, source.heightPx * ONE + reach];
  const end = row.at + row.length * 3;
  for (let at = row.at, x = row.x, y = row.y; at < end; at += 3, x += row.stepX, y += row.stepY) {
    const away = x < -reach || y < -reach || x >= lastX || y >= lastY;
    if (outside !== "edge" && away) to.fill(outside, at, at + 3);
    else meanAcrossEdge(source, { x, y, taps }, to, at);
  }
  scaleRow(row, crop);
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
