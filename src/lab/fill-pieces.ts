import { costOfTaking, type Offset, placeFrom } from "./fill-offsets.ts";
import type { Small } from "./fill-small.ts";
import { createGridCut, SIDES } from "./grid-cut.ts";

/** What a cell costs that nothing can be taken for: more than any other choice. */
const IMPOSSIBLE = 1e5;
/** Two neighbours from different places cost as much as they differ in colour and slope, and this. */
const SEAM = 4;
const [COLOUR, SLOPE] = [0.6, 1.5] as const;
/** As much as two cells differ of which one is not known. */
const UNKNOWN = 40;
const SWEEPS = 2;

/**
 * From which of the offsets each cell of the hole is taken, so that pieces differ least where they meet each other and the
 * border (Kwatra and others 2003; Pritch and others 2009), by alpha expansion (Boykov and others 2001).
 *
 * @returns for each cell the offset, `undefined` outside the hole and where none can be had.
 */
export function piecesFrom(small: Small, offsets: readonly Offset[]): (Offset | undefined)[] {
  const hole = holeOf(small);
  const costs = offsets.map((offset) => costsOf(small, hole, offset));
  const chosen = new Int32Array(hole.cells.length);
  for (let n = 0; n < chosen.length; n++) {
    costs.forEach((cost, label) => {
      if ((cost[n] as number) < (costs[chosen[n] as number]?.[n] as number)) chosen[n] = label;
    });
  }
  const seam = seamsBetween(small, offsets);
  const grid = createGridCut(hole.beside);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (let label = 0; label < offsets.length; label++) expand(label, { hole, costs, chosen, seam, grid });
  }
  const found: (Offset | undefined)[] = new Array(small.hole.length).fill(undefined);
  hole.cells.forEach((cell, n) => {
    const label = chosen[n] as number;
    if ((costs[label]?.[n] as number) < IMPOSSIBLE) found[cell] = offsets[label];
  });
  return found;
}

interface HoleCells {
  readonly cells: Int32Array;
  /** Neighbours among them by their numbers, -1 for none: int32 [count, 4]. */
  readonly beside: Int32Array;
  /** Places at its border, and the numbers of the cells that they touch. */
  readonly border: readonly { readonly n: number; readonly place: number }[];
}

function holeOf({ hole, widthPx }: Small): HoleCells {
  const number = new Int32Array(hole.length).fill(-1);
  const cells: number[] = [];
  for (let at = 0; at < hole.length; at++) if (hole[at] === 1) number[at] = cells.push(at) - 1;
  const beside = new Int32Array(SIDES * cells.length);
  const border: { n: number; place: number }[] = [];
  cells.forEach((at, n) => {
    neighboursOf(at, hole.length, widthPx).forEach((place, side) => {
      beside[SIDES * n + side] = number[place] ?? -1;
      if (hole[place] === 0) border.push({ n, place });
    });
  });
  return { cells: Int32Array.from(cells), beside, border };
}

/** To the right, to the left, below and above, -1 over the frame. */
function neighboursOf(at: number, count: number, widthPx: number): number[] {
  const x = at % widthPx;
  return [x < widthPx - 1 ? at + 1 : -1, x > 0 ? at - 1 : -1, at + widthPx < count ? at + widthPx : -1, at - widthPx];
}

/** What it costs each cell of the hole to be taken by an offset, beside what its neighbours are. */
function costsOf(small: Small, { cells, border }: HoleCells, offset: Offset): Float32Array {
  const step = offset[1] * small.widthPx + offset[0];
  const costs = Float32Array.from(cells, (cell) => costOfTaking(small, cell, offset) ?? IMPOSSIBLE);
  for (const { n, place } of border) {
    if ((costs[n] as number) < IMPOSSIBLE)
      costs[n] = (costs[n] as number) + 2 * differenceIn(small, place, place + step);
  }
  return costs;
}

type Seam = (cell: number, other: number, one: number, another: number) => number;

/** What it costs that a cell is taken by one offset and its neighbour by another. */
function seamsBetween(small: Small, offsets: readonly Offset[]): Seam {
  const from = (cell: number, label: number) => placeFrom(small, cell, offsets[label] as Offset);
  return (cell, other, one, another) =>
    one === another
      ? 0
      : SEAM +
        differenceIn(small, from(cell, one), from(cell, another)) +
        differenceIn(small, from(other, one), from(other, another));
}

/** How much two cells differ in colour and in how light changes there, in steps of 255. */
function differenceIn({ rgb, hole, across, down }: Small, a: number, b: number): number {
  if (hole[a] !== 0 || hole[b] !== 0) return UNKNOWN;
  const [i, j] = [3 * a, 3 * b];
  const red = Math.abs((rgb[i] as number) - (rgb[j] as number));
  const green = Math.abs((rgb[i + 1] as number) - (rgb[j + 1] as number));
  const blue = Math.abs((rgb[i + 2] as number) - (rgb[j + 2] as number));
  const slope =
    Math.abs((across[a] as number) - (across[b] as number)) + Math.abs((down[a] as number) - (down[b] as number));
  return COLOUR * (red + green + blue) + SLOPE * slope;
}

interface Choice {
  readonly hole: HoleCells;
  readonly costs: readonly Float32Array[];
  /** The label of each cell, which is improved in place. */
  readonly chosen: Int32Array;
  readonly seam: Seam;
  readonly grid: ReturnType<typeof createGridCut>;
}

/** Gives a label to all the cells for which that makes the whole cheaper. */
function expand(label: number, { hole: { cells, beside }, costs, chosen, seam, grid }: Choice): void {
  const { pipes, terminals } = grid;
  pipes.fill(0);
  terminals.fill(0);
  const add = (n: number, cost: number) => {
    terminals[n] = (terminals[n] as number) + cost;
  };
  for (let n = 0; n < cells.length; n++) {
    const own = chosen[n] as number;
    add(n, (costs[label]?.[n] as number) - (costs[own]?.[n] as number));
    for (const side of [0, 2]) {
      const m = beside[SIDES * n + side] as number;
      const theirs = chosen[m] as number;
      if (m < 0 || (own === label && theirs === label)) continue;
      const [cell, other] = [cells[n] as number, cells[m] as number];
      const neither = seam(cell, other, own, theirs);
      const [second, first] = [seam(cell, other, own, label), seam(cell, other, label, theirs)];
      add(n, first - neither);
      add(m, -first);
      pipes[SIDES * n + side] = Math.max(0, second + first - neither);
    }
  }
  const tree = grid.cut();
  for (let n = 0; n < cells.length; n++) if (tree[n] === -1) chosen[n] = label;
}
