import { describe, expect, it } from "vitest";
import { fuseRanks, nextDiverse } from "../../src/exemplars/rank-exemplars.ts";

describe("reciprocal rank fusion", () => {
  it("adds weight / (60 + rank) over the channels, best first, and keeps the ranks", () => {
    const fused = fuseRanks([
      { channel: "face", weight: 1, ids: ["a", "b"] },
      { channel: "text", weight: 0.5, ids: ["b", "c"] },
    ]);
    expect(fused.map(({ id, ranks }) => [id, Object.fromEntries(ranks)])).toEqual([
      ["b", { face: 2, text: 1 }],
      ["a", { face: 1 }],
      ["c", { text: 2 }],
    ]);
    const expected = [1 / 62 + 0.5 / 61, 1 / 61, 0.5 / 62];
    fused.forEach(({ score }, index) => {
      expect(score).toBeCloseTo(expected[index] as number, 12);
    });
  });

  it("puts ties in the order of the ids, and nothing out of nothing", () => {
    const tied = fuseRanks([
      { channel: "face", weight: 1, ids: ["z"] },
      { channel: "text", weight: 1, ids: ["a"] },
    ]);
    expect(tied.map(({ id }) => id)).toEqual(["a", "z"]);
    expect(fuseRanks([])).toEqual([]);
  });
});

describe("maximal marginal relevance", () => {
  /** Points on a line, alike by their distance; the number is their relevance. */
  const options = {
    relevance: ({ relevance }: Place) => relevance,
    similarity: alike,
    relevanceShare: 0.5,
    chosen: [],
  };
  interface Place {
    readonly at: number;
    readonly relevance: number;
  }
  function alike(a: Place, b: Place): number {
    return Math.max(0, 1 - Math.abs(a.at - b.at));
  }
  const place = (at: number, relevance: number): Place => ({ at, relevance });

  it("takes the most relevant where nothing is chosen, the first of equals", () => {
    const [low, high, same] = [place(0, 0.1), place(0, 0.3), place(5, 0.3)];
    expect(nextDiverse([low, high, same], options)).toBe(high);
    expect(nextDiverse([place(1, 7), place(2, 7)], options)).toEqual(place(1, 7));
    expect(nextDiverse([], options)).toBeUndefined();
  });

  it("weighs relevance, from 1 for the best to 0 for the worst, against the nearest of the chosen", () => {
    const chosen = [place(0, 9), place(10, 9)];
    // Beside a chosen one: 0.5 - 0.5; in between: 0.5 x 0.6 - 0; the least relevant: 0 - 0.
    const [near, between, worst] = [place(10, 1.5), place(5, 1.3), place(20, 1)];
    expect(nextDiverse([near, between, worst], { ...options, chosen })).toBe(between);
    expect(nextDiverse([near, between, worst], { ...options, chosen, relevanceShare: 1 })).toBe(near);
    expect(nextDiverse([near, worst, between], { ...options, chosen, relevanceShare: 0 })).toBe(worst);
    // With .7: .7 - .3 for the nearest in rank; .42 for the one in between.
    expect(nextDiverse([near, between, worst], { ...options, chosen, relevanceShare: 0.7 })).toBe(between);
    expect(nextDiverse([near, between, worst], { ...options, chosen, relevanceShare: 0.75 })).toBe(near);
  });

  it("goes by dissimilarity alone where all are as relevant", () => {
    const chosen = [place(0, 9)];
    expect(nextDiverse([place(0.2, 3), place(0.6, 3), place(0.4, 3)], { ...options, chosen })).toEqual(place(0.6, 3));
  });
});
