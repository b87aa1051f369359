/** A label with its probability. */
interface LabelProbability {
  readonly label: string;
  readonly probability: number;
}

/** What rounding may have moved a probability by; labels that close to the threshold are in. */
const ROUNDING = 1e-9;

/**
 * The score of split conformal prediction with least ambiguous sets (LAC; Sadinle, Lei & Wasserman 2019, J. Am. Stat.
 * Assoc. 114): 1 minus the probability that was given to the true label. A label that was left out was given 0.
 */
export function conformalScore(distribution: readonly LabelProbability[], isTrue: (label: string) => boolean): number {
  return 1 - distribution.reduce((sum, { label, probability }) => sum + (isTrue(label) ? probability : 0), 0);
}

/** How many calibration answers a level of `1 - alpha` takes at least: with fewer, every label would have to be named. */
export function fewestForLevel(alpha: number): number {
  return Math.ceil(1 / alpha - 1 - ROUNDING);
}

/**
 * The ceil((n + 1)(1 - alpha))-th smallest of n calibration scores: a new score from the same source is at most this with
 * a probability of at least 1 - alpha (Vovk et al. 2005; Angelopoulos & Bates 2023, eq. 1). `null` where n is below
 * {@link fewestForLevel}, so that no threshold holds.
 */
export function conformalThreshold(scores: readonly number[], alpha: number): number | null {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha lies between 0 and 1, not ${alpha}`);
  const place = Math.ceil((scores.length + 1) * (1 - alpha) - ROUNDING);
  return Float64Array.from(scores).sort()[place - 1] ?? null;
}

/** The labels of a taxonomy that are within the threshold, the most probable first; one may be empty. */
export function labelsWithin(
  distribution: readonly LabelProbability[],
  taxonomy: readonly string[],
  threshold: number,
): readonly string[] {
  const given = (label: string) =>
    distribution
      .filter((entry) => entry.label.trim().toLowerCase() === label.trim().toLowerCase())
      .reduce((sum, { probability }) => sum + probability, 0);
  return taxonomy
    .map((label) => ({ label, probability: given(label) }))
    .filter(({ probability }) => 1 - probability <= threshold + ROUNDING)
    .sort((a, b) => b.probability - a.probability)
    .map(({ label }) => label);
}
