import { adjustedRandOfSets } from "../domain/statistics/adjusted-rand-index.ts";
import { createRandom } from "../domain/statistics/random.ts";
import { clusterNullModel } from "./cluster-faces.ts";
import { type DenseCluster, hdbscan } from "./hdbscan.ts";
import { createNullModel } from "./null-model.ts";
import { type Points, selectPoints } from "./spanning-tree.ts";

/** Share of the faces in each resample. */
const SUBSAMPLE = 0.8;

interface ResampleOptions {
  readonly minClusterSize: number;
  readonly kept: number;
  readonly resamples: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
}

/** Some of the faces, and the dense regions among them. */
interface Resample {
  readonly chosen: readonly number[];
  readonly clusters: readonly DenseCluster[];
}

/** What became of one group in resamples of the faces, one number per resample. */
export interface ClusterResamples {
  /** Adjusted Rand index between "in the group or not" and the best matching cluster; 0 where there was none. */
  readonly agreement: readonly number[];
  /** Prominence of the best matching cluster; 1 where there was none. */
  readonly prominence: readonly number[];
}

/** Clusters random subsets of the faces again, on the components that the clusters were found on. */
export async function resampleClusters(searched: Points, options: ResampleOptions): Promise<Resample[]> {
  const resamples: Resample[] = [];
  const all = Array.from({ length: searched.count }, (_, index) => index);
  const minClusterSize = Math.max(2, Math.round(options.minClusterSize * SUBSAMPLE));
  for (let round = 0; round < options.resamples; round += 1) {
    await breathe(options.signal);
    const random = createRandom(`${options.seed} resample ${round}`);
    const chosen = random.shuffled(all).slice(0, Math.round(searched.count * SUBSAMPLE));
    resamples.push({ chosen, clusters: hdbscan(selectPoints(searched, chosen), { minClusterSize }).clusters });
  }
  return resamples;
}

/** Looks for a group in each resample. */
export function foundAgain(members: readonly number[], resamples: readonly Resample[]): ClusterResamples {
  const matches = resamples.map((resample) => bestMatch(members, resample));
  return {
    agreement: matches.map(({ agreement }) => agreement),
    prominence: matches.map(({ prominence }) => prominence),
  };
}

/** The dense region that is most like a group. */
export function bestMatch(members: readonly number[], { chosen, clusters }: Resample) {
  const inside = new Set(members);
  const first = chosen.filter((point) => inside.has(point)).length;
  let best = { agreement: 0, prominence: 1 };
  for (const cluster of clusters) {
    const both = cluster.members.filter((member) => inside.has(chosen[member] as number)).length;
    const agreement = adjustedRandOfSets({ first, second: cluster.members.length, both, of: chosen.length });
    if (agreement !== null && agreement > best.agreement) best = { agreement, prominence: cluster.prominence };
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
