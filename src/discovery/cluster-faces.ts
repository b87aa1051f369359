import { normalQuantile } from "../domain/statistics/normal-distribution.ts";
import type { Random } from "../domain/statistics/random.ts";
import { type Clustering, type DenseCluster, hdbscan } from "./hdbscan.ts";
import { type NormalMixture, preferredMixture } from "./normal-mixture.ts";
import { componentsBeyondChance, lumpiness, principalComponents, project } from "./principal-components.ts";
import { type Sample, spreadClusters } from "./sample-faces.ts";
import { type Points, selectPoints, squaredBetween } from "./spanning-tree.ts";

/** More components than this add little but distance between neighbours. */
const MOST_COMPONENTS = 10;

/** Standard errors of skewness or kurtosis from which a component counts as lumpy. */
const LUMPY_FROM = 3;

const MOST_PARTS = 16;
/** Share of the faces of a bell that lie no further from its middle. A face beyond is no part's. */
const WITHIN = 0.9999;

/** How clusters were found in a set of faces. */
export interface FaceClustering {
  readonly clusters: readonly DenseCluster[];
  /** How many components were searched. 0: nothing varies together in lumps, and nothing was searched. */
  readonly kept: number;
  /** The same regions in the sample alone, by places in it. */
  readonly inSample: readonly DenseCluster[];
  /** The sample on those components. float64 [sample, kept] */
  readonly searched: Points;
  /** The points on all components that hold more variance than chance. */
  readonly beyondChance: Points;
}

/**
 * Looks for dense regions among the components that hold more variance than chance and on which faces are not simply
 * spread like a bell: in all 30 to 50 coordinates at once every face is about as far from every other.
 */
export function clusterFaces(
  points: Points,
  { minClusterSize, sample }: { readonly minClusterSize: number; readonly sample: Sample },
  random: Random,
): FaceClustering {
  if (points.count < 2 * minClusterSize) return NOTHING;
  const sampled = selectPoints(points, sample.chosen);
  const components = principalComponents(sampled);
  const beyond = componentsBeyondChance(sampled, components, { most: MOST_COMPONENTS, random });
  const chosen = indexesOf(lumpiness(sampled, components, beyond), (score) => score > LUMPY_FROM);
  if (chosen.length === 0) return NOTHING;
  const searched = project(sampled, components, chosen);
  const size = sample.sizeOf(minClusterSize);
  const inSample = hdbscan(searched, { minClusterSize: size });
  const beyondChance = project(
    points,
    components,
    Array.from({ length: beyond }, (_, component) => component),
  );
  const clusters = sample.isWhole
    ? inSample.clusters
    : spreadClusters(inSample, {
        ...sample,
        searched,
        everywhere: project(points, components, chosen),
        neighbours: size,
      });
  return { clusters, inSample: inSample.clusters, kept: chosen.length, searched, beyondChance };
}

/** The same for faces without categories: the `kept` of their own components that are least like a bell. */
export function clusterNullModel(
  points: Points,
  options: { readonly minClusterSize: number; readonly kept: number },
): Clustering {
  const components = principalComponents(points);
  const scores = lumpiness(points, components, MOST_COMPONENTS);
  const lowest = [...scores].sort((x, y) => y - x)[options.kept - 1] ?? Number.NEGATIVE_INFINITY;
  const chosen = options.kept === 0 ? [] : indexesOf(scores, (score) => score >= lowest);
  if (chosen.length === 0) return { clusters: [], labels: new Int32Array(points.count).fill(-1) };
  return hdbscan(project(points, components, chosen), options);
}

const NOWHERE: Points = { count: 0, dimensions: 0, values: new Float64Array() };
const NOTHING: FaceClustering = { clusters: [], inSample: [], kept: 0, searched: NOWHERE, beyondChance: NOWHERE };

function indexesOf(scores: readonly number[], wanted: (score: number) => boolean): number[] {
  return scores.flatMap((score, index) => (wanted(score) ? [index] : []));
}

/** A group of faces that need not be denser than what lies between it and the next. */
export type FaceGroup = Pick<DenseCluster, "members" | "memberships">;

/**
 * All faces in groups, as many as each describe faces better than one more would by chance: bells of one common shape, so that what varies
 * alike in every group, as teeth in smiles and in screams, sets none apart. On faces with known labels these are nearer
 * to the labels than dense regions and than k-means (`bench/discovery-known.mjs`). None where one bell does.
 */
export function partFaces(
  { beyondChance }: Pick<FaceClustering, "beyondChance">,
  { minClusterSize, random }: { readonly minClusterSize: number; readonly random: Random },
): FaceGroup[] {
  const most = Math.min(MOST_PARTS, Math.floor(beyondChance.count / minClusterSize));
  const mixture = preferredMixture(beyondChance, { most, random });
  const { groups, whitened, centres } = mixture;
  const reach = chiSquaredQuantile(WITHIN, beyondChance.dimensions);
  const parts = Array.from({ length: centres.count }, (_, part) => {
    const members = [...groups.keys()].filter(
      (point) => groups[point] === part && squaredBetween(whitened, point, centres, part) <= reach,
    );
    return { members, memberships: members.map((member) => membership(mixture, member, part)) };
  }).filter(({ members }) => members.length >= minClusterSize);
  return parts.length < 2 ? [] : parts;
}

/** 1 in the middle of its part, 0 where the middle of the next is as near: a silhouette with middles (Rousseeuw 1987). */
function membership({ whitened, centres }: NormalMixture, point: number, part: number): number {
  const distances = Array.from({ length: centres.count }, (_, centre) =>
    Math.sqrt(squaredBetween(whitened, point, centres, centre)),
  );
  const next = Math.min(...distances.filter((_, centre) => centre !== part));
  return Math.max(0, 1 - (distances[part] as number) / next);
}

/** Wilson and Hilferty 1931: within a hundredth of the exact value from two degrees of freedom on. */
function chiSquaredQuantile(probability: number, degrees: number): number {
  const step = 2 / (9 * degrees);
  return degrees * (1 - step + normalQuantile(probability) * Math.sqrt(step)) ** 3;
}
