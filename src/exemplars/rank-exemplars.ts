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

/** What is chosen from. */
interface DiversityOptions<T> {
  readonly count: number;
  /** 1: relevance alone; 0: only unlike one another. */
  readonly relevanceShare: number;
  readonly relevance: (candidate: T) => number;
  /** 0..1, 1 for the same. */
  readonly similarity: (a: T, b: T) => number;
  /** Chosen already; new ones should be unlike these too. */
  readonly chosen?: readonly T[];
}

/**
 * Maximal marginal relevance (Carbonell and Goldstein 1998): chooses one after the other what is relevant and unlike
 * everything chosen before. Relevance is scaled so that the best candidate has 1 and the worst 0: fused ranks lie close
 * together, and variety would otherwise outweigh them all.
 */
export function diversify<T>(candidates: readonly T[], options: DiversityOptions<T>): T[] {
  const { relevance, similarity, relevanceShare } = options;
  const best = Math.max(...candidates.map(relevance));
  const worst = Math.min(...candidates.map(relevance));
  const rest = candidates.map((candidate) => ({
    candidate,
    relevance: best > worst ? (relevance(candidate) - worst) / (best - worst) : 1,
    nearest: Math.max(0, ...(options.chosen ?? []).map((other) => similarity(candidate, other))),
  }));
  const picked: T[] = [];
  while (picked.length < options.count && rest.length > 0) {
    const gain = (entry: (typeof rest)[number]) =>
      relevanceShare * entry.relevance - (1 - relevanceShare) * entry.nearest;
    const index = rest.reduce((top, entry, at) => (gain(entry) > gain(rest[top] as typeof entry) ? at : top), 0);
    const [next] = rest.splice(index, 1);
    if (next === undefined) break;
    picked.push(next.candidate);
    for (const entry of rest) entry.nearest = Math.max(entry.nearest, similarity(entry.candidate, next.candidate));
  }
  return picked;
}
