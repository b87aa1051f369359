import type { ActionUnitColumn } from "./column-layout.ts";
import type { TableSample } from "./table-format.ts";

/** Fewer values than this do not tell what scale they are on. */
const FEWEST_VALUES = 5;

/**
 * Looks at values before believing a column's name. Action units that are only ever 0 or 1 are decisions, whatever the
 * toolbox calls them: all of a file's (Py-Feat's support vector machines), or single ones (AU7, AU11 and AU20 of its
 * xgb). Intensities of 0..5 that never pass 1 are suspicious.
 */
export function settleScales(
  units: readonly ActionUnitColumn[],
  sample: TableSample,
): { readonly units: readonly ActionUnitColumn[]; readonly warnings: readonly string[] } {
  const graded = units.filter(({ scale }) => scale === "probability" || scale === "intensity-0-5");
  const values = new Map(graded.map((unit) => [unit, sample.numbers(unit.column)]));
  const all = [...values.values()].flat();
  if (all.length >= FEWEST_VALUES && all.includes(1) && all.every(isDecision)) {
    return {
      units: units.map((unit) => (values.has(unit) ? { ...unit, scale: "binary" } : unit)),
      warnings: ["Its action units are all 0 or 1: they are taken for present and absent, not for degrees"],
    };
  }
  const decided = graded.filter((unit) => unit.scale === "probability" && isDecided(values.get(unit) ?? []));
  return {
    units: units.map((unit) => (decided.includes(unit) ? { ...unit, scale: "binary" } : unit)),
    warnings: [...decidedWarning(decided), ...lowWarning(graded, values)],
  };
}

function isDecision(value: number): boolean {
  return value === 0 || value === 1;
}

function isDecided(values: readonly number[]): boolean {
  return values.includes(0) && values.includes(1) && values.every(isDecision);
}

function decidedWarning(decided: readonly ActionUnitColumn[]): readonly string[] {
  if (decided.length === 0) return [];
  const names = decided.map(({ au }) => au).join(", ");
  return [`Its ${names} ${decided.length === 1 ? "is" : "are"} only ever 0 or 1: taken for present and absent`];
}

function lowWarning(
  graded: readonly ActionUnitColumn[],
  values: ReadonlyMap<ActionUnitColumn, readonly number[]>,
): readonly string[] {
  const intensities = graded.flatMap((unit) => (unit.scale === "intensity-0-5" ? (values.get(unit) ?? []) : []));
  const highest = Math.max(...intensities);
  if (intensities.length < 2 * FEWEST_VALUES || highest > 1 || highest === 0) return [];
  return [
    `Its intensities never pass 1 in the first rows (highest ${highest}): were they made 0 to 1 instead of 0 to 5, they are read too low`,
  ];
}
