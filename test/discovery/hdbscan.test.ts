import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { hdbscan } from "../../src/discovery/hdbscan.ts";
import { pointsFrom } from "../../src/discovery/spanning-tree.ts";
import { adjustedRandIndex } from "../../src/domain/statistics/adjusted-rand-index.ts";
import { createRandom } from "../../src/domain/statistics/random.ts";

const golden = JSON.parse(readFileSync(new URL("../fixtures/hdbscan.json", import.meta.url), "utf8")) as {
  points: number[][];
  cases: { minClusterSize: number; neighbours: number; labels: number[] }[];
};

describe("hdbscan", () => {
  it.each(golden.cases)(
    "finds the clusters and outliers that scikit-learn finds (at least $minClusterSize points, $neighbours neighbours)",
    ({ labels, ...options }) => {
      const found = hdbscan(pointsFrom(golden.points), options);
      // Not always 1: edges of equal reachability may be joined in either order, which moves single points at the rim.
      expect(adjustedRandIndex([...found.labels], labels)).toBeGreaterThan(0.97);
      expect(found.clusters).toHaveLength(Math.max(...labels) + 1);
    },
  );

  it("does not depend on the order of the points", () => {
    const order = createRandom(3).shuffled(golden.points.map((_, index) => index));
    const options = { minClusterSize: 10 };
    const straight = hdbscan(pointsFrom(golden.points), options).labels;
    const shuffled = hdbscan(pointsFrom(order.map((index) => golden.points[index] as number[])), options).labels;
    expect(
      adjustedRandIndex(
        [...shuffled],
        order.map((index) => straight[index] as number),
      ),
    ).toBe(1);
  });

  it("gives a dense knot more prominence than a loose one", () => {
    const random = createRandom(5);
    const knot = (x: number, spread: number) =>
      Array.from({ length: 40 }, () => [x + spread * random.normal(), spread * random.normal()]);
    const { clusters } = hdbscan(pointsFrom([...knot(0, 0.05), ...knot(10, 1)]), { minClusterSize: 10 });
    const tight = clusters.find((cluster) => cluster.members.includes(0));
    const loose = clusters.find((cluster) => cluster.members.includes(40));
    expect(tight?.prominence).toBeGreaterThan((loose?.prominence ?? Number.POSITIVE_INFINITY) * 5);
  });

  it("gives as prominence how many times closer the middle point stands than where the cluster parts", () => {
    // Within each: reachabilities 2, 2, 2, 3 and 6 along the tree; between them 32.
    const line = [0, 1, 2, 4, 8].flatMap((x) => [[x], [x + 40]]);
    const { clusters } = hdbscan(pointsFrom(line), { minClusterSize: 3 });
    expect(clusters.map(({ prominence }) => prominence)).toEqual([16, 16]);
    expect(clusters[0]?.memberships).toEqual([1, 1, 1, expect.closeTo(2 / 3, 12), expect.closeTo(1 / 3, 12)]);
  });

  it.each([
    ["no points", []],
    ["one point", [[1, 2]]],
    ["fewer than two clusters' worth", Array.from({ length: 9 }, (_, n) => [n, 0])],
    ["identical points", Array.from({ length: 50 }, () => [1, 1])],
  ])("finds nothing in %s", (_name, rows) => {
    expect(hdbscan(pointsFrom(rows), { minClusterSize: 5 }).clusters).toEqual([]);
  });

  it("tells two piles of identical points apart", () => {
    const rows = Array.from({ length: 40 }, (_, n) => [n % 2, 0]);
    const { clusters } = hdbscan(pointsFrom(rows), { minClusterSize: 5 });
    expect(clusters.map((cluster) => cluster.members.length)).toEqual([20, 20]);
  });
});
