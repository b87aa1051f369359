import { adjustedRandIndex } from "../domain/statistics/adjusted-rand-index.ts";
import { createRandom } from "../domain/statistics/random.ts";
import { clusterNullModel, selectPoints } from "./cluster-faces.ts";
import { type DenseCluster, hdbscan } from "./hdbscan.ts";
import { createNullModel } from "./null-model.ts";
import type { Points } from "./spanning-tree.ts";

/** Share of the faces in each resample. */
const SUBSAMPLE = 0.8;

interface ResampleOptions {
  readonly minClusterSize: number;
  readonly kept: number;
  readonly resamples: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
}

/** What became of one cluster in resamples of the faces, one number per resample. */
export interface ClusterResamples {
  /** Adjusted Rand index between "in the cluster or not" and the best matching cluster; 0 where there was none. */
  readonly agreement: readonly number[];
  /** Prominence of the best matching cluster; 1 where there was none. */
  readonly prominence: readonly number[];
}

/**
 * Clusters random subsets of the faces again, on the components that the clusters were found on, and looks for each
 * cluster in them.
 */
export async function resampleClusters(
  searched: Points,
  clusters: readonly DenseCluster[],
  options: ResampleOptions,
): Promise<ClusterResamples[]> {
  const found = clusters.map(() => ({ agreement: [] as number[], prominence: [] as number[] }));
  const all = Array.from({ length: searched.count }, (_, index) => index);
  for (let round = 0; round < options.resamples; round += 1) {
    await breathe(options.signal);
    const random = createRandom(`${options.seed} resample ${round}`);
    const chosen = random.shuffled(all).slice(0, Math.round(searched.count * SUBSAMPLE));
    const minClusterSize = Math.max(2, Math.round(options.minClusterSize * SUBSAMPLE));
    const again = hdbscan(selectPoints(searched, chosen), { minClusterSize });
    clusters.forEach((cluster, index) => {
      const match = bestMatch(cluster, chosen, again.clusters);
      found[index]?.agreement.push(match.agreement);
      found[index]?.prominence.push(match.prominence);
    });
  }
  return found;
}

function bestMatch(cluster: DenseCluster, chosen: readonly number[], candidates: readonly DenseCluster[]) {
  const members = new Set(cluster.members);
  const before = chosen.map((point) => (members.has(point) ? 1 : 0));
  let best = { agreement: 0, prominence: 1 };
  for (const candidate of candidates) {
    const after = new Uint8Array(chosen.length);
    for (const member of candidate.members) after[member] = 1;
    const agreement = adjustedRandIndex(before, [...after]);
    if (agreement !== null && agreement > best.agreement) best = { agreement, prominence: candidate.prominence };
  }
  return best;
}

/** The largest prominence of any cluster in each of many sets of faces without categories; 1 where there was none. */
export async function prominenceByChance(points: Points, options: ResampleOptions): Promise<number[]> {
  const draw = createNullModel(points);
  const largest: number[] = [];
  for (let round = 0; round < options.resamples; round += 1) {
    await breathe(options.signal);
    const nullModel = draw(createRandom(`${options.seed} nullModel ${round}`));
    const { clusters } = clusterNullModel(nullModel, options);
    largest.push(Math.max(1, ...clusters.map((cluster) => cluster.prominence)));
  }
  return largest;
}

/** Lets the event loop run between two long calculations, and stops when told. */
async function breathe(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  signal?.throwIfAborted();
}
