/** What of an answer's distance to a rater is the item's and what the answer's own. */
export interface ErrorSplit {
  /** Expected distance to one rater, drawn from those of the item. */
  readonly total: number;
  /** What is left for an answer that gives just what raters as a whole give: they do not agree among themselves. */
  readonly ambiguity: number;
  /** `total - ambiguity`: the distance to what all raters there could be would give. Without bias, hence at times below 0. */
  readonly own: number;
}

/**
 * Splits the Brier distance, halved so that it is 0..1, of a distribution over labels to the labels that raters gave. Of a
 * sure answer, `total` is the share of raters who disagree with it; `ambiguity` is half the chance that two raters disagree.
 * The split is that of squared error into noise and the rest, with the noise estimated without bias from pairs of raters.
 *
 * @param votes how many raters gave each label. @returns `null` for fewer than two raters.
 */
export function labelErrorSplit(
  answer: ReadonlyMap<string, number>,
  votes: ReadonlyMap<string, number>,
): ErrorSplit | null {
  const raters = [...votes.values()].reduce((sum, count) => sum + count, 0);
  if (raters < 2) return null;
  let [total, spread] = [0, 0];
  for (const label of new Set([...answer.keys(), ...votes.keys()])) {
    const [given, share] = [answer.get(label) ?? 0, (votes.get(label) ?? 0) / raters];
    total += given * given - 2 * given * share + share;
    spread += share * (1 - share);
  }
  return split(total / 2, (spread * raters) / (raters - 1) / 2);
}

/** Splits the mean squared error of a number against raters' numbers. @returns `null` for fewer than two raters. */
export function numberErrorSplit(answer: number, ratings: readonly number[]): ErrorSplit | null {
  const n = ratings.length;
  if (n < 2) return null;
  const mean = ratings.reduce((sum, rating) => sum + rating, 0) / n;
  const total = ratings.reduce((sum, rating) => sum + (answer - rating) ** 2, 0) / n;
  return split(total, ratings.reduce((sum, rating) => sum + (rating - mean) ** 2, 0) / (n - 1));
}

function split(total: number, ambiguity: number): ErrorSplit {
  return { total, ambiguity, own: total - ambiguity };
}
