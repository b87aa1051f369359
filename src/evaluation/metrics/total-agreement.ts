/** Agreement of one sample's repeated answers. */
interface RepeatedAnswers {
  readonly repeats: number;
  /** Whether all repeats gave the very same answer. */
  readonly total: boolean;
  /** Share of pairs of repeats that agree. */
  readonly pairwise: number;
}

/**
 * Total agreement over repeats (TARr@N on raw texts, TARa@N on parsed answers; Atil et al. 2024). `null` for fewer than
 * two answers, which neither agree nor disagree.
 */
export function agreementOfRepeats(answers: readonly string[]): RepeatedAnswers | null {
  if (answers.length < 2) return null;
  const counts = new Map<string, number>();
  for (const answer of answers) counts.set(answer, 1 + (counts.get(answer) ?? 0));
  let agreeing = 0;
  for (const count of counts.values()) agreeing += count * (count - 1);
  return {
    repeats: answers.length,
    total: counts.size === 1,
    pairwise: agreeing / (answers.length * (answers.length - 1)),
  };
}
