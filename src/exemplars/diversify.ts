/** What is chosen from. */
export interface DiversityOptions<T> {
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
