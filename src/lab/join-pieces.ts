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
  const joined = Float32Array.from(rgb);
  const edges = [1, widthPx].map((step) => edgesAt({ rgb, hole, from, step }));
  const joinSeamlessly = seamsOf({ width: widthPx, height: heightPx, inside: hole });
  for (const channel of [0, 1, 2]) {
    const known = Float32Array.from(hole, (_, at) => rgb[3 * at + channel] as number);
    const values = Float32Array.from(from, (source) => known[source] ?? 128);
    const slopes = [1, widthPx].map((step) =>
      withoutShade(slopesIn({ known, hole, from, step, widthPx }), hole, widthPx),
    );
    joinSeamlessly(values, (at, axis) => {
      const slope = slopes[axis]?.[at] as number;
      const jump = (values[at + (axis === 0 ? 1 : widthPx)] as number) - (values[at] as number);
      return slope + (edges[axis]?.[at] as number) * (jump - slope);
    });
    for (let at = 0; at < hole.length; at++) if (hole[at] === 1) joined[3 * at + channel] = values[at] as number;
  }
  return { rgb: joined };
}

/** Where pieces differ in light by less than the first, in steps of 255, they are joined; where by more than the second, an edge is left. */
const LIGHT_EDGE = [150, 200] as const;
/** The same for colour, which no shade changes. */
const COLOUR_EDGE = [50, 90] as const;

/** How far, 0..1, two neighbours from different places stay as different as they are: things end somewhere, and smears are seen. */
function edgesAt({ rgb, hole, from, step }: Omit<Pieces, "known" | "widthPx"> & Pick<Raster, "rgb">): Float32Array {
  return Float32Array.from(hole, (own, at) => {
    const [a, b] = [from[at] as number, from[at + step] ?? -1];
    if (a < 0 || b < 0 || b - a === step || (own === 0 && hole[at + step] === 0)) return 0;
    const jumps = [0, 1, 2].map((c) => (rgb[3 * b + c] as number) - (rgb[3 * a + c] as number));
    const [least, most] = [Math.min(...jumps), Math.max(...jumps)];
    return Math.max(ramp(Math.max(-least, most), LIGHT_EDGE), ramp(most - least, COLOUR_EDGE));
  });
}

function ramp(value: number, [from, to]: readonly [number, number]): number {
  return Math.max(0, Math.min(1, (value - from) / (to - from)));
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

/** By how much the next pixel along a row or column is to be more than each one in or at the hole: as it is where both come from. */
function slopesIn({ known, hole, from, step, widthPx }: Pieces): Float32Array {
  /** The slope to the next pixel from a place outside the hole to another; rows end at the frame. */
  const slope = (at: number) =>
    at >= 0 &&
    at + step < hole.length &&
    (step > 1 || at % widthPx < widthPx - 1) &&
    hole[at] === 0 &&
    hole[at + step] === 0
      ? (known[at + step] as number) - (known[at] as number)
      : undefined;
  return Float32Array.from(hole, (own, at) => {
    if (at + step >= hole.length || (own === 0 && hole[at + step] === 0)) return 0;
    const [a, b] = [from[at] as number, from[at + step] as number];
    const here = slope(a);
    const there = b < 0 ? undefined : slope(b - step);
    return ((here ?? there ?? 0) + (there ?? here ?? 0)) / 2;
  });
}

/** Slopes are averaged over so many pixels to each side to find the shade among texture... */
const SHADE_REACH_PX = 24;
/** ...and are shade where they come to less than this, in steps of 255 a pixel; edges come to more. */
const SHADE_UP_TO = 1.6;

/** Slopes without their average over the part of a window that lies in the hole, as far as that is a shade and no edge. */
function withoutShade(slopes: Float32Array, hole: Uint8Array, widthPx: number): Float32Array {
  const inside = slopes.map((slope, at) => slope * (hole[at] as number));
  const sums = boxMean(inside, widthPx, SHADE_REACH_PX);
  const shares = boxMean(Float32Array.from(hole), widthPx, SHADE_REACH_PX);
  return slopes.map((slope, at) => {
    const average = hole[at] === 0 ? 0 : (sums[at] as number) / (shares[at] as number);
    const share = Math.max(0, 1 - Math.abs(average) / SHADE_UP_TO);
    return slope - Math.min(1, 2 * share) * average;
  });
}
