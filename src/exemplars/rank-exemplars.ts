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

/** By what the next one is chosen. */
interface DiversityOptions<T> {
  /** 1: relevance alone; 0: only unlike one another. */
  readonly relevanceShare: number;
  readonly relevance: (candidate: T) => number;
  /** 0..1, 1 for the same. */
  readonly similarity: (a: T, b: T) => number;
  /** Chosen already; the next one should be unlike these. */
  readonly chosen: readonly T[];
}

/**
 * Maximal marginal relevance (Carbonell and Goldstein 1998): the candidate that is relevant and unlike everything chosen
 * before; the first of equals, `undefined` without candidates. Relevance is scaled so that the best candidate has 1 and
 * the worst 0: fused ranks lie close together, and variety would otherwise outweigh them all.
 */
export function nextDiverse<T>(candidates: readonly T[], options: DiversityOptions<T>): T | undefined {
  const { relevance, similarity, relevanceShare, chosen } = options;
  const worst = Math.min(...candidates.map(relevance));
  const range = Math.max(...candidates.map(relevance)) - worst || 1;
  const gain = (candidate: T) => {
    const nearest = Math.max(0, ...chosen.map((other) => similarity(candidate, other)));
    return (relevanceShare * (relevance(candidate) - worst)) / range - (1 - relevanceShare) * nearest;
  };
  const gains = candidates.map(gain);
  return candidates[gains.indexOf(Math.max(...gains))];
}
