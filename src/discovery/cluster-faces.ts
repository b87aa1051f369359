import type { Random } from "../domain/statistics/random.ts";
import { type Clustering, hdbscan } from "./hdbscan.ts";
import { componentsBeyondChance, lumpiness, principalComponents, project } from "./principal-components.ts";
import type { Points } from "./spanning-tree.ts";

/** More components than this add little but distance between neighbours. */
const MOST_COMPONENTS = 10;

/** Standard errors of skewness or kurtosis from which a component counts as lumpy. */
const LUMPY_FROM = 3;

/** How clusters were found in a set of faces. */
export interface FaceClustering extends Clustering {
  /** How many components were searched. 0: nothing varies together in lumps, and nothing was searched. */
  readonly kept: number;
  /** The points on those components. float64 [points, kept] */
  readonly searched: Points;
}

/**
 * Looks for dense regions among the components that hold more variance than chance and on which faces are not simply
 * spread like a bell: in all 30 to 50 coordinates at once every face is about as far from every other.
 */
export function clusterFaces(
  points: Points,
  options: { readonly minClusterSize: number },
  random: Random,
): FaceClustering {
  if (points.count < 2 * options.minClusterSize) return nothing(points);
  const components = principalComponents(points);
  const beyond = componentsBeyondChance(points, components, { most: MOST_COMPONENTS, random });
  const chosen = indexesOf(lumpiness(points, components, beyond), (score) => score > LUMPY_FROM);
  if (chosen.length === 0) return nothing(points);
  const searched = project(points, components, chosen);
  return { ...hdbscan(searched, options), kept: chosen.length, searched };
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
  return chosen.length === 0 ? nothing(points) : hdbscan(project(points, components, chosen), options);
}

function nothing(points: Points): FaceClustering {
  const labels = new Int32Array(points.count).fill(-1);
  return {
    clusters: [],
    labels,
    kept: 0,
    searched: { count: points.count, dimensions: 0, values: new Float64Array() },
  };
}

function indexesOf(scores: readonly number[], wanted: (score: number) => boolean): number[] {
  return scores.flatMap((score, index) => (wanted(score) ? [index] : []));
}

/** Some of the points, in the order of `chosen`. */
export function selectPoints({ dimensions, values }: Points, chosen: readonly number[]): Points {
  const selected = new Float64Array(chosen.length * dimensions);
  chosen.forEach((point, index) => {
    selected.set(values.subarray(point * dimensions, (point + 1) * dimensions), index * dimensions);
  });
  return { count: chosen.length, dimensions, values: selected };
}
