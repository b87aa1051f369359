import { seamsOf } from "./fill-seams.ts";
import { boxMean } from "./mask.ts";
import type { Raster } from "./raster.ts";

/**
 * Pieces from brighter and darker places meet without a seam: what is kept of them is how each pixel differs from the next, but
 * for the shade that they bring along from where they were. The shade in the hole is that of its border, continued.
 *
 * @param from where each pixel comes from, as its number; -1 where nothing is known, which becomes even.
 * @returns float32 [height, width, 3], about 0..255.
 */
export function joinPieces(
  { widthPx, heightPx, rgb }: Raster,
  hole: Uint8Array,
  from: Int32Array,
): { readonly rgb: Float32Array } {
  const joined = new Float32Array(rgb);
  const shares = boxMean(new Float32Array(hole), widthPx, SHADE_REACH_PX);
  const ways = [1, widthPx].map((step) => ({ step, edges: edgesAt({ rgb, hole, from, step }) }));
  const joinSeamlessly = seamsOf({ width: widthPx, height: heightPx, inside: hole });
  const known = new Float32Array(hole.length);
  const values = new Float32Array(hole.length);
  for (const channel of [0, 1, 2]) {
    for (let at = 0; at < known.length; at++) known[at] = rgb[3 * at + channel] as number;
    for (let at = 0; at < known.length; at++)
      values[at] = from[at] === -1 ? 128 : (known[from[at] as number] as number);
    const [right, below] = ways.map(({ step, edges }) => {
      const wanted = slopesIn({ known, hole, from, step, widthPx });
      takeShade(wanted, { hole, shares, widthPx });
      leaveEdges(wanted, { values, edges, step });
      return wanted;
    }) as [Float32Array, Float32Array];
    joinSeamlessly(values, { right, below });
    for (let at = 0; at < hole.length; at++) if (hole[at] === 1) joined[3 * at + channel] = values[at] as number;
  }
  return { rgb: joined };
}

interface Pieces {
  /** One channel of what is known. */
  readonly known: Float32Array;
  readonly hole: Uint8Array;
  readonly from: Int32Array;
  /** 1 along rows, the width along columns. */
  readonly step: number;
  readonly widthPx: number;
}

/** Where pieces differ in light by less than the first, in steps of 255, they are joined; where by more than the second, an edge is left. */
const LIGHT_EDGE = [150, 200] as const;
/** The same for colour, which no shade changes. */
const COLOUR_EDGE = [50, 90] as const;

/** How far, 0..1, two neighbours from different places stay as different as they are: things end somewhere, and smears are seen. */
function edgesAt({ rgb, hole, from, step }: Omit<Pieces, "known" | "widthPx"> & Pick<Raster, "rgb">): Float32Array {
  const edges = new Float32Array(hole.length);
  for (let at = 0; at + step < hole.length; at++) {
    const [a, b] = [from[at] as number, from[at + step] as number];
    if (a < 0 || b < 0 || b - a === step || (hole[at] === 0 && hole[at + step] === 0)) continue;
    const [red, green, blue] = [jump(rgb, a, b, 0), jump(rgb, a, b, 1), jump(rgb, a, b, 2)];
    const [least, most] = [Math.min(red, green, blue), Math.max(red, green, blue)];
    edges[at] = Math.max(ramp(Math.max(-least, most), LIGHT_EDGE), ramp(most - least, COLOUR_EDGE));
  }
  return edges;
}

function jump(rgb: Uint8Array, a: number, b: number, channel: number): number {
  return (rgb[3 * b + channel] as number) - (rgb[3 * a + channel] as number);
}

function ramp(value: number, [from, to]: readonly [number, number]): number {
  return Math.max(0, Math.min(1, (value - from) / (to - from)));
}

/** By how much the next pixel along a row or column is to be more than each one in or at the hole: as it is where both come from. */
function slopesIn({ known, hole, from, step, widthPx }: Pieces): Float32Array {
  /** Whether a pixel and the next lie outside the hole; rows end at the frame. */
  const isKnown = (at: number) =>
    at >= 0 &&
    at + step < hole.length &&
    hole[at] === 0 &&
    hole[at + step] === 0 &&
    (step > 1 || at % widthPx < widthPx - 1);
  const slope = (at: number) => (known[at + step] as number) - (known[at] as number);
  const slopes = new Float32Array(hole.length);
  for (let at = 0; at + step < hole.length; at++) {
    if (hole[at] === 0 && hole[at + step] === 0) continue;
    const [a, b] = [from[at] as number, (from[at + step] as number) - step];
    const [here, there] = [isKnown(a), isKnown(b)];
    if (here || there) slopes[at] = (slope(here ? a : b) + slope(there ? b : a)) / 2;
  }
  return slopes;
}

/** Slopes are averaged over so many pixels to each side to find the shade among texture... */
const SHADE_REACH_PX = 24;
/** ...and are shade where they come to less than this, in steps of 255 a pixel; edges come to more. */
const SHADE_UP_TO = 1.6;

/** Takes off the average of the slopes in the part of a window that lies in the hole, as far as that is a shade and no edge. */
function takeShade(
  slopes: Float32Array,
  { hole, shares, widthPx }: Pick<Pieces, "hole" | "widthPx"> & { readonly shares: Float32Array },
): void {
  const inside = slopes.map((slope, at) => slope * (hole[at] as number));
  const sums = boxMean(inside, widthPx, SHADE_REACH_PX);
  for (let at = 0; at < slopes.length; at++) {
    if (hole[at] === 0) continue;
    const average = (sums[at] as number) / (shares[at] as number);
    const share = Math.max(0, 1 - Math.abs(average) / SHADE_UP_TO);
    slopes[at] = (slopes[at] as number) - Math.min(1, 2 * share) * average;
  }
}

/** Where an edge is left, the next pixel differs as it does from piece to piece. */
function leaveEdges(
  wanted: Float32Array,
  { values, edges, step }: { readonly values: Float32Array; readonly edges: Float32Array; readonly step: number },
): void {
  for (let at = 0; at + step < wanted.length; at++) {
    if (edges[at] === 0) continue;
    const difference = (values[at + step] as number) - (values[at] as number);
    wanted[at] = (wanted[at] as number) + (edges[at] as number) * (difference - (wanted[at] as number));
  }
}
