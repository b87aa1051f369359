/** To the right, to the left, below, above: a side's opposite is its number with the last bit turned. */
export const SIDES = 4;
/** The parent of what hangs on a terminal itself, and of what hangs on nothing. */
const TERMINAL = SIDES;
const NONE = -1;
/** What is left of a pipe below this is none. */
const EMPTY = 1e-6;

/** Pipes between the cells of a grid and two terminals, to be filled in before each cut. */
export interface GridCut {
  /** How much may flow from each cell to each side: float32 [count, 4]. */
  readonly pipes: Float32Array;
  /** How much may flow into each cell from the first terminal, less how much out of it to the second: float32 [count]. */
  readonly terminals: Float32Array;
  /** @returns 1 for each cell on the first terminal's side of the smallest cut, -1 on the second's, 0 where both would do. */
  cut(): Int8Array;
}

/**
 * The smallest cut of a grid by two search trees that are kept from one path to the next (Boykov and Kolmogorov 2004).
 *
 * @param beside the neighbours of each cell by their numbers, -1 for none: int32 [count, 4].
 */
export function createGridCut(beside: Int32Array): GridCut {
  const count = beside.length / SIDES;
  const pipes = new Float32Array(beside.length);
  const terminals = new Float32Array(count);
  const tree = new Int8Array(count);
  const parent = new Int8Array(count);
  // How far each lies from its terminal, and when that was found out.
  const away = new Int32Array(count);
  const seen = new Int32Array(count);
  const waiting = createQueue(count);
  const orphans: number[] = [];
  let now = 0;

  const neighbour = (cell: number, side: number) => beside[SIDES * cell + side] as number;
  /** What may flow between a cell and its neighbour in the direction in which its tree carries, towards the cell's children. */
  const roomTo = (cell: number, side: number, other: number) =>
    tree[cell] === 1 ? (pipes[SIDES * cell + side] as number) : (pipes[SIDES * other + (side ^ 1)] as number);
  const change = (pipe: number, by: number) => {
    pipes[pipe] = (pipes[pipe] as number) + by;
  };

  function plant(): void {
    now = 0;
    seen.fill(0);
    waiting.clear();
    for (let cell = 0; cell < count; cell++) {
      const flow = terminals[cell] as number;
      tree[cell] = Math.sign(flow);
      parent[cell] = flow === 0 ? NONE : TERMINAL;
      away[cell] = 1;
      if (flow !== 0) waiting.add(cell);
    }
  }

  /** Lets a cell's tree take its free neighbours. @returns the side on which it meets the other tree, else -1. */
  function grow(cell: number): number {
    for (let side = 0; side < SIDES; side++) {
      const other = neighbour(cell, side);
      if (other < 0 || roomTo(cell, side, other) <= 0) continue;
      const isFree = parent[other] === NONE;
      if (!isFree && tree[other] !== tree[cell]) return side;
      const isNearer =
        (seen[other] as number) <= (seen[cell] as number) && (away[other] as number) > (away[cell] as number);
      if (!isFree && !isNearer) continue;
      tree[other] = tree[cell] as number;
      parent[other] = side ^ 1;
      away[other] = (away[cell] as number) + 1;
      seen[other] = seen[cell] as number;
      if (isFree) waiting.add(other);
    }
    return NONE;
  }

  /** From a cell up to its terminal: each pipe on the way, as its number in the direction of the flow. */
  function wayUp(from: number, each: (pipe: number, cell: number, back: number) => void): number {
    let cell = from;
    for (let side = parent[cell] as number; side !== TERMINAL; side = parent[cell] as number) {
      const up = neighbour(cell, side);
      const down = SIDES * up + (side ^ 1);
      const back = SIDES * cell + side;
      if (tree[from] === 1) each(down, cell, back);
      else each(back, cell, down);
      cell = up;
    }
    return cell;
  }

  /** Sends through the path over this side of a cell as much as it lets pass; what hung on a pipe that is full now is orphaned. */
  function send(cell: number, side: number): void {
    const other = neighbour(cell, side);
    const [first, second] = tree[cell] === 1 ? [cell, other] : [other, cell];
    const pipe = SIDES * first + (tree[cell] === 1 ? side : side ^ 1);
    let flow = pipes[pipe] as number;
    for (const end of [first, second]) {
      const top = wayUp(end, (own) => {
        flow = Math.min(flow, pipes[own] as number);
      });
      flow = Math.min(flow, Math.abs(terminals[top] as number));
    }
    change(pipe, -flow);
    change(SIDES * second + ((pipe & 3) ^ 1), flow);
    for (const end of [first, second]) {
      const top = wayUp(end, (own, child, back) => {
        change(own, -flow);
        change(back, flow);
        if ((pipes[own] as number) > EMPTY) return;
        pipes[own] = 0;
        orphans.push(child);
      });
      const left = Math.abs(terminals[top] as number) - flow;
      terminals[top] = left > EMPTY ? (tree[top] as number) * left : 0;
      if (left <= EMPTY) orphans.push(top);
    }
    for (const orphan of orphans) parent[orphan] = NONE;
  }

  /** How far a cell is from its terminal, noted for all on the way; `null` if it hangs on none any more. */
  function distance(cell: number): number | null {
    let steps = 0;
    let at = cell;
    for (; seen[at] !== now; steps++) {
      if (parent[at] === NONE) return null;
      if (parent[at] === TERMINAL) {
        seen[at] = now;
        away[at] = 1;
        break;
      }
      at = neighbour(at, parent[at] as number);
    }
    const found = steps + (away[at] as number);
    for (let [on, left] = [cell, found]; on !== at; left--) {
      seen[on] = now;
      away[on] = left;
      on = neighbour(on, parent[on] as number);
    }
    return found;
  }

  function adopt(orphan: number): void {
    let [best, nearest] = [NONE, Number.POSITIVE_INFINITY];
    for (let side = 0; side < SIDES; side++) {
      const other = neighbour(orphan, side);
      if (other < 0 || tree[other] !== tree[orphan] || parent[other] === NONE) continue;
      if (roomTo(other, side ^ 1, orphan) <= 0) continue;
      const steps = distance(other);
      if (steps !== null && steps < nearest) [best, nearest] = [side, steps];
    }
    parent[orphan] = best;
    seen[orphan] = best === NONE ? 0 : now;
    away[orphan] = nearest + 1;
    if (best === NONE) letGo(orphan);
  }

  /** Whoever hung on a cell that nothing holds is orphaned too, and its neighbours may take it again. */
  function letGo(cell: number): void {
    for (let side = 0; side < SIDES; side++) {
      const other = neighbour(cell, side);
      if (other < 0 || tree[other] !== tree[cell] || parent[other] === NONE) continue;
      if (roomTo(other, side ^ 1, cell) > 0) waiting.add(other);
      if (parent[other] === (side ^ 1)) {
        parent[other] = NONE;
        orphans.push(other);
      }
    }
    tree[cell] = 0;
  }

  return {
    pipes,
    terminals,
    cut() {
      plant();
      for (let cell = waiting.next(); cell >= 0; cell = waiting.next()) {
        while (parent[cell] !== NONE) {
          const side = grow(cell);
          now++;
          if (side === NONE) break;
          send(cell, side);
          for (let orphan = orphans.pop(); orphan !== undefined; orphan = orphans.pop()) adopt(orphan);
        }
      }
      return tree;
    },
  };
}

/** First in, first out, and nothing twice. */
function createQueue(most: number) {
  const places = new Int32Array(most + 1);
  const isIn = new Uint8Array(most);
  let [head, tail] = [0, 0];
  return {
    clear(): void {
      [head, tail] = [0, 0];
      isIn.fill(0);
    },
    add(cell: number): void {
      if (isIn[cell] === 1) return;
      isIn[cell] = 1;
      places[tail] = cell;
      tail = (tail + 1) % places.length;
    },
    /** -1 when there is none. */
    next(): number {
      if (head === tail) return NONE;
      const cell = places[head] as number;
      head = (head + 1) % places.length;
      isIn[cell] = 0;
      return cell;
    },
  };
}
