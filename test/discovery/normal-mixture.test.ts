import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fitMixture, preferredMixture } from "../../src/discovery/normal-mixture.ts";
import { pointDistance, pointsFrom } from "../../src/discovery/spanning-tree.ts";
import { adjustedRandIndex } from "../../src/domain/statistics/adjusted-rand-index.ts";
import { createRandom } from "../../src/domain/statistics/random.ts";

const golden = JSON.parse(readFileSync(new URL("../fixtures/normal-mixture.json", import.meta.url), "utf8")) as {
  points: number[][];
  labels: number[];
  distances: number[][];
};

/** Groups in rows, each long in the same direction and narrow across. */
function rowsOf(groups: number, each: number): { points: number[][]; labels: number[] } {
  const random = createRandom(groups);
  const labels = Array.from({ length: groups * each }, (_, index) => index % groups);
  return { points: labels.map((group) => [4 * random.normal(), 6 * group + random.normal()]), labels };
}

describe("a mixture of normal distributions of one shape", () => {
  it("is scikit-learn's: the same groups, as far apart", () => {
    const found = fitMixture(pointsFrom(golden.points), 3, createRandom(1));
    expect(adjustedRandIndex([...found.groups], golden.labels)).toBe(1);
    const ours = [0, 1, 2].map((group) => golden.labels[found.groups.indexOf(group)] as number);
    for (const a of [0, 1, 2]) {
      for (const b of [0, 1, 2].filter((other) => other !== a)) {
        // Its last rounds add less than ours stop at.
        const distance = golden.distances[ours[a] as number]?.[ours[b] as number] as number;
        expect(Math.abs(pointDistance(found.centres, a, b) / distance - 1)).toBeLessThan(0.02);
      }
    }
  });

  it.each([1, 2, 3])("has as many groups as there are (%i), whatever varies more in each of them", (groups) => {
    const { points, labels } = rowsOf(groups, 60);
    const found = preferredMixture(pointsFrom(points), { most: 9, random: createRandom(3) });
    expect(found.centres.count).toBe(groups);
    expect(adjustedRandIndex([...found.groups], labels) ?? 1).toBeGreaterThan(0.95);
  });

  it("is one group where a coordinate never changes", () => {
    const random = createRandom(4);
    const points = Array.from({ length: 80 }, () => [random.normal(), 0]);
    expect(preferredMixture(pointsFrom(points), { most: 5, random }).centres.count).toBe(1);
  });
});
