/**
 * Holm's (1979) step-down correction: adjusted p values in the order given. A `null` (a test that could not be made)
 * stays `null` and does not count among the tests.
 */
export function holmAdjusted(pValues: readonly (number | null)[]): (number | null)[] {
  const tests = pValues.flatMap((p, index) => (p === null ? [] : [{ p, index }])).sort((a, b) => a.p - b.p);
  const adjusted: (number | null)[] = pValues.map(() => null);
  let highest = 0;
  tests.forEach(({ p, index }, rank) => {
    highest = Math.min(1, Math.max(highest, p * (tests.length - rank)));
    adjusted[index] = highest;
  });
  return adjusted;
}

/**
 * Benjamini and Yekutieli's (2001) correction, which holds the false discovery rate however tests depend on one another:
 * adjusted p values in the order given.
 */
export function benjaminiYekutieliAdjusted(pValues: readonly number[]): number[] {
  const tests = pValues.map((p, index) => ({ p, index })).sort((a, b) => b.p - a.p);
  const harmonic = pValues.reduce((sum, _p, i) => sum + 1 / (i + 1), 0);
  const adjusted = pValues.map(() => 1);
  let lowest = 1;
  tests.forEach(({ p, index }, place) => {
    lowest = Math.min(lowest, (p * tests.length * harmonic) / (tests.length - place));
    adjusted[index] = lowest;
  });
  return adjusted;
}
