import { type Field, type Matches, withinPatches } from "./fill-pyramid.ts";
import { seamsOf } from "./fill-seams.ts";

/**
 * Pieces from brighter and darker places meet without a seam: what is kept of them is how each pixel differs from the next, but
 * for the shade that they bring along from where they were. The shade in the hole is that of its border, continued.
 */
export function joinPieces(field: Field, matches: Matches): void {
  const { widthPx, heightPx, rgb, hole } = field;
  const from = sourceOfEach(field, matches);
  const joinSeamlessly = seamsOf({ width: widthPx, height: heightPx, inside: hole });
  for (const channel of [0, 1, 2]) {
    const colour = (at: number) => rgb[3 * at + channel] as number;
    const values = new Float32Array(hole.length);
    for (let at = 0; at < hole.length; at++) values[at] = colour(at);
    const slopes = [1, widthPx].map((step) => withoutShade(slopesIn(field, from, { channel, step }), hole, widthPx));
    joinSeamlessly(values, (at, axis) => slopes[axis]?.[at] as number);
    for (let at = 0; at < hole.length; at++) if (hole[at] === 1) rgb[3 * at + channel] = values[at] as number;
  }
}

/** By how much the next pixel along a row (`step` 1) or column is to be more than each one in or at the hole. */
function slopesIn(
  { rgb, hole }: Field,
  from: Int32Array,
  { channel, step }: { readonly channel: number; readonly step: number },
): Float32Array {
  const colour = (at: number) => rgb[3 * at + channel] as number;
  return Float32Array.from(hole, (own, at) => {
    if (at + step >= hole.length || (own === 0 && hole[at + step] === 0)) return 0;
    const [a, b] = [from[at] as number, from[at + step] as number];
    if (a === at) return colour(b) - colour(b - step);
    if (b === at + step) return colour(a + step) - colour(a);
    return (colour(a + step) - colour(a) + colour(b) - colour(b - step)) / 2;
  });
}

/** Where each pixel of the hole comes from; those at the frame, around which no patch fits, from beside the nearest that has one. */
function sourceOfEach({ widthPx, heightPx, hole, targetAt }: Field, { source }: Matches): Int32Array {
  return Int32Array.from(hole, (own, at) => {
    if (own === 0) return at;
    const [x, y] = [at % widthPx, Math.floor(at / widthPx)];
    const nearest = withinPatches(y, heightPx) * widthPx + withinPatches(x, widthPx);
    const target = targetAt[nearest] ?? -1;
    return target < 0 ? at : (source[target] as number) + at - nearest;
  });
}

/** Slopes are averaged over so many pixels to each side to find the shade among texture... */
const SHADE_REACH_PX = 24;
/** ...and are shade where they come to less than this, in steps of 255 a pixel; edges come to more. */
const SHADE_UP_TO = 1.6;

/** Slopes without their average over a window, as far as that is a shade and no edge. */
function withoutShade(slopes: Float32Array, hole: Uint8Array, widthPx: number): Float32Array {
  const mean = windowMean(slopes, hole, widthPx);
  return slopes.map((slope, at) => {
    const average = mean[at] as number;
    const share = Math.max(0, 1 - Math.abs(average) / SHADE_UP_TO);
    return slope - Math.min(1, 2 * share) * average;
  });
}

/** The mean over the part of a window that lies in the hole, by summed-area tables. */
function windowMean(values: Float32Array, hole: Uint8Array, widthPx: number): Float32Array {
  const [w, heightPx] = [widthPx + 1, hole.length / widthPx];
  const [sums, counts] = [new Float64Array(w * (heightPx + 1)), new Float64Array(w * (heightPx + 1))];
  for (let i = 0; i < hole.length; i++) {
    const at = (Math.floor(i / widthPx) + 1) * w + (i % widthPx) + 1;
    for (const [table, value] of [
      [sums, hole[i] === 1 ? (values[i] as number) : 0],
      [counts, hole[i] as number],
    ] as const) {
      table[at] = value + (table[at - 1] as number) + (table[at - w] as number) - (table[at - w - 1] as number);
    }
  }
  return values.map((_, i) => {
    if (hole[i] === 0) return 0;
    const [x, y] = [i % widthPx, Math.floor(i / widthPx)];
    const [left, right] = [Math.max(0, x - SHADE_REACH_PX), Math.min(widthPx, x + SHADE_REACH_PX + 1)];
    const [top, bottom] = [Math.max(0, y - SHADE_REACH_PX), Math.min(heightPx, y + SHADE_REACH_PX + 1)];
    const inside = (table: Float64Array) =>
      (table[bottom * w + right] as number) -
      (table[bottom * w + left] as number) -
      (table[top * w + right] as number) +
      (table[top * w + left] as number);
    return inside(sums) / Math.max(1, inside(counts));
  });
}
