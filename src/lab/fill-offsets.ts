import type { Random } from "../domain/statistics/random.ts";
import type { Small } from "./fill-small.ts";

/** Where something is taken from: so many cells to the right and below. */
export type Offset = readonly [right: number, below: number];

/** Patches of 7 x 7 cells are compared. */
const REACH = 3;
const ROUNDS = 4;
/** What repeats is looked for at least this share of the longer side away: everything is like what lies beside it. */
const NEAREST = 1 / 15;
/** Only the ways that most patches repeat by are tried. */
const MOST_REPEATED = 40;
/** Peaks of the ways are this many cells apart. */
const APART = 4;
const MOST_COVERING = 24;
/** What an offset must save on average, in steps of 255, to be tried too. */
const LEAST_WORTH = 0.02;

/**
 * Ways to take something from elsewhere in an image: those by which the image repeats itself, which go on with rails, tiles
 * and windows (He and Sun 2012), rows and columns, and what it takes for every cell of the hole to have one.
 */
export function offsetsOf(small: Small, random: Random): Offset[] {
  const { widthPx, heightPx } = small;
  const straight: Offset[] = [];
  for (let step = 1; step <= 14; step++) {
    const by = Math.round((step * widthPx) / 16);
    straight.push([by, 0], [-by, 0]);
  }
  for (let step = 1; step <= 6; step++) {
    const by = Math.round((step * heightPx) / 10);
    straight.push([0, by], [0, -by]);
  }
  const some = [...repeatsOf(small, random), ...straight];
  return [...some, ...covering(small, some)];
}

/** The cell that lies by an offset from another, -1 over the frame. */
export function placeFrom({ widthPx, heightPx }: Small, cell: number, offset: Offset): number {
  const x = (cell % widthPx) + offset[0];
  const y = Math.floor(cell / widthPx) + offset[1];
  return x < 0 || y < 0 || x >= widthPx || y >= heightPx ? -1 : y * widthPx + x;
}

/** Floors lie below walls: what is taken from another height costs this for each two-hundredth of the image's. */
const OTHER_HEIGHT = 0.12;
/** Plain rather than busy: a lamp that is there twice is seen. */
const [BUSY, BUSIEST] = [0.15, 60] as const;

/** What it costs to take a cell by an offset, whatever lies beside it: in steps of 255; `null` where that is not to be had. */
export function costOfTaking(small: Small, cell: number, offset: Offset): number | null {
  const source = placeFrom(small, cell, offset);
  if (source < 0 || small.barred[source] === 1) return null;
  const higher = (200 * OTHER_HEIGHT * Math.abs(offset[1])) / small.heightPx;
  return higher + BUSY * Math.min(small.busy[source] as number, BUSIEST);
}

/** As dear as no offset at all, when it is asked which ones to add, and of how many cells that is asked. */
const [NOT_SERVED, ASKED] = [100, 2000] as const;

/** Those of a coarse grid by which cells are taken cheapest that no other serves, or only dearly. */
function covering(small: Small, some: readonly Offset[]): Offset[] {
  const { widthPx, heightPx, hole } = small;
  const cells = [...hole.keys()].filter((i) => hole[i] === 1);
  const asked = cells.filter((_, n) => n % Math.ceil(cells.length / ASKED) === 0);
  const costs = (one: Offset) => Float32Array.from(asked, (cell) => costOfTaking(small, cell, one) ?? NOT_SERVED);
  const cheapest = new Float32Array(asked.length).fill(NOT_SERVED);
  const lower = (to: Float32Array) => {
    for (let n = 0; n < to.length; n++) cheapest[n] = Math.min(cheapest[n] as number, to[n] as number);
  };
  for (const one of some) lower(costs(one));
  const grid = Array.from({ length: 19 * 23 }, (_, i): Offset => {
    return [Math.round((((i % 23) - 11) * widthPx) / 12), Math.round(((Math.floor(i / 23) - 9) * heightPx) / 10)];
  }).map((offset) => ({ offset, costs: costs(offset) }));
  const worthOf = (own: Float32Array) =>
    own.reduce((sum, cost, n) => sum + Math.max(0, (cheapest[n] as number) - cost), 0);
  const found: Offset[] = [];
  while (found.length < MOST_COVERING) {
    const worths = grid.map((one) => worthOf(one.costs));
    const best = worths.reduce((at, worth, i) => (worth > (worths[at] as number) ? i : at), 0);
    if ((worths[best] ?? 0) < LEAST_WORTH * asked.length) break;
    const { offset, costs: own } = grid[best] as (typeof grid)[number];
    found.push(offset);
    lower(own);
  }
  return found;
}

/** The offsets from patches to those far enough away that are most like them, the most frequent first. */
function repeatsOf(small: Small, random: Random): Offset[] {
  const { widthPx: w, heightPx: h } = small;
  const span = 2 * w + 1;
  const counts = new Float32Array(span * (2 * h + 1));
  for (const [cell, like] of likestPatches(small, random)) {
    const x = (like % w) - (cell % w) + w;
    const y = Math.floor(like / w) - Math.floor(cell / w) + h;
    for (let dy = -2; dy <= 2; dy++) {
      for (let dx = -2; dx <= 2; dx++) {
        const at = (y + dy) * span + x + dx;
        if (at >= 0 && at < counts.length) counts[at] = (counts[at] as number) + Math.exp(-(dx * dx + dy * dy) / 4);
      }
    }
  }
  const peaks: { readonly count: number; readonly offset: Offset }[] = [];
  for (let y = APART; y <= 2 * h - APART; y++) {
    for (let x = APART; x <= 2 * w - APART; x++) {
      const count = counts[y * span + x] as number;
      if (count >= 2 && isPeak(counts, y * span + x, span)) peaks.push({ count, offset: [x - w, y - h] });
    }
  }
  return peaks
    .sort((a, b) => b.count - a.count)
    .slice(0, MOST_REPEATED)
    .map(({ offset }) => offset);
}

function isPeak(counts: Float32Array, at: number, span: number): boolean {
  const own = counts[at] as number;
  for (let dy = -APART; dy <= APART; dy++) {
    for (let dx = -APART; dx <= APART; dx++) {
      const beside = at + dy * span + dx;
      const other = counts[beside] as number;
      if (other > own || (other === own && beside < at)) return false;
    }
  }
  return true;
}

/** For each known patch the one that is most like it, not near it, as PatchMatch finds it (Barnes and others 2009). */
function likestPatches(small: Small, random: Random): [cell: number, like: number][] {
  const { widthPx: w, heightPx: h } = small;
  const cells = wholePatches(small);
  if (cells.length === 0) return [];
  const like = new Int32Array(w * h).fill(-1);
  const tried = trialsOf(small, cells, like);
  const tryAround = (cell: number) => {
    const from = like[cell] as number;
    for (let reach = Math.max(w, h); reach >= 1; reach = Math.floor(reach / 2)) {
      const x = (from % w) + random.below(2 * reach + 1) - reach;
      const y = Math.floor(from / w) + random.below(2 * reach + 1) - reach;
      if (x >= 0 && y >= 0 && x < w && y < h) tried(cell, y * w + x);
    }
  };
  const tryAll = (cell: number, step: number) => {
    for (const beside of [step, step * w]) {
      const found = like[cell + beside] ?? -1;
      if (found >= 0) tried(cell, found - beside);
    }
    if ((like[cell] as number) < 0) tried(cell, cells[random.below(cells.length)] as number);
    else tryAround(cell);
  };
  for (let round = 0; round < ROUNDS; round++) {
    if (round % 2 === 0) for (const cell of cells) tryAll(cell, -1);
    else for (let n = cells.length - 1; n >= 0; n--) tryAll(cells[n] as number, 1);
  }
  return cells.filter((cell) => (like[cell] as number) >= 0).map((cell) => [cell, like[cell] as number]);
}

/** Takes another patch for the likest of one, in `like`, where it is, is a patch and lies far enough away. */
function trialsOf(small: Small, cells: readonly number[], like: Int32Array) {
  const { widthPx: w, heightPx: h } = small;
  const isPatch = new Uint8Array(w * h);
  for (const cell of cells) isPatch[cell] = 1;
  const nearest = NEAREST * Math.max(w, h);
  const isNear = (a: number, b: number) =>
    Math.abs((a % w) - (b % w)) < nearest && Math.abs(Math.floor(a / w) - Math.floor(b / w)) < nearest;
  const cost = new Float64Array(w * h).fill(Number.POSITIVE_INFINITY);
  return (cell: number, other: number): void => {
    if (isPatch[other] !== 1 || other === like[cell] || isNear(cell, other)) return;
    const found = unlikeness(small, cell, other, cost[cell] as number);
    if (found >= (cost[cell] as number)) return;
    cost[cell] = found;
    like[cell] = other;
  };
}

/** Middles of the patches that lie in what is known. */
function wholePatches({ widthPx, heightPx, barred }: Small): number[] {
  const cells: number[] = [];
  for (let y = REACH; y < heightPx - REACH; y++) {
    for (let x = REACH; x < widthPx - REACH; x++) {
      let isWhole = true;
      for (let dy = -REACH; dy <= REACH && isWhole; dy++) {
        const row = (y + dy) * widthPx + x;
        for (let at = row - REACH; at <= row + REACH && isWhole; at++) isWhole = barred[at] === 0;
      }
      if (isWhole) cells.push(y * widthPx + x);
    }
  }
  return cells;
}

/** Summed squared difference of two patches; given up once it is over `limit`. */
function unlikeness({ widthPx, rgb }: Small, a: number, b: number, limit: number): number {
  let sum = 0;
  for (let dy = -REACH; dy <= REACH && sum < limit; dy++) {
    let i = 3 * (a + dy * widthPx - REACH);
    let j = 3 * (b + dy * widthPx - REACH);
    for (const end = i + 3 * (2 * REACH + 1); i < end; i++, j++) {
      const d = (rgb[i] as number) - (rgb[j] as number);
      sum += d * d;
    }
  }
  return sum;
}
