import type { Random } from "../domain/statistics/random.ts";
import type { Clustering, DenseCluster } from "./hdbscan.ts";
import { coreDistances, nearestOf, type Points, squaredBetween } from "./spanning-tree.ts";

/** More faces than this are searched by so many of them, drawn at random: the time of a search grows with their square. */
export const MOST_SEARCHED = 10_000;

/** Below this a group in a sample would be noise, whatever it is in all faces. */
const LEAST_IN_SAMPLE = 8;

/** The faces in which dense regions are looked for. */
export interface Sample {
  /** Point numbers, ascending; all of them unless there are too many. */
  readonly chosen: readonly number[];
  readonly isWhole: boolean;
  /** Which of the chosen some points are, by their place among these. */
  placesOf(points: readonly number[]): number[];
  /** So large a group of all faces, in the sample. */
  sizeOf(minClusterSize: number): number;
}

/** All of so many points, or as many as can be searched. */
export function sampleFaces(count: number, most: number, random: Random): Sample {
  const all = Array.from({ length: count }, (_, point) => point);
  if (count <= most) return { chosen: all, isWhole: true, placesOf: (points) => [...points], sizeOf: (size) => size };
  const chosen = random
    .shuffled(all)
    .slice(0, most)
    .sort((a, b) => a - b);
  const places = new Int32Array(count).fill(-1);
  chosen.forEach((point, place) => {
    places[point] = place;
  });
  return {
    ...{ chosen, isWhole: false },
    placesOf: (points) => points.flatMap((point) => ((places[point] as number) < 0 ? [] : [places[point] as number])),
    sizeOf: (size) => Math.max(Math.min(size, LEAST_IN_SAMPLE), Math.round((size * most) / count)),
  };
}

/** What readers must know of groups that were looked for in a sample. */
export function sampleNotes(
  sample: Sample,
  { minClusterSize, seed, of }: { readonly minClusterSize: number; readonly seed: number; readonly of: number },
): string[] {
  if (sample.isWhole) return [];
  const size = sample.sizeOf(minClusterSize);
  return [
    `Dense groups, their resamples and the sets without categories were looked for in ${sample.chosen.length} of the ${of} faces, drawn at random (seed ${seed}), of at least ${size} faces there; every other face is in the dense group that it would have joined, if any.`,
  ];
}

interface Spread {
  /** The sample and all points, on the components that were searched. */
  readonly searched: Points;
  readonly everywhere: Points;
  readonly chosen: readonly number[];
  /** As the sample was searched. */
  readonly neighbours: number;
}

/**
 * The dense regions of a sample with all other points that fall into them: each would join the tree through the point that it
 * reaches first, and is in the region of that one when it does so before the region parts from the rest (McInnes, Healy and
 * Astels 2017, `approximate_predict`). Time grows with the sample for each point.
 */
export function spreadClusters({ clusters, labels }: Clustering, { chosen, ...spread }: Spread): DenseCluster[] {
  const inSample = new Set(chosen);
  const joined = clusters.map(({ members, memberships }) =>
    members.map((member, at) => ({ point: chosen[member] as number, membership: memberships[at] as number })),
  );
  const reach = firstReached(spread);
  for (let point = 0; point < spread.everywhere.count; point += 1) {
    if (inSample.has(point)) continue;
    const { through, distance } = reach(point);
    const label = labels[through] as number;
    const region = clusters[label];
    if (region === undefined || distance >= region.partsAt) continue;
    joined[label]?.push({ point, membership: Math.min(1, region.densestAt / distance) });
  }
  return clusters.map((cluster, label) => {
    const own = (joined[label] ?? []).sort((a, b) => a.point - b.point);
    const members = own.map(({ point }) => point);
    return { ...cluster, members, memberships: own.map(({ membership }) => membership) };
  });
}

/** The point of the sample that a point reaches first, and at which distance, under mutual reachability. */
function firstReached({ searched, everywhere, neighbours }: Omit<Spread, "chosen">) {
  const core = coreDistances(searched, neighbours);
  const nearest = nearestOf(Math.min(neighbours, searched.count));
  const distances = new Float64Array(searched.count);
  return (point: number) => {
    nearest.clear();
    for (let other = 0; other < searched.count; other += 1) {
      const distance = Math.sqrt(squaredBetween(everywhere, point, searched, other));
      distances[other] = distance;
      nearest.offer(distance);
    }
    const own = nearest.farthest();
    let [through, least] = [0, Number.POSITIVE_INFINITY];
    for (let other = 0; other < searched.count; other += 1) {
      const distance = distances[other] as number;
      const reach = Math.max(own, core[other] as number, distance);
      // Of those reached alike, as all in its own neighbourhood are, the nearest.
      const isNearer = reach < least || (reach === least && distance < (distances[through] as number));
      if (isNearer) [through, least] = [other, reach];
    }
    return { through, distance: least };
  };
}
