import sharp, { type Sharp } from "sharp";
import type { PixelBox } from "../domain/geometry.ts";
import { mixed, type Raster, sharpOf } from "./raster.ts";

/** Where something is: float32 [heightPx, widthPx], 0 outside to 1 inside. */
export interface Mask {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly values: Float32Array;
}

/** A corner in pixels. */
export type Point = readonly [number, number];

export function emptyMask({ widthPx, heightPx }: { readonly widthPx: number; readonly heightPx: number }): Mask {
  return { widthPx, heightPx, values: new Float32Array(widthPx * heightPx) };
}

/** Fills a polygon (even-odd) at pixel centres. */
export function fillPolygon(mask: Mask, corners: readonly Point[]): void {
  const ys = corners.map(([, y]) => y);
  const from = Math.max(0, Math.floor(Math.min(...ys)));
  const to = Math.min(mask.heightPx - 1, Math.ceil(Math.max(...ys)));
  for (let y = from; y <= to; y++) {
    const crossings = crossingsAt(corners, y + 0.5);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const left = Math.max(0, Math.ceil((crossings[i] as number) - 0.5));
      const right = Math.min(mask.widthPx - 1, Math.floor((crossings[i + 1] as number) - 0.5));
      if (right >= left) mask.values.fill(1, y * mask.widthPx + left, y * mask.widthPx + right + 1);
    }
  }
}

function crossingsAt(corners: readonly Point[], y: number): number[] {
  const crossings: number[] = [];
  corners.forEach(([x1, y1], i) => {
    const [x2, y2] = corners[(i + 1) % corners.length] as Point;
    if (y1 > y !== y2 > y) crossings.push(x1 + ((y - y1) / (y2 - y1)) * (x2 - x1));
  });
  return crossings.sort((a, b) => a - b);
}

/** 1 inside boxes that are given in pixels of another size of the image. */
export function boxMask(size: Pick<Mask, "widthPx" | "heightPx">, boxes: readonly PixelBox[], scale: number): Mask {
  const mask = emptyMask(size);
  for (const { leftPx, topPx, widthPx, heightPx } of boxes) {
    const [left, top, right, bottom] = [leftPx, topPx, leftPx + widthPx, topPx + heightPx].map((at) => at * scale) as [
      number,
      number,
      number,
      number,
    ];
    fillPolygon(mask, [
      [left, top],
      [right, top],
      [right, bottom],
      [left, bottom],
    ]);
  }
  return mask;
}

/** The same mask over another size of the image. */
export async function enlargedMask(mask: Mask, size: Pick<Mask, "widthPx" | "heightPx">): Promise<Mask> {
  const { widthPx, heightPx } = size;
  if (mask.widthPx === widthPx && mask.heightPx === heightPx) return mask;
  return {
    widthPx,
    heightPx,
    values: await asImage(mask, (image) => image.resize(widthPx, heightPx, { fit: "fill" })),
  };
}

/** What was made of a smaller copy, where a mask covers it, over an image of full size: nothing else of that is changed. */
export async function overFullSize(image: Raster, made: Raster, part: Mask): Promise<Raster> {
  const { widthPx, heightPx } = image;
  if (made.widthPx === widthPx && made.heightPx === heightPx) return mixed(image, made, part.values);
  const rgb = await sharpOf(made).resize(widthPx, heightPx, { fit: "fill" }).raw().toBuffer();
  return mixed(image, { rgb }, (await enlargedMask(part, image)).values);
}

/** What sharp makes of a mask, as of a gray image. */
export async function asImage({ widthPx, heightPx, values }: Mask, change: (image: Sharp) => Sharp) {
  const image = sharp(toBytes(values), { raw: { width: widthPx, height: heightPx, channels: 1 } });
  const changed = await change(image).extractChannel(0).raw().toBuffer();
  return ofBytes(changed);
}

/** Blurs the edge; grows the mask first by `growPx` so that nothing of what it covers shines through. */
export async function softened(
  mask: Mask,
  { growPx, featherPx }: { readonly growPx: number; readonly featherPx: number },
): Promise<Mask> {
  let values = mask.values;
  if (growPx > 0) {
    // What a blur of sigma growPx leaves above 2 % reaches about two sigmas out.
    values = (await blurredValues({ ...mask, values }, growPx / 2)).map((value) => (value > 0.02 ? 1 : 0));
  }
  return { ...mask, values: await blurredValues({ ...mask, values }, featherPx) };
}

/** Gaussian blur of a mask. */
export async function blurredValues(mask: Mask, sigmaPx: number): Promise<Float32Array> {
  return sigmaPx < 0.3 ? mask.values : asImage(mask, (image) => image.blur(sigmaPx));
}

/** Plain loops: masks have a million values, for which a call each is most of the work. */
function toBytes(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.round((values[i] as number) * 255);
  return bytes;
}

function ofBytes(bytes: Uint8Array): Float32Array {
  const values = new Float32Array(bytes.length);
  for (let i = 0; i < values.length; i++) values[i] = (bytes[i] as number) / 255;
  return values;
}

/** 1 where anything of a pixel is covered. */
export function covered({ values }: Mask): Uint8Array {
  const cells = new Uint8Array(values.length);
  for (let at = 0; at < cells.length; at++) cells[at] = (values[at] as number) > 0.02 ? 1 : 0;
  return cells;
}

/** Cells that hang together, largest piece first. */
export function piecesOf(cells: Uint8Array, width: number): number[][] {
  const left = Uint8Array.from(cells);
  const pieces: number[][] = [];
  for (let start = 0; start < left.length; start++) {
    if (left[start] === 0) continue;
    left[start] = 0;
    const piece = [start];
    for (let next = 0; next < piece.length; next++) {
      const at = piece[next] as number;
      for (const step of [1, -1, width, -width]) {
        const beside = at + step;
        const wraps = Math.abs(step) === 1 && Math.floor(beside / width) !== Math.floor(at / width);
        if (wraps || left[beside] !== 1) continue;
        left[beside] = 0;
        piece.push(beside);
      }
    }
    pieces.push(piece);
  }
  return pieces.sort((a, b) => b.length - a.length);
}

/** Further than any border. */
const FAR = 1e6;

/** City-block distance to the nearest pixel outside, in two sweeps; the frame is no border. */
export function depthOf(hole: Uint8Array, widthPx: number): Float32Array {
  const depth = new Float32Array(hole.length);
  for (let at = 0; at < hole.length; at++) {
    if (hole[at] !== 1) continue;
    const left = at % widthPx > 0 ? (depth[at - 1] as number) + 1 : FAR;
    const above = at >= widthPx ? (depth[at - widthPx] as number) + 1 : FAR;
    depth[at] = Math.min(FAR, left, above);
  }
  for (let at = hole.length - 1; at >= 0; at--) {
    if (hole[at] !== 1) continue;
    const right = at % widthPx < widthPx - 1 ? (depth[at + 1] as number) + 1 : FAR;
    const below = at + widthPx < hole.length ? (depth[at + widthPx] as number) + 1 : FAR;
    depth[at] = Math.min(depth[at] as number, right, below);
  }
  return depth;
}

/** The mean over a square of pixels that reaches so far to each side, as far as it lies in the frame. */
export function boxMean(values: Float32Array, widthPx: number, reachPx: number): Float32Array {
  const [w, heightPx] = [widthPx + 1, values.length / widthPx];
  const sums = new Float64Array(w * (heightPx + 1));
  for (let i = 0; i < values.length; i++) {
    const at = (Math.floor(i / widthPx) + 1) * w + (i % widthPx) + 1;
    sums[at] = (values[i] as number) + (sums[at - 1] ?? 0) + (sums[at - w] ?? 0) - (sums[at - w - 1] ?? 0);
  }
  return values.map((_, i) => {
    const [x, y] = [i % widthPx, Math.floor(i / widthPx)];
    const [left, right] = [Math.max(0, x - reachPx), Math.min(widthPx, x + reachPx + 1)];
    const [top, bottom] = [Math.max(0, y - reachPx) * w, Math.min(heightPx, y + reachPx + 1) * w];
    const sum =
      (sums[bottom + right] ?? 0) - (sums[bottom + left] ?? 0) - (sums[top + right] ?? 0) + (sums[top + left] ?? 0);
    return sum / ((right - left) * ((bottom - top) / w));
  });
}
