import { createRandom } from "./random.ts";

/** Units by the group that they belong to, and the subject or image. */
export interface Grouped {
  readonly groups: readonly string[];
  readonly clusters: readonly string[];
}

export interface PermutationOptions {
  readonly seed: number;
  /** 2000 unless told. */
  readonly rounds?: number;
}

/** So many as large by chance, and it is clear that p is not small: the rest need not be drawn (Besag and Clifford 1991). */
const ENOUGH_HITS = 100;

/**
 * The p of a statistic of the groups, by dealing groups out anew: to whole clusters where each belongs to one group, as people
 * do, and within each cluster where one is in several, as with light or skin that was changed. It holds whatever the
 * statistic, and however the units of a cluster hang together (Winkler et al. 2015).
 *
 * @param statistic larger where groups differ more; `null` where it is undefined.
 */
export function groupPermutationP(
  { groups, clusters }: Grouped,
  statistic: (groups: readonly string[]) => number | null,
  { seed, rounds = 2000 }: PermutationOptions,
): number | null {
  const found = statistic(groups);
  if (found === null) return null;
  const random = createRandom(seed);
  const members = new Map<string, number[]>();
  clusters.forEach((cluster, unit) => {
    const known = members.get(cluster);
    if (known === undefined) members.set(cluster, [unit]);
    else known.push(unit);
  });
  const places = [...members.values()];
  const ofClusters = places.map(([unit = 0]) => groups[unit] as string);
  const isMixed = places.some((own, i) => own.some((unit) => groups[unit] !== ofClusters[i]));
  const dealt = [...groups];
  const deal = () => {
    const between = isMixed ? [] : random.shuffled(ofClusters);
    places.forEach((own, i) => {
      const within = isMixed ? random.shuffled(own) : own;
      own.forEach((unit, at) => {
        dealt[unit] = isMixed ? (groups[within[at] as number] as string) : (between[i] as string);
      });
    });
    return dealt;
  };
  let [hits, defined] = [0, 0];
  for (let round = 0; round < rounds; round++) {
    const value = statistic(deal());
    if (value === null) continue;
    defined++;
    if (value >= found - 1e-9) hits++;
    if (hits === ENOUGH_HITS) return hits / defined;
  }
  return (hits + 1) / (defined + 1);
}
