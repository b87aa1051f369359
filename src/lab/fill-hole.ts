import { createRandom } from "../domain/statistics/random.ts";
import { type Field, finer, type Matches, pyramidOf, REACH } from "./fill-pyramid.ts";
import { joinPieces } from "./join-pieces.ts";
import type { Mask } from "./mask.ts";
import { mixed, type Raster } from "./raster.ts";

/** Rounds of matching and voting, on the coarsest level and then on each finer one; the last stands for all after it. */
const ROUNDS = [10, 5, 4, 3, 2] as const;
/** Levels of more pixels along their longer side than this are not searched anew: they take what the level below found. */
const SEARCHED_UP_TO_PX = 450;
/** Pieces of this many pixels across are counted together when it is asked how often a place was copied. */
const PLACE_PX = 4;
/** What it costs to copy a place once more than all are copied on average: as much as a difference of this many steps of 255. */
const REPEATED_COSTS = 3;
/** How much less a pixel counts for each pixel that it lies deeper in the hole (Wexler and others 2007). */
const TRUST_FALLS = 1.3;

/** What is to be filled, and what must not be copied into it. */
export interface Hole {
  /** 1 where to fill; partly covered pixels are mixed. */
  readonly mask: Mask;
  /** Where nothing is taken from, such as people who stay: a copied arm would be seen. */
  readonly avoid?: Mask;
  readonly seed: number;
}

/**
 * Fills what a mask covers with pieces of the rest of the image that fit each other and the border: for each 7 x 7 patch
 * of the hole the nearest patch outside it is looked for (PatchMatch, Barnes and others 2009), every pixel becomes what
 * the patches over it agree on, and both are repeated from coarse to fine (Wexler and others 2007). The same seed gives
 * the same pixels.
 *
 * @returns `null` when there is too little outside the hole to fill it from.
 */
export function fillHole(raster: Raster, { mask, avoid, seed }: Hole): Raster | null {
  const levels = pyramidOf(raster, mask, avoid);
  const coarsest = levels.at(-1);
  if (coarsest === undefined) return null;
  const random = createRandom(seed).below;
  let matches = randomMatches(coarsest, random);
  for (let at = levels.length - 1; at >= 0; at--) {
    const level = levels[at] as Field;
    if (at < levels.length - 1) matches = finer(matches, levels[at + 1] as Field, level);
    const searched = Math.max(level.widthPx, level.heightPx) <= SEARCHED_UP_TO_PX;
    const rounds = ROUNDS[Math.min(levels.length - 1 - at, ROUNDS.length - 1)] as number;
    if (at < levels.length - 1) vote(level, matches, 0.75);
    for (let round = 0; round < (searched ? rounds : 1); round++) {
      improve(level, matches, { random, backwards: round % 2 === 1, nearby: !searched });
      // The last word is had by the patches that fit best, so that texture stays sharp.
      vote(level, matches, round === rounds - 1 || !searched ? 0.25 : 0.75);
    }
  }
  joinPieces(levels[0] as Field, matches);
  return mixed(raster, levels[0] as Field, mask.values);
}

function randomMatches({ targets, sources }: Field, random: (below: number) => number): Matches {
  return {
    source: Int32Array.from(targets, () => sources[random(sources.length)] as number),
    cost: new Float64Array(targets.length).fill(Number.POSITIVE_INFINITY),
  };
}

/** One sweep of PatchMatch: each target tries what its neighbours found, then places ever nearer to what it has. */
function improve(
  field: Field,
  matches: Matches,
  how: { readonly random: (below: number) => number; readonly backwards: boolean; readonly nearby: boolean },
): void {
  const { widthPx, heightPx, targets, targetAt, isSource } = field;
  const { source, cost } = matches;
  const step = how.backwards ? 1 : -1;
  const widest = how.nearby ? 2 : Math.max(widthPx, heightPx);
  const used = usesOf(field, source);
  for (let n = 0; n < targets.length; n++) {
    cost[n] = unlikeness(field, targets[n] as number, source[n] as number) + used.costs(source[n] as number);
  }
  const tried = (n: number, candidate: number) => {
    if (candidate < 0 || candidate >= isSource.length || isSource[candidate] === 0 || candidate === source[n]) return;
    const repeated = used.costs(candidate);
    const found = repeated + unlikeness(field, targets[n] as number, candidate, (cost[n] as number) - repeated);
    if (found >= (cost[n] as number)) return;
    used.moves(source[n] as number, candidate);
    cost[n] = found;
    source[n] = candidate;
  };
  for (let i = 0; i < targets.length; i++) {
    const n = how.backwards ? targets.length - 1 - i : i;
    const target = targets[n] as number;
    for (const beside of [step, step * widthPx]) {
      const neighbour = targetAt[target + beside] ?? -1;
      if (neighbour >= 0) tried(n, (source[neighbour] as number) - beside);
    }
    for (let reach = widest; reach >= 1; reach = Math.floor(reach / 2)) {
      const at = source[n] as number;
      const x = (at % widthPx) + how.random(2 * reach + 1) - reach;
      const y = Math.floor(at / widthPx) + how.random(2 * reach + 1) - reach;
      if (x >= 0 && x < widthPx && y >= 0 && y < heightPx) tried(n, y * widthPx + x);
    }
  }
}

/**
 * How often each place is copied. Without a price on it a fill ends as one flat colour, which is a little like everything
 * (Kaspar and others 2015).
 */
function usesOf({ widthPx, heightPx, sources, targets }: Field, source: Int32Array) {
  const across = Math.ceil(widthPx / PLACE_PX);
  const places = new Int32Array(widthPx * heightPx);
  for (let y = 0, at = 0; y < heightPx; y++) {
    const row = Math.floor(y / PLACE_PX) * across;
    for (let x = 0; x < widthPx; x++, at++) places[at] = row + Math.floor(x / PLACE_PX);
  }
  const uses = new Float32Array(across * Math.ceil(heightPx / PLACE_PX));
  const add = (at: number, by: number) => {
    const place = places[at] as number;
    uses[place] = (uses[place] as number) + by;
  };
  for (const at of source) add(at, 1);
  const average = (PLACE_PX ** 2 * targets.length) / sources.length;
  const price = (REPEATED_COSTS ** 2 * 3 * (2 * REACH + 1) ** 2) / average;
  return {
    costs: (at: number) => price * (uses[places[at] as number] as number),
    moves(from: number, to: number) {
      add(from, -1);
      add(to, 1);
    },
  };
}

/** Summed squared difference of two patches; given up once it is over `limit`. */
function unlikeness({ widthPx, rgb }: Field, a: number, b: number, limit = Number.POSITIVE_INFINITY): number {
  let sum = 0;
  for (let dy = -REACH; dy <= REACH; dy++) {
    let i = 3 * (a + dy * widthPx - REACH);
    let j = 3 * (b + dy * widthPx - REACH);
    const end = i + 3 * (2 * REACH + 1);
    for (; i < end; i++, j++) {
      const d = (rgb[i] as number) - (rgb[j] as number);
      sum += d * d;
    }
    if (sum >= limit) return sum;
  }
  return sum;
}

/** Every pixel of the hole becomes the mean of what the patches over it say, those that fit and lie near the border more. */
function vote(field: Field, { source, cost }: Matches, share: number): void {
  const { targets, hole, depth, rgb, widthPx } = field;
  const width = Math.max(1, quantile(cost, share));
  const sums = new Float64Array(hole.length * 3);
  const weights = new Float64Array(hole.length);
  for (let n = 0; n < targets.length; n++) {
    const [to, from, known] = [targets[n] as number, source[n] as number, cost[n] as number];
    const fit = Number.isFinite(known) ? Math.exp(-known / (2 * width)) : 1;
    const weight = Math.max(1e-12, fit) * TRUST_FALLS ** -Math.min(200, depth[to] as number);
    // One patch's word on the pixels of the hole that it covers.
    for (let dy = -REACH; dy <= REACH; dy++) {
      let at = to + dy * widthPx - REACH;
      const end = at + 2 * REACH + 1;
      for (let taken = 3 * (from + dy * widthPx - REACH); at < end; at++, taken += 3) {
        if (hole[at] === 0) continue;
        weights[at] = (weights[at] as number) + weight;
        const said = 3 * at;
        sums[said] = (sums[said] as number) + weight * (rgb[taken] as number);
        sums[said + 1] = (sums[said + 1] as number) + weight * (rgb[taken + 1] as number);
        sums[said + 2] = (sums[said + 2] as number) + weight * (rgb[taken + 2] as number);
      }
    }
  }
  for (let at = 0; at < hole.length; at++) {
    const weight = weights[at] as number;
    if (hole[at] === 0 || weight === 0) continue;
    for (let c = 3 * at; c < 3 * at + 3; c++) rgb[c] = (sums[c] as number) / weight;
  }
}

function quantile(values: Float64Array, share: number): number {
  const some = values.filter((value, i) => i % 7 === 0 && Number.isFinite(value)).sort();
  return some[Math.floor(share * (some.length - 1))] ?? 1;
}
