import { depthOf } from "./mask.ts";
import type { Raster } from "./raster.ts";

/** An image with a hole, as many times smaller as `factor` says, on which it is decided what is taken from where. */
export interface Small {
  readonly factor: number;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Float32 [height, width, 3], 0..255; nothing is known where `hole`. */
  readonly rgb: Float32Array;
  /** How light changes from left to right and from above to below, and both summed: float32 [height, width]. */
  readonly across: Float32Array;
  readonly down: Float32Array;
  readonly busy: Float32Array;
  /** 1 where anything of a cell is to be filled, and where nothing is taken from. */
  readonly hole: Uint8Array;
  readonly barred: Uint8Array;
}

/** The longer side of what is decided on. */
const SIDE_PX = 320;
/** Beside a hole light is bent and shadows lie: nothing is taken from nearer than this share of the longer side. */
const RIM = 0.01;

/** @param avoid where nothing is taken from, and what is near the hole anyway. */
export function smallOf(raster: Raster, hole: Uint8Array, avoid: Float32Array | undefined): Small {
  const { widthPx, heightPx, rgb } = raster;
  const factor = Math.max(1, Math.round(Math.max(widthPx, heightPx) / SIDE_PX));
  const [w, h] = [Math.ceil(widthPx / factor), Math.ceil(heightPx / factor)];
  const small = { rgb: new Float32Array(3 * w * h), hole: new Uint8Array(w * h), barred: new Uint8Array(w * h) };
  const counted = new Uint16Array(w * h);
  const isBarred = barredIn(raster, hole, avoid);
  for (let at = 0; at < hole.length; at++) {
    const to = Math.floor(Math.floor(at / widthPx) / factor) * w + Math.floor((at % widthPx) / factor);
    counted[to] = (counted[to] as number) + 1;
    for (let c = 0; c < 3; c++) small.rgb[3 * to + c] = (small.rgb[3 * to + c] as number) + (rgb[3 * at + c] as number);
    if (hole[at] === 1) small.hole[to] = 1;
    if (isBarred(at)) small.barred[to] = 1;
  }
  for (let to = 0; to < counted.length; to++) {
    const count = counted[to] as number;
    for (let c = 3 * to; c < 3 * to + 3; c++) small.rgb[c] = (small.rgb[c] as number) / count;
    // Whole cells only: what is taken goes to whole cells.
    if (count < factor * factor) small.barred[to] = 1;
  }
  return { factor, widthPx: w, heightPx: h, ...small, ...slopesOf(small.rgb, small.hole, w) };
}

function barredIn({ widthPx, heightPx }: Raster, hole: Uint8Array, avoid: Float32Array | undefined) {
  const away = depthOf(
    hole.map((own) => 1 - own),
    widthPx,
  );
  const rim = RIM * Math.max(widthPx, heightPx);
  return (at: number) => (away[at] as number) <= rim || (avoid?.[at] ?? 0) > 0.3;
}

/** Slopes of light between the two neighbours of a cell, 0 where one of them is not known. */
function slopesOf(rgb: Float32Array, hole: Uint8Array, widthPx: number) {
  const light = Float32Array.from(
    hole,
    (_, i) => ((rgb[3 * i] ?? 0) + (rgb[3 * i + 1] ?? 0) + (rgb[3 * i + 2] ?? 0)) / 3,
  );
  const slope = (step: number) =>
    light.map((_, i) => {
      const isInside = i % widthPx > 0 && i % widthPx < widthPx - 1 && i >= widthPx && i + widthPx < hole.length;
      const isKnown = isInside && hole[i] === 0 && hole[i - step] === 0 && hole[i + step] === 0;
      return isKnown ? (light[i + step] as number) - (light[i - step] as number) : 0;
    });
  const [across, down] = [slope(1), slope(widthPx)];
  return { across, down, busy: across.map((one, i) => Math.abs(one) + Math.abs(down[i] as number)) };
}
