// What a run of the benchmarks found, beside what an earlier one had saved.
import { numeral, targetOf } from "./figures.mjs";

/** Figures of a run, each with what the saved run had under the same name, and how far it has moved from there. */
export function compared(figures, saved) {
  const before = new Map(saved.map((figure) => [keyOf(figure), figure]));
  return figures.map((figure) => {
    const was = before.get(keyOf(figure));
    const isComparable = was !== undefined && was.value !== 0 && Number.isFinite(was.value) && was.unit === figure.unit;
    const change = isComparable ? figure.value / was.value - 1 : null;
    return { ...figure, before: was?.value ?? null, change, isLost: was?.met === true && figure.met === false };
  });
}

/** One line for each figure, in columns. */
export function tableOf(rows) {
  const cells = rows.map(({ bench, name, value, unit, met, before, change, ...target }) => [
    bench,
    name,
    `${numeral(value)} ${unit}`.trim(),
    targetOf(target),
    met === null ? "" : met ? "yes" : "NO",
    before === null ? "" : numeral(before),
    change === null ? "" : `${change < 0 ? "" : "+"}${(100 * change).toFixed(0)} %`,
  ]);
  const all = [["benchmark", "figure", "value", "target", "met", "before", "change"], ...cells];
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function keyOf({ bench, name }) {
  return `${bench}: ${name}`;
}
