import { describe, expect, it } from "vitest";
import { discoverCategories } from "../../src/discovery/discover-categories.ts";
import { hdbscan } from "../../src/discovery/hdbscan.ts";
import { sampleFaces, spreadClusters } from "../../src/discovery/sample-faces.ts";
import { pointsFrom, selectPoints } from "../../src/discovery/spanning-tree.ts";
import type { Discovery } from "../../src/domain/discovery.ts";
import { adjustedRandIndex } from "../../src/domain/statistics/adjusted-rand-index.ts";
import { createRandom } from "../../src/domain/statistics/random.ts";
import { KNOWN_RECIPES, madeStudy, PLANTED, studySpace } from "../support/study-faces.ts";

describe("spreadClusters", () => {
  it("puts a point into the region that it reaches before this parts from the rest, and no other point anywhere", () => {
    // 0, 1, 2, 3, 4 and 40, 41, 42, 43, 44 are searched; every second neighbour of a point is 1 or 2 away.
    const rows = [0, 1, 2, 3, 4, 40, 41, 42, 43, 44, 1.5, 41.9, 4.5, -40, 90].map((x) => [x]);
    const everywhere = pointsFrom(rows);
    const chosen = Array.from({ length: 10 }, (_, point) => point);
    const searched = selectPoints(everywhere, chosen);
    const found = hdbscan(searched, { minClusterSize: 3 });
    const spread = spreadClusters(found, { searched, everywhere, chosen, neighbours: 3 });
    expect(spread.map(({ members }) => members)).toEqual([
      [0, 1, 2, 3, 4, 10, 12],
      [5, 6, 7, 8, 9, 11],
    ]);
    // 1.5 has its second neighbour at .5 and reaches 1 at the distance at which 1 joins; 4.5 has its own at 1.5.
    expect(spread[0]?.memberships.slice(5)).toEqual([1, expect.closeTo(1 / 1.5, 12)]);
    expect(spread[0]?.memberships.slice(0, 5)).toEqual(found.clusters[0]?.memberships);
  });
});

describe("sampleFaces", () => {
  it("takes all where they can be searched, and groups of as many as were asked for", () => {
    const sample = sampleFaces(5, 5, createRandom(1));
    expect(sample).toMatchObject({ chosen: [0, 1, 2, 3, 4], isWhole: true });
    expect([sample.sizeOf(3), sample.placesOf([1, 4])]).toEqual([3, [1, 4]]);
  });

  it("takes some in their order, with groups as much smaller, and none so small that it would be noise", () => {
    const sample = sampleFaces(1000, 100, createRandom(1));
    expect(sample.chosen).toHaveLength(100);
    expect([...sample.chosen]).toEqual([...new Set(sample.chosen)].sort((a, b) => a - b));
    expect([200, 50, 5].map((size) => sample.sizeOf(size))).toEqual([20, 8, 5]);
    const [third] = sample.chosen.slice(2);
    const left = sample.chosen.findIndex((point, place) => point !== place);
    expect(sample.placesOf([left, third as number])).toEqual([2]);
  });
});

describe("a discovery among more faces than are searched", () => {
  const faces = madeStudy([...KNOWN_RECIPES.map((recipe) => [recipe, 80] as const), [PLANTED, 80]], createRandom(4));
  const discover = (mostSearched: number) =>
    discoverCategories(
      { faces, space: studySpace, textEmbeddings: null },
      {
        ...{ known: ["affectnet8"], seed: 4, resamples: 10, describedBy: null, textEmbedder: null, mostSearched },
        ...{ kuleshovVersion: "0", now: () => new Date(0) },
      },
    );
  const groupsOf = ({ map }: Discovery) => map.points.map(({ id, proposal }) => proposal ?? id);

  it("finds the groups that a search of all finds, reaches every face, and says what was searched", async () => {
    const [whole, sampled] = [await discover(480), await discover(240)];
    expect(adjustedRandIndex(groupsOf(sampled), groupsOf(whole))).toBeGreaterThan(0.9);
    const named = (discovery: Discovery) =>
      discovery.proposals.filter(({ status }) => status === "survived").map(({ name }) => name);
    expect(named(sampled)).toEqual(named(whole));
    expect(named(sampled)).toEqual(["AU12+AU14, near: neutral"]);
    const reached = [...sampled.proposals.flatMap(({ members }) => members), ...sampled.outside.map(({ id }) => id)];
    expect(reached.toSorted()).toEqual(faces.map(({ id }) => id).toSorted());
    expect([whole.provenance.sampled, sampled.provenance.sampled]).toEqual([null, 240]);
    expect([whole.notes, sampled.notes]).toEqual([
      [],
      [expect.stringMatching(/looked for in 240 of the 480 faces, drawn at random \(seed 4\), of at least 8 faces/)],
    ]);
  });
});
