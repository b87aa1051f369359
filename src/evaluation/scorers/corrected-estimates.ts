import type { ScoreTable } from "../../domain/score-table.ts";
import { correctedMean, correctedMeanStatistic, type PredictedUnit } from "../../domain/statistics/corrected-mean.ts";
import type { WeightedStatistic } from "../../domain/statistics/weighted-statistic.ts";
import { type Answer, topLabel } from "../answer.ts";
import type { Analysis } from "../file/analysis.ts";
import type { LabelReader } from "../label-reader.ts";
import type { Truth } from "../sample.ts";
import { defineScorer, type Metric, type ScoredRow, scored, unscored } from "../score.ts";

/** What the model says of a sample, and what people say of those that they labelled. */
interface Predicted {
  readonly predicted: number;
  readonly truth: number | null;
  readonly group: string | null;
  readonly probability: number | null;
}
type Rows = readonly ScoredRow<Predicted>[];

/**
 * How often a label comes, or the mean of a number, in all samples and by group: from what the model says of all, corrected by
 * what people say of some.
 */
export function createCorrectedEstimatesScorer(
  reader: LabelReader,
  { corrected = {}, reading, level }: Pick<Analysis, "corrected" | "reading" | "level">,
) {
  const { share, mean, by, probability } = corrected;
  const is = (label: string) => (reader.readOrKeep(label) === reader.readOrKeep(share ?? "") ? 1 : 0);
  // An answer that abstains predicts nothing, and the correction mends what that does.
  const predictedBy = (answer: Answer) => {
    if (mean !== undefined) return answer[reading][mean] ?? 0;
    const label = answer.choice ?? topLabel(answer[reading])?.label;
    return label === undefined ? 0 : is(label);
  };
  const knownOf = (truth: Truth) => {
    if (mean !== undefined) return truth[mean];
    const label = truth.label ?? truth.choice;
    return label === null ? null : is(label);
  };
  const what = share === undefined ? `mean_${mean}` : `share_of_${share}`;
  return defineScorer<Predicted>({
    name: "corrected-estimates",
    description: "Shares and means over all samples and by group, corrected by those that people labelled",
    requires: [],
    score(answer, { truth, columns }) {
      const group = by === undefined ? null : (columns[by] ?? null);
      if (by !== undefined && group === null) return unscored("no truth", `It has no "${by}"`);
      const [predicted, known] = [predictedBy(answer), knownOf(truth)];
      const chance = probability === undefined ? null : Number(columns[probability]);
      return scored(
        predicted,
        { predicted, truth: known, group, probability: chance },
        known === null ? `${predicted}, and not labelled` : `${predicted}, and ${known} by hand`,
      );
    },
    metrics(rows) {
      const groups = groupsOf(rows);
      return [
        ...(groups.length === 0 ? [metric(`corrected_${what}`, (some) => correctedMeanStatistic(unitsOf(some)))] : []),
        ...groups.map((group) => metric(`corrected_${what}_in_${group}`, (some) => meanIn(some, group))),
        ...pairsOf(groups).map(([a, b]) =>
          metric(`corrected_${what}_${a}_less_${b}`, (some) => {
            const [first, second] = [meanIn(some, a), meanIn(some, b)];
            return (weights) => differenceOf(first(weights), second(weights));
          }),
        ),
      ];
    },
    tables: (rows) => [estimateTable(rows, `Corrected ${what.replaceAll("_", " ")}`, level)],
    notes(rows) {
      if (rows.every(({ metadata }) => metadata.truth !== null)) {
        return [
          "Every sample is labelled by hand, so that nothing is left to be corrected: these are the people's own.",
        ];
      }
      return groupsOf(rows)
        .filter((group) => unitsOf(rows, group).every(({ truth }) => truth === null))
        .map((group) => `No sample of ${group} is labelled by hand, so that nothing is estimated of it: label some.`);
    },
  });
}

function metric(name: string, statistic: (rows: Rows) => WeightedStatistic): Metric<Predicted> {
  return { name, better: null, statistic };
}

function groupsOf(rows: Rows): readonly string[] {
  return [...new Set(rows.flatMap(({ metadata }) => metadata.group ?? []))].sort();
}

/** The first group with each other. */
function pairsOf([first, ...others]: readonly string[]): readonly (readonly [string, string])[] {
  return first === undefined ? [] : others.map((other) => [first, other] as const);
}

function unitsOf(rows: Rows, group?: string): PredictedUnit[] {
  return rows.flatMap(({ metadata, cluster }) =>
    group !== undefined && metadata.group !== group
      ? []
      : [
          {
            ...{ predicted: metadata.predicted, truth: metadata.truth, cluster },
            ...(metadata.probability !== null && { probability: metadata.probability }),
          },
        ],
  );
}

function meanIn(rows: Rows, group: string): WeightedStatistic {
  const places = rows.flatMap(({ metadata }, i) => (metadata.group === group ? [i] : []));
  const statistic = correctedMeanStatistic(unitsOf(rows, group));
  return (weights) => statistic(Float64Array.from(places, (place) => weights[place] as number));
}

function differenceOf(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a - b;
}

function estimateTable(rows: Rows, title: string, level: number): ScoreTable {
  const groups = groupsOf(rows);
  const parts = groups.length === 0 ? [["all samples", unitsOf(rows)] as const] : [];
  const own = groups.map((group) => [group, unitsOf(rows, group)] as const);
  return {
    type: "table",
    title,
    headers: [
      ...["of", "samples", "labelled by hand", "model alone", "by hand alone", "corrected"],
      ...[`${Math.round(level * 100)} % from`, "to", "p", "lambda"],
    ],
    rows: [
      ...[...parts, ...own].map(([name, units]) => [name, ...rowOf(units, null, level)]),
      ...pairsOf(groups).map(([a, b]) => [`${a} less ${b}`, ...rowOf(unitsOf(rows, a), unitsOf(rows, b), level)]),
    ],
  };
}

function rowOf(units: readonly PredictedUnit[], less: readonly PredictedUnit[] | null, level: number) {
  const options = (some: typeof less) => ({ level, ...(some !== null && { less: some }) });
  const all = [...units, ...(less ?? [])];
  const found = correctedMean(units, options(less));
  const alone = (change: (unit: PredictedUnit) => PredictedUnit) =>
    correctedMean(units.map(change), options(less?.map(change) ?? null))?.value ?? null;
  return [
    ...[all.length, all.filter(({ truth }) => truth !== null).length],
    alone(({ predicted, cluster }) => ({ predicted, truth: predicted, cluster })),
    alone((unit) => ({ ...unit, predicted: 0 })),
    ...(found === null ? [null, null, null] : [found.value, found.low, found.high]),
    less === null ? null : (found?.pValue ?? null),
    less === null ? (found?.lambda ?? null) : null,
  ];
}
