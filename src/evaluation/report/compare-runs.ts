import { ConfigurationError } from "../../domain/errors.ts";
import { readable } from "../../pages/evaluation-view.ts";
import { number, pText } from "../../pages/markup.ts";
import {
  type Comparison,
  compareSides,
  comparisonSummary,
  hasPairs,
  holdsUp,
  type Side,
  sideOf,
} from "../results/compare.ts";
import { type ScoredRun, scoreRun } from "./write-report.ts";

/**
 * Compares the conditions of one or several runs with the first condition of the first run, on the samples both judged.
 * @throws {ConfigurationError} if there is only one condition, or the runs share no scorer.
 */
export async function compareRuns(folders: readonly string[]): Promise<Comparison[]> {
  const runs: ScoredRun[] = [];
  for (const folder of folders) runs.push(await scoreRun(folder));
  const [first] = runs;
  if (first === undefined) throw new ConfigurationError("Which runs? Name at least one folder");
  if (runs.reduce((sum, { summary }) => sum + summary.cells.length, 0) < 2) {
    throw new ConfigurationError("There is only one condition: name a second run to compare it with");
  }
  const shared = first.scorers.filter(({ name }) =>
    runs.every(({ scorers }) => scorers.some((one) => one.name === name)),
  );
  if (shared.length === 0) throw new ConfigurationError("The runs share no scorer, so nothing of them can be compared");
  return shared.flatMap((scorer) => compareSides(sidesOf(runs, scorer.name), scorer, first.file.analysis));
}

function sidesOf(runs: readonly ScoredRun[], scorer: string): Side[] {
  return runs.flatMap(({ run, summary }) =>
    summary.cells.map((one) => sideOf(one, scorer, runs.length === 1 ? one.cell.id : `${run.folder}: ${one.cell.id}`)),
  );
}

/** How many hold up in a sentence, then a line for each, those that hold up first. What has no pair of scores is only counted. */
export function comparisonText(all: readonly Comparison[]): string {
  const comparisons = all.filter(hasPairs);
  const line = (one: Comparison) =>
    `${holdsUp(one) ? "holds up     " : "does not hold"} ${readable(one.metric)}: ${one.second} ${signed(one.difference)} [${number(one.low)}, ${number(one.high)}] against ${one.first}, ${one.pairs} pairs, ${one.test}, p ${pText(one.pValue)}, Holm ${pText(one.adjustedPValue)}\n`;
  const lines = [...comparisons.filter(holdsUp), ...comparisons.filter((one) => !holdsUp(one))].map(line);
  return `${comparisonSummary(all)}\n${lines.join("")}`;
}

function signed(value: number | null): string {
  return value !== null && value > 0 ? `+${number(value)}` : number(value);
}
