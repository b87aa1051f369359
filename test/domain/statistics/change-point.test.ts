import { describe, expect, it } from "vitest";
import { changePoint } from "../../../src/domain/statistics/change-point.ts";
import { createRandom } from "../../../src/domain/statistics/random.ts";

/** Items that are right with such a chance in eight waves, and with another in the three after them. */
function scoresOf(items: number, before: number, after: number): number[][] {
  const random = createRandom(9);
  return Array.from({ length: items }, () =>
    Array.from({ length: 11 }, (_, wave) => (random.real() < (wave < 8 ? before : after) ? 1 : 0)),
  );
}

describe("a change from one wave to the next", () => {
  it("has the p of all ways to deal an item's scores out among its waves", () => {
    // Of four waves one has the odd score: in a quarter of them the last.
    const found = changePoint([[1, 1, 1, 0]], { seed: 1, latest: 1, rounds: 20_000 });
    expect(found).toMatchObject({ wave: 3, difference: -1 });
    expect(found?.pValue).toBeCloseTo(1 / 4, 1);
    // Three such items have it in the last together in 1 of 64.
    const three = changePoint(
      [
        [1, 1, 1, 0],
        [1, 1, 1, 0],
        [1, 1, 1, 0],
      ],
      { seed: 1, latest: 1, rounds: 20_000 },
    );
    expect(three?.pValue).toBeGreaterThan(0.01);
    expect(three?.pValue).toBeLessThan(0.022);
  });

  it("is found with its wave and its size, and steady items count in the mean", () => {
    const steady = Array.from({ length: 700 }, () => new Array<number>(11).fill(1));
    const found = changePoint([...scoresOf(300, 0.8, 0.6), ...steady], { seed: 1 });
    expect(found?.wave).toBe(8);
    expect(found?.difference).toBeCloseTo(-0.06, 1);
    expect(found?.pValue).toBeLessThan(0.001);
  });

  it("is not found where items only waver", () => {
    expect(changePoint(scoresOf(300, 0.5, 0.5), { seed: 1 })?.pValue).toBeGreaterThan(0.05);
  });

  it("leaves an item out of what it was not scored on both sides of, and says nothing of one wave", () => {
    const scores = [
      [1, 1, 1, 0],
      [null, null, null, 1],
      [1, 1, 1, null],
    ];
    expect(changePoint(scores, { seed: 1, latest: 1 })?.difference).toBe(-1);
    expect(changePoint([[1], [0]], { seed: 1 })).toBeNull();
  });

  it("is not tested where every item always scores the same", () => {
    const steady = [
      [1, 1, 1],
      [0, 0, 0],
    ];
    expect(changePoint(steady, { seed: 1 })).toBeNull();
    expect(changePoint([], { seed: 1 })).toBeNull();
  });
});
