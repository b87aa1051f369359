import type { WeightedStatistic } from "./weighted-statistic.ts";

/**
 * Cohen's kappa (1960) of two raters as a statistic of the units they both rated; with `squared`, disagreements count by the
 * square of their distance (Cohen 1968), for grades in an order. `null` when both only ever gave one and the same value.
 */
export function cohenKappaStatistic(
  pairs: readonly (readonly [number, number])[],
  { squared = false }: { readonly squared?: boolean } = {},
): WeightedStatistic {
  const values = [...new Set(pairs.flat())].sort((a, b) => a - b);
  const place = new Map(values.map((value, index) => [value, index]));
  const apart = (a: number, b: number) => (squared ? (a - b) ** 2 : a === b ? 0 : 1);
  const [firstAt, secondAt] = ([0, 1] as const).map((side) =>
    Uint32Array.from(pairs, (pair) => place.get(pair[side]) as number),
  ) as [Uint32Array, Uint32Array];
  const distance = Float64Array.from(pairs, ([a, b]) => apart(a, b));
  return (weights) => {
    const [first, second] = [new Float64Array(values.length), new Float64Array(values.length)];
    let [observed, total] = [0, 0];
    for (let unit = 0; unit < distance.length; unit++) {
      const weight = weights[unit] as number;
      const [at, bt] = [firstAt[unit] as number, secondAt[unit] as number];
      total += weight;
      observed += weight * (distance[unit] as number);
      first[at] = (first[at] as number) + weight;
      second[bt] = (second[bt] as number) + weight;
    }
    let expected = 0;
    values.forEach((a, i) => {
      values.forEach((b, j) => {
        expected += (first[i] as number) * (second[j] as number) * apart(a, b);
      });
    });
    return expected > 0 ? 1 - (observed * total) / expected : null;
  };
}
