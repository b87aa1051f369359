import { covered, type Mask } from "./mask.ts";
import type { Raster } from "./raster.ts";

/** Patches are of 7 x 7 pixels: three to each side of their middle. */
export const REACH = 3;
/** The shorter side of the coarsest level is not under this. */
const COARSEST_PX = 36;
/** Fewer patches than this to copy from are no choice. */
const FEWEST_SOURCES = 150;
/** Of the image's pixels, this share at least must be in patches that can be copied. */
const LEAST_SHARE = 0.02;

/** One level of an image with a hole. */
export interface Field {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Float32 [height, width, 3], 0..255; in the hole what is thought of it so far. */
  readonly rgb: Float32Array;
  /** 1 where unknown. */
  readonly hole: Uint8Array;
  /** 1 where nothing is copied from. */
  readonly barred: Uint8Array;
  /** How far each pixel of the hole lies from its border, in pixels along rows and columns. */
  readonly depth: Float32Array;
  /** Middles of the patches that reach into the hole, and the place of each pixel among them, -1 for none. */
  readonly targets: Int32Array;
  readonly targetAt: Int32Array;
  /** Middles of the patches that can be copied, and which pixels are such middles. */
  readonly sources: Int32Array;
  readonly isSource: Uint8Array;
}

/** For each target of a level the source patch that is like it, as the pixel number of its middle, and how unlike it is. */
export interface Matches {
  readonly source: Int32Array;
  readonly cost: Float64Array;
}

type Known = Pick<Field, "widthPx" | "heightPx" | "rgb" | "hole" | "barred">;

/** The image and its halves, finest first, the coarsest with its hole filled in evenly; none when there is too little to copy. */
export function pyramidOf({ widthPx, heightPx, rgb }: Raster, mask: Mask, avoid: Mask | undefined): Field[] {
  const hole = covered(mask);
  const barred = hole.map((own, i) => (own === 1 || (avoid?.values[i] ?? 0) > 0.3 ? 1 : 0));
  const finest = fieldOf({ widthPx, heightPx, rgb: new Float32Array(rgb), hole, barred });
  if (finest.sources.length < Math.max(FEWEST_SOURCES, LEAST_SHARE * hole.length)) return [];
  const levels = [finest];
  for (;;) {
    const last = levels.at(-1) as Field;
    const next = fieldOf(halved(last));
    if (Math.min(next.widthPx, next.heightPx) < COARSEST_PX || next.sources.length < FEWEST_SOURCES) break;
    levels.push(next);
  }
  fillEvenly(levels.at(-1) as Field);
  return levels;
}

/** What was found on a level, on the next finer one. */
export function finer(matches: Matches, coarse: Field, fine: Field): Matches {
  const { targets, isSource, sources, widthPx } = fine;
  const source = Int32Array.from(targets, (target, n) => {
    const [x, y] = [target % widthPx, Math.floor(target / widthPx)];
    // At the frame, where no patch fits on the coarser level, beside what was found for the nearest one that does.
    const [left, top] = [withinPatches(x >> 1, coarse.widthPx), withinPatches(y >> 1, coarse.heightPx)];
    const above = coarse.targetAt[top * coarse.widthPx + left] ?? -1;
    const from = matches.source[above] ?? -1;
    const row = 2 * Math.floor(from / coarse.widthPx) + y - 2 * top;
    const own = row * widthPx + 2 * (from % coarse.widthPx) + x - 2 * left;
    return above >= 0 && isSource[own] === 1 ? own : (sources[(n * 7919) % sources.length] as number);
  });
  return { source, cost: new Float64Array(targets.length).fill(Number.POSITIVE_INFINITY) };
}

/** The nearest place along a side around which a patch fits. */
export function withinPatches(at: number, side: number): number {
  return Math.max(REACH, Math.min(side - 1 - REACH, at));
}

function halved({ widthPx, heightPx, rgb, hole, barred }: Known): Known {
  const [w, h] = [widthPx >> 1, heightPx >> 1];
  const next = { widthPx: w, heightPx: h, rgb: new Float32Array(w * h * 3) };
  const [coarseHole, coarseBarred] = [new Uint8Array(w * h), new Uint8Array(w * h)];
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const to = y * w + x;
      const from = 2 * y * widthPx + 2 * x;
      const four = [from, from + 1, from + widthPx, from + widthPx + 1];
      coarseHole[to] = four.some((i) => hole[i] === 1) ? 1 : 0;
      coarseBarred[to] = four.some((i) => barred[i] === 1) ? 1 : 0;
      for (let c = 0; c < 3; c++) {
        next.rgb[3 * to + c] = four.reduce((sum, i) => sum + (rgb[3 * i + c] as number), 0) / 4;
      }
    }
  }
  return { ...next, hole: coarseHole, barred: coarseBarred };
}

function fieldOf(known: Known): Field {
  const { widthPx, heightPx, hole, barred } = known;
  const isSource = new Uint8Array(hole.length);
  const targetAt = new Int32Array(hole.length).fill(-1);
  const [targets, sources]: [number[], number[]] = [[], []];
  const [holes, bars] = [countsUnderPatch(hole, widthPx), countsUnderPatch(barred, widthPx)];
  for (let y = REACH; y < heightPx - REACH; y++) {
    for (let x = REACH; x < widthPx - REACH; x++) {
      const at = y * widthPx + x;
      if (bars(x, y) === 0) {
        isSource[at] = 1;
        sources.push(at);
      }
      if (holes(x, y) > 0) {
        targetAt[at] = targets.length;
        targets.push(at);
      }
    }
  }
  const depth = depthOf(hole, widthPx);
  return { ...known, depth, isSource, targetAt, targets: Int32Array.from(targets), sources: Int32Array.from(sources) };
}

/** How many pixels under the patch around a place are set, by a summed-area table. */
function countsUnderPatch(set: Uint8Array, widthPx: number): (x: number, y: number) => number {
  const w = widthPx + 1;
  const sums = new Int32Array(w * (set.length / widthPx + 1));
  for (let i = 0; i < set.length; i++) {
    const at = (Math.floor(i / widthPx) + 1) * w + (i % widthPx) + 1;
    sums[at] = (set[i] as number) + (sums[at - 1] as number) + (sums[at - w] as number) - (sums[at - w - 1] as number);
  }
  const sum = (x: number, y: number) => sums[y * w + x] as number;
  return (x, y) => {
    const [left, top, right, bottom] = [x - REACH, y - REACH, x + REACH + 1, y + REACH + 1];
    return sum(right, bottom) - sum(left, bottom) - sum(right, top) + sum(left, top);
  };
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

/** Ring by ring, each unknown pixel the mean of its known neighbours. */
function fillEvenly({ widthPx, hole, rgb, depth }: Field): void {
  const inward = [...hole.keys()].filter((i) => hole[i] === 1).sort((a, b) => (depth[a] ?? 0) - (depth[b] ?? 0));
  const known = hole.map((own) => 1 - own);
  for (const at of inward) {
    const around = [-widthPx, 0, widthPx].flatMap((row) => [at + row - 1, at + row, at + row + 1]);
    const given = around.filter((i) => known[i] === 1 && Math.abs((i % widthPx) - (at % widthPx)) <= 1);
    for (let c = 0; c < 3 && given.length > 0; c++) {
      rgb[3 * at + c] = given.reduce((sum, i) => sum + (rgb[3 * i + c] as number), 0) / given.length;
    }
    known[at] = 1;
  }
}
