/** One label of a distribution; what `LabelProbability` of the domain also is. */
interface LabelProbability {
  readonly label: string;
  readonly probability: number;
}

/** Two or more distributions over one label list, each scaled to sum 1. A label that a distribution lacks has 0. */
export interface AlignedDistributions {
  readonly labels: readonly string[];
  /** float64 [distributions][labels]. */
  readonly rows: readonly Float64Array[];
}

/** Puts distributions over the union of their labels; `null` when one is empty or has no mass. */
export function alignDistributions(
  distributions: readonly (readonly LabelProbability[])[],
): AlignedDistributions | null {
  const labels = [...new Set(distributions.flatMap((one) => one.map((entry) => entry.label)))].sort();
  const place = new Map(labels.map((label, index) => [label, index]));
  const rows: Float64Array[] = [];
  for (const distribution of distributions) {
    const row = new Float64Array(labels.length);
    let total = 0;
    for (const { label, probability } of distribution) {
      row[place.get(label) as number] = (row[place.get(label) as number] as number) + probability;
      total += probability;
    }
    if (!(total > 0)) return null;
    rows.push(row.map((value) => value / total));
  }
  return { labels, rows };
}

/** Kullback-Leibler divergence KL(p || q) in bits; Infinity where p has mass and q has none. */
export function klDivergence(p: ArrayLike<number>, q: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) {
    const mass = p[i] as number;
    if (mass > 0) sum += mass * Math.log2(mass / (q[i] as number));
  }
  // Rounding can leave a difference of equal distributions just below 0.
  return Math.max(0, sum);
}

/** Jensen-Shannon divergence in bits: 0 for equal distributions, 1 for disjoint ones. */
export function jensenShannon(p: ArrayLike<number>, q: ArrayLike<number>): number {
  const middle = Float64Array.from(p, (mass, i) => (mass + (q[i] as number)) / 2);
  return (klDivergence(p, middle) + klDivergence(q, middle)) / 2;
}

/** Jensen-Shannon divergence of two labelled distributions; `null` when either is empty. */
export function labelledJensenShannon(p: readonly LabelProbability[], q: readonly LabelProbability[]): number | null {
  const aligned = alignDistributions([p, q]);
  return aligned === null ? null : jensenShannon(aligned.rows[0] as Float64Array, aligned.rows[1] as Float64Array);
}

/** KL(p || q) in bits where q is mixed with `floor` of uniform mass, so that a label q has ruled out costs much but not all. */
export function smoothedKl(
  p: readonly LabelProbability[],
  q: readonly LabelProbability[],
  options: { readonly floor: number },
): number | null {
  const aligned = alignDistributions([p, q]);
  if (aligned === null) return null;
  const uniform = options.floor / aligned.labels.length;
  const mixed = (aligned.rows[1] as Float64Array).map((mass) => (1 - options.floor) * mass + uniform);
  return klDivergence(aligned.rows[0] as Float64Array, mixed);
}
