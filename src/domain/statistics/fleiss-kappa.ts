import { plainValue, type WeightedStatistic } from "./weighted-statistic.ts";

/**
 * Fleiss' kappa (1971) as a statistic of the units. `table[unit][category]` counts the raters who chose the category.
 * Units may have different numbers of raters; those with fewer than two do not count. `null` when only one category was
 * ever used, where kappa is 0/0.
 */
export function fleissStatistic(table: readonly (readonly number[])[]): WeightedStatistic {
  const raters = table.map((row) => row.reduce((sum, count) => sum + count, 0));
  const agreement = table.map((row, unit) => {
    const m = raters[unit] as number;
    return row.reduce((sum, count) => sum + count * (count - 1), 0) / (m * (m - 1));
  });
  const categories = Math.max(0, ...table.map((row) => row.length));
  return (weights) => {
    const chosen = new Float64Array(categories);
    let units = 0;
    let agreed = 0;
    let ratings = 0;
    table.forEach((row, unit) => {
      const m = raters[unit] as number;
      if (m < 2) return;
      const weight = weights[unit] as number;
      units += weight;
      agreed += weight * (agreement[unit] as number);
      ratings += weight * m;
      row.forEach((count, category) => {
        chosen[category] = (chosen[category] as number) + weight * count;
      });
    });
    if (units === 0) return null;
    const byChance = chosen.reduce((sum, count) => sum + (count / ratings) ** 2, 0);
    return byChance < 1 ? (agreed / units - byChance) / (1 - byChance) : null;
  };
}

/** Fleiss' kappa of units x categories; `null` when undefined. */
export function fleissKappa(table: readonly (readonly number[])[]): number | null {
  return plainValue(fleissStatistic(table), table.length);
}
