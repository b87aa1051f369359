import { costOfTaking, type Offset, placeFrom } from "./fill-offsets.ts";
import type { Small } from "./fill-small.ts";
import { createGridCut, type GridCut, SIDES } from "./grid-cut.ts";

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
  const offers = offsets.map((offset) => offerOf(small, hole, offset));
  const chosen = new Int32Array(hole.cells.length);
  offers.forEach(({ costs }, label) => {
    for (let n = 0; n < chosen.length; n++) {
      if ((costs[n] as number) < (offers[chosen[n] as number]?.costs[n] as number)) chosen[n] = label;
    }
  });
  const grid = createGridCut(hole.beside);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (let label = 0; label < offers.length; label++) expand(label, { small, hole, offers, chosen, grid });
  }
  const found: (Offset | undefined)[] = new Array(small.hole.length).fill(undefined);
  hole.cells.forEach((cell, n) => {
    const label = chosen[n] as number;
    if ((offers[label]?.from[n] ?? -1) >= 0) found[cell] = offsets[label];
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

/** What an offset offers to the cells of the hole, by their numbers. */
interface Offer {
  /** The place that each is taken from, -1 where it cannot be: int32 [count]. */
  readonly from: Int32Array;
  /** What that costs, beside what its neighbours are: float32 [count]. */
  readonly costs: Float32Array;
  /** The cells that can be taken. */
  readonly served: Int32Array;
}

function offerOf(small: Small, { cells, border }: HoleCells, offset: Offset): Offer {
  const from = new Int32Array(cells.length).fill(-1);
  const costs = new Float32Array(cells.length).fill(IMPOSSIBLE);
  const served: number[] = [];
  for (let n = 0; n < cells.length; n++) {
    const cost = costOfTaking(small, cells[n] as number, offset);
    if (cost === null) continue;
    from[n] = placeFrom(small, cells[n] as number, offset);
    costs[n] = cost;
    served.push(n);
  }
  for (const { n, place } of border) {
    if (from[n] === -1) continue;
    costs[n] = (costs[n] as number) + 2 * differenceIn(small, place, placeFrom(small, place, offset));
  }
  return { from, costs, served: Int32Array.from(served) };
}

/** How much two cells differ in colour and in how light changes there, in steps of 255. */
function differenceIn({ rgb, hole, across, down }: Small, a: number, b: number): number {
  if (a < 0 || b < 0 || hole[a] === 1 || hole[b] === 1) return UNKNOWN;
  const [i, j] = [3 * a, 3 * b];
  const red = Math.abs((rgb[i] as number) - (rgb[j] as number));
  const green = Math.abs((rgb[i + 1] as number) - (rgb[j + 1] as number));
  const blue = Math.abs((rgb[i + 2] as number) - (rgb[j + 2] as number));
  const slope =
    Math.abs((across[a] as number) - (across[b] as number)) + Math.abs((down[a] as number) - (down[b] as number));
  return COLOUR * (red + green + blue) + SLOPE * slope;
}

interface Choice {
  readonly small: Small;
  readonly hole: HoleCells;
  readonly offers: readonly Offer[];
  /** The number of each cell's offer, which is improved in place. */
  readonly chosen: Int32Array;
  readonly grid: GridCut;
}

/** Gives an offer to all the cells for which that makes the whole cheaper. */
function expand(label: number, choice: Choice): void {
  const { offers, chosen, grid } = choice;
  const { costs, served } = offers[label] as Offer;
  grid.pipes.fill(0);
  grid.terminals.fill(0);
  for (const n of served) {
    add(grid, n, (costs[n] as number) - (offers[chosen[n] as number]?.costs[n] as number));
    for (let side = 0; side < SIDES; side++) bind(label, choice, { n, side });
  }
  const tree = grid.cut();
  for (const n of served) if (tree[n] === -1) chosen[n] = label;
}

/** What it costs beside its neighbour on one side that a cell takes an offer, or does not. */
function bind(
  label: number,
  { small, hole: { beside }, offers, chosen, grid }: Choice,
  { n, side }: { readonly n: number; readonly side: number },
): void {
  const m = beside[SIDES * n + side] as number;
  if (m < 0) return;
  const [own, theirs] = [chosen[n] as number, chosen[m] as number];
  if (own === label && theirs === label) return;
  const seam = (one: number, another: number) => {
    if (one === another) return 0;
    const [first, second] = [offers[one] as Offer, offers[another] as Offer];
    const here = differenceIn(small, first.from[n] as number, second.from[n] as number);
    return SEAM + here + differenceIn(small, first.from[m] as number, second.from[m] as number);
  };
  if (offers[label]?.from[m] === -1) {
    // The neighbour cannot take it, and stays as it is.
    add(grid, n, seam(label, theirs) - seam(own, theirs));
  } else if (side % 2 === 0) {
    // Each pair once.
    const [neither, first] = [seam(own, theirs), seam(label, theirs)];
    const second = own === theirs ? first : seam(own, label);
    add(grid, n, first - neither);
    add(grid, m, -first);
    grid.pipes[SIDES * n + side] = Math.max(0, second + first - neither);
  }
}

function add({ terminals }: GridCut, n: number, cost: number): void {
  terminals[n] = (terminals[n] as number) + cost;
}
