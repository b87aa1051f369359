import { describe, expect, it } from "vitest";
import { explanationOf, facesByKnown, nearestKnown } from "../../src/discovery/known-categories.ts";
import { pointsFrom } from "../../src/discovery/spanning-tree.ts";
import { createRandom } from "../../src/domain/statistics/random.ts";
import { madeFace } from "../support/study-faces.ts";

const numbers = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);

describe("known categories", () => {
  it("own the faces that they are given half of or more, each by its likeliest label", () => {
    const random = createRandom(1);
    const face = (known: Record<string, number>) => ({
      ...madeFace("f", { shows: {}, label: "neutral" }, random),
      known: Object.entries(known).map(([label, probability]) => ({ label, probability })),
    });
    const faces = [face({ joy: 0.5, fear: 0.5 }), face({ joy: 0.49, fear: 0.48 }), face({ joy: 0.3, fear: 0.7 })];
    expect([...facesByKnown(faces)]).toEqual([
      ["joy", [0]],
      ["fear", [2]],
    ]);
  });

  it.each([
    ["is what .6 of its members are, when it holds half of them all", 6, 12, { ofMembers: 0.6, ofCategory: 0.5 }],
    ["is not what .5 of its members are", 5, 10, undefined],
    ["of fifty is not what .58 of its members are", 29, 40, undefined, 50],
    ["is not what it holds less than half of", 6, 13, undefined],
  ])("a group of ten, or so many, %s", (_case, shared, all, explained, size = 10) => {
    const known = new Map([["joy", [...numbers(0, shared), ...numbers(100, all - shared)]]]);
    const found = explanationOf(numbers(0, size), known);
    expect(found).toEqual(explained === undefined ? undefined : { category: "joy", ...explained });
  });

  it("near a group are those with five faces outside of it, the nearest centre first", () => {
    // The group stands at 0; four faces of one category at 1, five of another at 2, five of a third at 3.
    const points = pointsFrom(
      [...[0, 0, 0], ...[1, 1, 1, 1], ...numbers(0, 5).map(() => 2), ...numbers(0, 5).map(() => 3)].map((x) => [x]),
    );
    const known = new Map([
      ["far", numbers(12, 5)],
      ["few", numbers(3, 4)],
      ["near", numbers(7, 5)],
    ]);
    expect(nearestKnown(points, [0, 1, 2], known)).toMatchObject({ category: "near", faces: numbers(7, 5) });
    expect(nearestKnown(points, [0, 1, 2], new Map([["few", numbers(3, 4)]]))).toBeUndefined();
  });
});
