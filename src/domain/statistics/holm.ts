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
