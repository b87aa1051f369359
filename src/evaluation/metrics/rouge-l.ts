/** ROUGE-L of a candidate against a reference (Lin 2004), from their longest common subsequence of words. */
interface RougeL {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/**
 * Longest common subsequence over words, with equal weight of precision and recall (as in FABA's REGE and the
 * `rouge_score` package without stemming). Words are runs of letters and digits, in lower case.
 * `null` when either text has no words.
 */
export function rougeL(candidate: string, reference: string): RougeL | null {
  const given = wordsOf(candidate);
  const expected = wordsOf(reference);
  if (given.length === 0 || expected.length === 0) return null;
  const common = longestCommonSubsequence(given, expected);
  const precision = common / given.length;
  const recall = common / expected.length;
  return { precision, recall, f1: common === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** Length of the longest common subsequence, one row of the table at a time. */
function longestCommonSubsequence(a: readonly string[], b: readonly string[]): number {
  const row = new Uint32Array(b.length + 1);
  for (const word of a) {
    let diagonal = 0;
    for (let j = 1; j <= b.length; j++) {
      const above = row[j] as number;
      row[j] = word === b[j - 1] ? diagonal + 1 : Math.max(above, row[j - 1] as number);
      diagonal = above;
    }
  }
  return row[b.length] as number;
}
