/** Where a correction is solved for: unknown where `inside` is 1, 0 at its border, and nothing flows over the frame. */
interface Area {
  readonly width: number;
  readonly height: number;
  readonly inside: Uint8Array;
}

/** One level of it. */
interface Grid extends Area {
  /** How strongly values are held where they are: without it, small slopes that are repeated add up to a wide shade. */
  readonly held: number;
  /** The places inside, in reading order, and which neighbours each has: a sweep looks at nothing else. */
  readonly cells: Int32Array;
  readonly neighbours: Uint8Array;
}

const [LEFT, RIGHT, ABOVE, BELOW] = [1, 2, 4, 8];
/** Neighbours by the bits that say which there are. */
const COUNT = Uint8Array.from({ length: 16 }, (_, bits) => [1, 2, 4, 8].filter((bit) => (bits & bit) !== 0).length);

/** Seams are spread over about 100 pixels. */
const HELD = 1 / 100 ** 2;

const SWEEPS = 3;
const CYCLES = 4;
/** The coarsest level is of fewer places than this to a side, and swept until nothing moves. */
const COARSEST = 8;
const SWEEPS_OF_COARSEST = 20;

/**
 * Takes the seams out of a fill: keeps the differences between neighbouring pixels that `wanted` says and joins them to
 * the border (Poisson image editing, Perez and others 2003), by multigrid on the correction.
 *
 * @param area the same for all channels of an image, each of which is then joined by what is returned: its `values`,
 * [height, width], are corrected in place where `inside`; `wanted` is what the pixel to the right (axis 0) or below (axis 1)
 * of a place should be more than it.
 */
export function seamsOf(area: Area) {
  const grids = gridsOf(area);
  const { inside } = area;
  return function joinSeamlessly(values: Float32Array, wanted: Wanted): void {
    const residual = residualOf(area, values, wanted);
    const correction = new Float32Array(values.length);
    for (let cycle = 0; cycle < CYCLES; cycle++) descend(grids, 0, correction, residual);
    for (let at = 0; at < values.length; at++) {
      if (inside[at] === 1) values[at] = (values[at] as number) + (correction[at] as number);
    }
  };
}

type Wanted = (at: number, axis: 0 | 1) => number;

/** How much the differences between neighbours, at least one of them inside, lack of what is wanted. */
function residualOf({ width, inside }: Area, values: Float32Array, wanted: Wanted): Float32Array {
  const residual = new Float32Array(values.length);
  for (const axis of [0, 1] as const) {
    const step = axis === 0 ? 1 : width;
    for (let at = 0; at + step < values.length; at++) {
      if (inside[at] === 0 && inside[at + step] === 0) continue;
      if (axis === 0 && at % width === width - 1) continue;
      const off = (values[at + step] as number) - (values[at] as number) - wanted(at, axis);
      residual[at] = (residual[at] as number) - off;
      residual[at + step] = (residual[at + step] as number) + off;
    }
  }
  return residual;
}

/** The area and its halves, finest first. */
function gridsOf(area: Area): Grid[] {
  const grids = [gridOf(area, HELD)];
  for (let last = grids[0] as Grid; Math.min(last.width, last.height) >= COARSEST; ) {
    last = gridOf(halved(last), 4 * last.held);
    grids.push(last);
  }
  return grids;
}

function gridOf(area: Area, held: number): Grid {
  const { width, height, inside } = area;
  const cells = new Int32Array(inside.reduce((sum, one) => sum + one, 0));
  const neighbours = new Uint8Array(cells.length);
  let n = 0;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (inside[at] === 0) continue;
      cells[n] = at;
      neighbours[n] =
        (x > 0 ? LEFT : 0) | (x < width - 1 ? RIGHT : 0) | (y > 0 ? ABOVE : 0) | (y < height - 1 ? BELOW : 0);
      n++;
    }
  }
  return { ...area, held, cells, neighbours };
}

/** Inside where all of what a place stands for is. */
function halved({ width, height, inside }: Area): Area {
  const [w, h] = [(width + 1) >> 1, (height + 1) >> 1];
  const coarse = new Uint8Array(w * h).fill(1);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) if (inside[at] === 0) coarse[(y >> 1) * w + (x >> 1)] = 0;
  }
  return { width: w, height: h, inside: coarse };
}

/** One V-cycle for `sum over neighbours of (own - theirs) = -residual`. */
function descend(grids: readonly Grid[], level: number, correction: Float32Array, residual: Float32Array): void {
  const [grid, coarse] = [grids[level] as Grid, grids[level + 1]];
  for (let sweep = 0; sweep < SWEEPS; sweep++) relax(grid, correction, residual);
  if (coarse === undefined) {
    for (let sweep = 0; sweep < SWEEPS_OF_COARSEST; sweep++) relax(grid, correction, residual);
    return;
  }
  const { width, cells, neighbours } = grid;
  const left = new Float32Array(coarse.inside.length);
  const aboveOf = (at: number) => (((at / width) | 0) >> 1) * coarse.width + ((at % width) >> 1);
  for (let n = 0; n < cells.length; n++) {
    const at = cells[n] as number;
    const above = aboveOf(at);
    left[above] = (left[above] as number) + imbalance(grid, correction, residual, at, neighbours[n] as number);
  }
  const update = new Float32Array(coarse.inside.length);
  descend(grids, level + 1, update, left);
  for (let n = 0; n < cells.length; n++) {
    const at = cells[n] as number;
    correction[at] = (correction[at] as number) + (update[aboveOf(at)] as number);
  }
  for (let sweep = 0; sweep < SWEEPS; sweep++) relax(grid, correction, residual);
}

function relax(grid: Grid, correction: Float32Array, residual: Float32Array): void {
  const { cells, neighbours, held } = grid;
  for (let n = 0; n < cells.length; n++) {
    const [at, has] = [cells[n] as number, neighbours[n] as number];
    const share = imbalance(grid, correction, residual, at, has) / (held + (COUNT[has] as number));
    correction[at] = (correction[at] as number) + share;
  }
}

function imbalance(
  { width, held }: Grid,
  correction: Float32Array,
  residual: Float32Array,
  at: number,
  has: number,
): number {
  const own = correction[at] as number;
  let sum = -(residual[at] as number) - held * own;
  if ((has & LEFT) !== 0) sum += (correction[at - 1] as number) - own;
  if ((has & RIGHT) !== 0) sum += (correction[at + 1] as number) - own;
  if ((has & ABOVE) !== 0) sum += (correction[at - width] as number) - own;
  if ((has & BELOW) !== 0) sum += (correction[at + width] as number) - own;
  return sum;
}
