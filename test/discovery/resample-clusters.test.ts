import { expect, it } from "vitest";
import { hdbscan } from "../../src/discovery/hdbscan.ts";
import { foundAgain, resampleClusters } from "../../src/discovery/resample-clusters.ts";
import { pointsFrom } from "../../src/discovery/spanning-tree.ts";

it("clusters four fifths of the faces again, and looks for groups of four fifths of the size", async () => {
  const clumps = [0, 100].flatMap((centre) => [0, 1, 2, 3, 4].map((x) => [centre + x]));
  const { clusters } = hdbscan(pointsFrom(clumps), { minClusterSize: 5 });
  expect(clusters).toHaveLength(2);
  const options = { minClusterSize: 5, kept: 1, resamples: 40, seed: 1 };
  const resamples = await resampleClusters(pointsFrom(clumps), options);
  const [first, second] = clusters.map(({ members }) => foundAgain(members, resamples));
  // Of ten faces eight are drawn: four of each clump in 25 of 45 ways, and else too few of one to make it a group.
  const found = (first?.agreement ?? []).filter((agreement) => agreement === 1).length;
  expect(Math.abs(found / 40 - 25 / 45)).toBeLessThan(0.16); // two standard errors
  expect((first?.agreement ?? []).filter((agreement) => agreement === 0)).toHaveLength(40 - found);
  expect(second?.agreement).toEqual(first?.agreement);
});
