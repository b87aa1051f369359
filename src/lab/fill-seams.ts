/** A grid on which a correction is solved for: 1 in `inside` where it is unknown, 0 at its border, nothing flows over the frame. */
interface Grid {
  readonly width: number;
  readonly height: number;
  readonly inside: Uint8Array;
  /** How strongly values are held where they are: without it, small slopes that are repeated add up to a wide shade. */
  readonly held: number;
}

/** Seams are spread over about 40 pixels. */
const HELD = 1 / 40 ** 2;

const SWEEPS = 3;
const CYCLES = 4;

/**
 * Takes the seams out of a fill: keeps the differences between neighbouring pixels that `differences` wants and joins them to
 * the border (Poisson image editing, Perez and others 2003), by multigrid on the correction.
 *
 * @param values one channel, [height, width]; corrected in place where `inside`.
 * @param wanted what the pixel to the right (axis 0) or below (axis 1) of a place should be more than it.
 */
export function joinSeamlessly(
  values: Float32Array,
  area: Omit<Grid, "held">,
  wanted: (at: number, axis: 0 | 1) => number,
): void {
  const grid = { ...area, held: HELD };
  const { width, inside } = grid;
  const residual = new Float32Array(values.length);
  for (const axis of [0, 1] as const) {
    const step = axis === 0 ? 1 : width;
    for (let at = 0; at + step < values.length; at++) {
      const isLast = axis === 0 && at % width === width - 1;
      if (isLast || (inside[at] === 0 && inside[at + step] === 0)) continue;
      const off = (values[at + step] as number) - (values[at] as number) - wanted(at, axis);
      residual[at] = (residual[at] as number) - off;
      residual[at + step] = (residual[at + step] as number) + off;
    }
  }
  const correction = new Float32Array(values.length);
  for (let cycle = 0; cycle < CYCLES; cycle++) descend(grid, correction, residual);
  for (let at = 0; at < values.length; at++) {
    if (inside[at] === 1) values[at] = (values[at] as number) + (correction[at] as number);
  }
}

/** One V-cycle for `sum over neighbours of (own - theirs) = -residual`. */
function descend(grid: Grid, correction: Float32Array, residual: Float32Array): void {
  const { width, height, inside } = grid;
  for (let sweep = 0; sweep < SWEEPS; sweep++) relax(grid, correction, residual);
  if (Math.min(width, height) < 8) {
    for (let sweep = 0; sweep < 20; sweep++) relax(grid, correction, residual);
    return;
  }
  const coarse = halved(grid);
  const left = new Float32Array(coarse.inside.length);
  for (let at = 0; at < inside.length; at++) {
    if (inside[at] === 0) continue;
    const above = ((Math.floor(at / width) >> 1) * coarse.width + ((at % width) >> 1)) | 0;
    left[above] = (left[above] as number) + imbalance(grid, correction, residual, at);
  }
  const update = new Float32Array(coarse.inside.length);
  descend(coarse, update, left);
  for (let at = 0; at < inside.length; at++) {
    const above = ((Math.floor(at / width) >> 1) * coarse.width + ((at % width) >> 1)) | 0;
    if (inside[at] === 1) correction[at] = (correction[at] as number) + (update[above] as number);
  }
  for (let sweep = 0; sweep < SWEEPS; sweep++) relax(grid, correction, residual);
}

function halved({ width, height, inside, held }: Grid): Grid {
  const [w, h] = [(width + 1) >> 1, (height + 1) >> 1];
  const coarse = new Uint8Array(w * h).fill(1);
  for (let at = 0; at < inside.length; at++) {
    if (inside[at] === 0) coarse[(Math.floor(at / width) >> 1) * w + ((at % width) >> 1)] = 0;
  }
  return { width: w, height: h, inside: coarse, held: 4 * held };
}

function relax(grid: Grid, correction: Float32Array, residual: Float32Array): void {
  for (let at = 0; at < correction.length; at++) {
    if (grid.inside[at] === 0) continue;
    const neighbours = grid.held + neighbourCount(grid, at);
    correction[at] = (correction[at] as number) + imbalance(grid, correction, residual, at) / neighbours;
  }
}

function neighbourCount({ width, height }: Grid, at: number): number {
  const x = at % width;
  return (x > 0 ? 1 : 0) + (x < width - 1 ? 1 : 0) + (at >= width ? 1 : 0) + (at < width * (height - 1) ? 1 : 0);
}

function imbalance(
  { width, height, held }: Grid,
  correction: Float32Array,
  residual: Float32Array,
  at: number,
): number {
  const own = correction[at] as number;
  const x = at % width;
  let sum = -(residual[at] as number) - held * own;
  if (x > 0) sum += (correction[at - 1] as number) - own;
  if (x < width - 1) sum += (correction[at + 1] as number) - own;
  if (at >= width) sum += (correction[at - width] as number) - own;
  if (at < width * (height - 1)) sum += (correction[at + width] as number) - own;
  return sum;
}
