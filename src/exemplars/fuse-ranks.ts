/** One channel's answer: ids, best first. */
export interface Ranking {
  readonly channel: string;
  /** How much it counts beside a channel of weight 1. */
  readonly weight: number;
  readonly ids: readonly string[];
}

/** An id with its fused score and the rank (from 1) it had in each channel that found it. */
export interface FusedRank {
  readonly id: string;
  readonly score: number;
  readonly ranks: ReadonlyMap<string, number>;
}

/** The constant of the original paper; it keeps one channel's first place from outweighing agreement. */
const RANK_OFFSET = 60;

/**
 * Reciprocal rank fusion (Cormack, Clarke and Buettcher 2009): channels whose scores cannot be compared are joined by
 * rank alone. Best first; ties in the order of the ids.
 */
export function fuseRanks(rankings: readonly Ranking[]): FusedRank[] {
  const fused = new Map<string, { score: number; ranks: Map<string, number> }>();
  for (const { channel, weight, ids } of rankings) {
    ids.forEach((id, index) => {
      const entry = fused.get(id) ?? { score: 0, ranks: new Map<string, number>() };
      entry.score += weight / (RANK_OFFSET + index + 1);
      entry.ranks.set(channel, index + 1);
      fused.set(id, entry);
    });
  }
  return [...fused]
    .map(([id, entry]) => ({ id, ...entry }))
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
}
