import { expect, it } from "vitest";
import { createRandom } from "../../src/domain/statistics/random.ts";
import { createGridCut } from "../../src/lab/grid-cut.ts";

const [WIDTH, HEIGHT] = [4, 3];
const COUNT = WIDTH * HEIGHT;
const beside = Int32Array.from({ length: 4 * COUNT }, (_, i) => {
  const [cell, side] = [i >> 2, i & 3];
  const x = (cell % WIDTH) + (side === 0 ? 1 : side === 1 ? -1 : 0);
  const y = Math.floor(cell / WIDTH) + (side === 2 ? 1 : side === 3 ? -1 : 0);
  return x < 0 || y < 0 || x >= WIDTH || y >= HEIGHT ? -1 : y * WIDTH + x;
});

/** What is cut off where bit `cell` of `split` says that a cell is on the second terminal's side. */
function costOf(split: number, pipes: Float32Array, terminals: Float32Array): number {
  const isSecond = (cell: number) => ((split >> cell) & 1) === 1;
  let cost = 0;
  for (let cell = 0; cell < COUNT; cell++) {
    const terminal = terminals[cell] as number;
    cost += isSecond(cell) ? Math.max(0, terminal) : Math.max(0, -terminal);
    for (let side = 0; side < 4; side++) {
      const other = beside[4 * cell + side] as number;
      if (other >= 0 && !isSecond(cell) && isSecond(other)) cost += pipes[4 * cell + side] as number;
    }
  }
  return cost;
}

it("cuts a grid where that costs least, of all ways to do so", () => {
  const random = createRandom(3);
  const grid = createGridCut(beside);
  for (let round = 0; round < 60; round++) {
    const pipes = grid.pipes.map((_, i) => ((beside[i] as number) < 0 ? 0 : random.below(10)));
    const terminals = grid.terminals.map(() => random.below(31) - 15);
    grid.pipes.set(pipes);
    grid.terminals.set(terminals);
    const found = grid.cut().reduce((split, tree, cell) => (tree === -1 ? split | (1 << cell) : split), 0);
    const costs = Array.from({ length: 2 ** COUNT }, (_, split) => costOf(split, pipes, terminals));
    expect(costOf(found, pipes, terminals)).toBe(costs.reduce((a, b) => Math.min(a, b)));
  }
});
