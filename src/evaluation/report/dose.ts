import { groupBy } from "../../domain/group-by.ts";
import { holmAdjusted } from "../../domain/statistics/adjusted-p-values.ts";
import type { DoseView } from "../../pages/evaluation-view.ts";
import { readable } from "../../pages/evaluation-view.ts";
import { type Comparison, compareSides, hasPairs, holdsUp, sideOf } from "../results/compare.ts";
import type { CellResult, RunSummary } from "../results/summarise.ts";
import { shortNames } from "../runner/plan.ts";
import type { Condition } from "../solver.ts";
import type { ScoredRun } from "./write-report.ts";

/** Two doses are a comparison of two conditions, which the report has anyway. */
const FEWEST_DOSES = 3;

/**
 * What examples buy, step by step: conditions that differ in their number alone, each held against the one with the next
 * fewer. Tests of all steps by one scorer are Holm-corrected together. Empty where there are fewer than three doses.
 */
export function dosesOf({ summary, scorers, file }: Pick<ScoredRun, "summary" | "scorers" | "file">): DoseView[] {
  const series = seriesOf(summary);
  return scorers.flatMap((scorer) => {
    const analysis = { ...file.analysis, metrics: "first" as const };
    const curves = series
      .map(({ name, cells }) => ({ name, cells, points: pointsOf(cells, scorer.name) }))
      .filter(({ points }) => points.filter(({ value }) => value !== null).length >= FEWEST_DOSES);
    const steps = curves.map(({ cells }) => {
      const sides = cells.map((one) => sideOf(one, scorer.name));
      return sides.slice(1).flatMap((side, at) => compareSides([sides[at] ?? side, side], scorer, analysis));
    });
    const adjusted = holmAdjusted(steps.flat().map(({ pValue }) => pValue));
    let done = 0;
    return curves.flatMap(({ name, cells, points }, at): DoseView[] => {
      const corrected = (steps[at] ?? []).map((step) => ({ ...step, adjustedPValue: adjusted[done++] ?? null }));
      const [first] = corrected;
      if (first === undefined) return [];
      const shots = new Map(cells.map(({ cell }) => [cell.id, cell.condition.shots]));
      return [
        {
          condition: name,
          metric: readable(first.metric),
          points,
          steps: corrected.filter(hasPairs).map((step) => stepOf(step, shots)),
        },
      ];
    });
  });
}

/** Conditions that differ in the number of examples alone, fewest first. */
interface Series {
  readonly name: string | null;
  readonly cells: readonly CellResult[];
}

/** Each way of showing examples begins with the condition that shows none. */
function seriesOf({ cells }: RunSummary): readonly Series[] {
  const asChosen = cells.filter(({ cell }) => cell.condition.variant === "as chosen");
  const besides = ({ shots: _shots, examples: _examples, ...rest }: Condition) => JSON.stringify(rest);
  const alike = [...groupBy(asChosen, ({ cell }) => besides(cell.condition)).values()];
  const names = shortNames(alike.flatMap(([first]) => (first === undefined ? [] : [first.cell])));
  return alike.flatMap((own) => {
    const ways = [...new Set(own.flatMap(({ cell }) => cell.condition.examples ?? []))];
    const name = alike.length === 1 ? [] : [names.get(own[0]?.cell.id ?? "") ?? ""];
    const inOrder = own.toSorted((a, b) => shotsOf(a) - shotsOf(b));
    if (ways.length === 0) return [{ name: name[0] ?? null, cells: inOrder }];
    return ways.map((way) => ({
      name: [...name, way].join(" | "),
      cells: inOrder.filter(({ cell }) => [undefined, way].includes(cell.condition.examples)),
    }));
  });
}

function shotsOf({ cell }: CellResult): number {
  return cell.condition.shots;
}

function pointsOf(cells: readonly CellResult[], scorer: string): DoseView["points"] {
  return cells.map((one) => {
    const estimate = one.scorers.find((result) => result.scorer === scorer)?.metrics[0]?.estimate;
    const { value = null, low = null, high = null } = estimate ?? {};
    return { shots: shotsOf(one), value, low, high };
  });
}

function stepOf(step: Comparison, shots: ReadonlyMap<string, number>): DoseView["steps"][number] {
  const { difference, low, high, pairs, test, pValue, adjustedPValue } = step;
  return {
    ...{ from: shots.get(step.first) ?? 0, to: shots.get(step.second) ?? 0, holds: holdsUp(step) },
    ...{ difference, low, high, pairs, test, pValue, adjustedPValue },
  };
}
