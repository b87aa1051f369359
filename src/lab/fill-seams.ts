/** Where values are unknown: `inside` is 1 where they are, 0 where they stand fast. Nothing flows over the frame. */
interface Area {
  readonly width: number;
  readonly height: number;
  readonly inside: Uint8Array;
}

/** One level of the equations: each unknown, times `own`, less its neighbours, times what it shares with each. */
interface Grid {
  /** Neighbours of each unknown to the right, left, below and above as their numbers, -1 for none: int32 [count, 4]. */
  readonly beside: Int32Array;
  /** How strongly each is bound to them: float32 [count, 4]. */
  readonly bound: Float32Array;
  /** How strongly to all of them and to what stands fast: float32 [count]. */
  readonly own: Float32Array;
  /** Which unknown of the next level each belongs to; empty on the last. */
  readonly above: Int32Array;
}

/** A grid of fewer unknowns than this is the last. */
const FEW = 40;
const SWEEPS_OF_COARSEST = 30;
/** Conjugate gradients end when what is left is this share of what there was, or after so many steps. */
const ENOUGH = 0.003;
const MOST_STEPS = 25;
/** What squares of unknowns are corrected by is too little, as it is one for all of each: this much more (Braess 1995). */
const MORE = 1.5;

/**
 * Takes the seams out of a fill: keeps the differences between neighbouring pixels that `wanted` says and joins them to
 * the border (Poisson image editing, Perez and others 2003), by conjugate gradients over a multigrid cycle.
 *
 * @param area the same for all channels of an image, each of which is then joined by what is returned: its `values`,
 * [height, width], are corrected in place where `inside`; `wanted` is by how much the pixel to the right and below of each should
 * be more than it.
 */
export function seamsOf(area: Area) {
  const { width, height, inside } = area;
  const number = new Int32Array(inside.length).fill(-1);
  const found: number[] = [];
  for (let at = 0; at < inside.length; at++) if (inside[at] === 1) number[at] = found.push(at) - 1;
  const cells = Int32Array.from(found);
  const grids = gridsOf(cells, number, { width, height });
  return function joinSeamlessly(values: Float32Array, wanted: Wanted): void {
    const correction = solved(grids, residualOf(area, number, values, wanted));
    cells.forEach((at, n) => {
      values[at] = (values[at] as number) + (correction[n] as number);
    });
  };
}

/** Float32 [height, width] each. */
interface Wanted {
  readonly right: Float32Array;
  readonly below: Float32Array;
}

/** How much the differences between neighbours, at least one of them inside, are over what is wanted, summed at each unknown. */
function residualOf({ width, inside }: Area, number: Int32Array, values: Float32Array, wanted: Wanted): Float64Array {
  const residual = new Float64Array(number.reduce((most, one) => Math.max(most, one), -1) + 1);
  const add = (n: number, off: number) => {
    if (n >= 0) residual[n] = (residual[n] as number) + off;
  };
  for (const [step, more] of [
    [1, wanted.right],
    [width, wanted.below],
  ] as const) {
    for (let at = 0; at + step < values.length; at++) {
      if (inside[at] === 0 && inside[at + step] === 0) continue;
      if (step === 1 && at % width === width - 1) continue;
      const off = (values[at + step] as number) - (values[at] as number) - (more[at] as number);
      add(number[at] as number, off);
      add(number[at + step] as number, -off);
    }
  }
  return residual;
}

/** The equations of the pixels, and of ever larger squares of them. */
function gridsOf(cells: Int32Array, number: Int32Array, { width, height }: Omit<Area, "inside">): Grid[] {
  const beside = new Int32Array(4 * cells.length).fill(-1);
  const bound = new Float32Array(4 * cells.length);
  const own = new Float32Array(cells.length);
  const steps = [1, -1, width, -width];
  for (let n = 0; n < cells.length; n++) {
    const at = cells[n] as number;
    const x = at % width;
    for (let side = 0; side < 4; side++) {
      const to = at + (steps[side] as number);
      if ((side === 0 && x === width - 1) || (side === 1 && x === 0) || to < 0 || to >= width * height) continue;
      own[n] = (own[n] as number) + 1;
      beside[4 * n + side] = number[to] as number;
      bound[4 * n + side] = 1;
    }
  }
  const grids: Grid[] = [];
  let finest: Placed = { beside, bound, own, places: cells, width, height };
  while (finest.own.length >= FEW) {
    const coarse = joinedByFour(finest);
    grids.push({ ...finest, above: coarse.above });
    finest = coarse;
  }
  return [...grids, { ...finest, above: new Int32Array(0) }];
}

/** Equations with the places of their unknowns, as numbers in a frame of that size. */
type Placed = Omit<Grid, "above"> & Omit<Area, "inside"> & { readonly places: Int32Array };

/** Unknowns of two by two places made one: what binds them to others is added up, what binds them to each other falls away. */
function joinedByFour(fine: Placed): Placed & Pick<Grid, "above"> {
  const [width, height] = [(fine.width + 1) >> 1, (fine.height + 1) >> 1];
  const number = new Int32Array(width * height).fill(-1);
  const above = new Int32Array(fine.places.length);
  const places: number[] = [];
  for (let n = 0; n < above.length; n++) {
    const at = fine.places[n] as number;
    const to = (Math.floor(at / fine.width) >> 1) * width + ((at % fine.width) >> 1);
    if ((number[to] as number) < 0) number[to] = places.push(to) - 1;
    above[n] = number[to] as number;
  }
  const beside = new Int32Array(4 * places.length).fill(-1);
  const bound = new Float32Array(4 * places.length);
  const own = new Float32Array(places.length);
  for (let n = 0; n < above.length; n++) {
    const joined = above[n] as number;
    own[joined] = (own[joined] as number) + (fine.own[n] as number);
    for (let side = 0; side < 4; side++) {
      const other = fine.beside[4 * n + side] as number;
      if (other < 0) continue;
      const strength = fine.bound[4 * n + side] as number;
      if (above[other] === joined) {
        own[joined] = (own[joined] as number) - strength;
        continue;
      }
      beside[4 * joined + side] = above[other] as number;
      bound[4 * joined + side] = (bound[4 * joined + side] as number) + strength;
    }
  }
  return { beside, bound, own, above, width, height, places: Int32Array.from(places) };
}

/** Conjugate gradients, each step of which is improved by one cycle over all grids. */
function solved(grids: readonly Grid[], residual: Float64Array): Float64Array {
  const finest = grids[0] as Grid;
  const n = residual.length;
  const found = new Float64Array(n);
  const left = Float64Array.from(residual);
  const least = ENOUGH ** 2 * dot(left, left);
  let way = cycled(grids, 0, left);
  let slope = dot(left, way);
  for (let step = 0; step < MOST_STEPS && slope > 0 && dot(left, left) > least; step++) {
    const pulled = times(finest, way);
    const length = slope / dot(way, pulled);
    for (let i = 0; i < n; i++) {
      found[i] = (found[i] as number) + length * (way[i] as number);
      left[i] = (left[i] as number) - length * (pulled[i] as number);
    }
    const next = cycled(grids, 0, left);
    const nextSlope = dot(left, next);
    const kept = nextSlope / slope;
    for (let i = 0; i < n; i++) next[i] = (next[i] as number) + kept * (way[i] as number);
    way = next;
    slope = nextSlope;
  }
  return found;
}

/** One V-cycle, the same forwards and backwards, as conjugate gradients need it. */
function cycled(grids: readonly Grid[], level: number, residual: Float64Array): Float64Array {
  const grid = grids[level] as Grid;
  const found = new Float64Array(residual.length);
  sweep(grid, found, residual, false);
  if (level === grids.length - 1) {
    for (let more = 0; more < SWEEPS_OF_COARSEST; more++) sweep(grid, found, residual, more % 2 === 0);
    return found;
  }
  const left = times(grid, found);
  const coarse = new Float64Array((grids[level + 1] as Grid).own.length);
  for (let i = 0; i < left.length; i++) {
    const joined = grid.above[i] as number;
    coarse[joined] = (coarse[joined] as number) + (residual[i] as number) - (left[i] as number);
  }
  const update = cycled(grids, level + 1, coarse);
  for (let i = 0; i < found.length; i++)
    found[i] = (found[i] as number) + MORE * (update[grid.above[i] as number] as number);
  sweep(grid, found, residual, true);
  return found;
}

/** Gauss and Seidel's, in place. */
function sweep({ beside, bound, own }: Grid, found: Float64Array, residual: Float64Array, backwards: boolean): void {
  const n = found.length;
  for (let step = 0; step < n; step++) {
    const i = backwards ? n - 1 - step : step;
    let sum = residual[i] as number;
    for (let side = 4 * i; side < 4 * i + 4; side++) {
      const other = beside[side] as number;
      if (other >= 0) sum += (bound[side] as number) * (found[other] as number);
    }
    found[i] = sum / (own[i] as number);
  }
}

function times({ beside, bound, own }: Grid, values: Float64Array): Float64Array {
  const result = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    let sum = (own[i] as number) * (values[i] as number);
    for (let side = 4 * i; side < 4 * i + 4; side++) {
      const other = beside[side] as number;
      if (other >= 0) sum -= (bound[side] as number) * (values[other] as number);
    }
    result[i] = sum;
  }
  return result;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
