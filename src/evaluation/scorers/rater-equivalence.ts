import type { ScoreTable } from "../../domain/score-table.ts";
import {
  type AlternativeAnnotator,
  advantageStatistic,
  alternativeAnnotatorTest,
  type RatedItem,
  winningRateStatistic,
} from "../../domain/statistics/alternative-annotator.ts";
import { resamplesFor } from "../../domain/statistics/bootstrap.ts";
import {
  alphaDifferenceStatistic,
  correlationDifferenceStatistic,
  type Equivalence,
  equivalenceTest,
} from "../../domain/statistics/equivalence.ts";
import type { WeightedStatistic } from "../../domain/statistics/weighted-statistic.ts";
import type { Analysis } from "../file/analysis.ts";
import type { LabelReader } from "../label-reader.ts";
import { defineScorer, type Metric, type ScoredRow, scored } from "../score.ts";
import { codesOf, nearnessOf, type Rated, ratedOf } from "./rated.ts";

type Rows = readonly ScoredRow<Rated>[];

/** Whether the model may take the place of one of the raters: the alternative annotator test, and two one-sided tests. */
export function createRaterEquivalenceScorer(reader: LabelReader, analysis: Analysis) {
  const { equivalence, seed, level, resamples, reading } = analysis;
  const { epsilon, margin } = equivalence;
  const options = { epsilon, rate: 1 - level };
  const tested = (rows: Rows) => alternativeAnnotatorTest(itemsOf(rows), options);
  const compared = (rows: Rows) =>
    differencesOf(rows).map(({ name, statistic }) => ({
      name,
      ...equivalenceTest(statistic(rows), rows.length, {
        ...{ margin, alpha: 1 - level, seed, resamples: resamplesFor(rows.length, resamples) },
        clusters: rows.map(({ cluster }) => cluster),
      }),
    }));
  return defineScorer<Rated>({
    name: "rater-equivalence",
    description:
      "Whether the model may stand in for a rater: alternative annotator test, and equivalence of agreement and correlation",
    requires: ["raters"],
    score(answer, sample) {
      const rated = ratedOf(answer, sample, { reader, reading });
      if ("explanation" in rated) return rated;
      return scored(nearnessOf(rated), rated, `${rated.answer} among ${rated.raters.join(", ")}`);
    },
    metrics: (rows) => [
      {
        name: "advantage_probability",
        better: "higher",
        statistic: (some) => advantageStatistic(itemsOf(some), options),
      },
      { name: "winning_rate", better: "higher", statistic: (some) => winningRateStatistic(itemsOf(some), options) },
      ...differencesOf(rows),
    ],
    tables: (rows) => [againstTable(tested(rows), 1 - level), equivalenceTable(compared(rows), { margin, level })],
    notes: (rows) => [...standInNote(tested(rows), epsilon), ...compared(rows).map((one) => verdictNote(one, margin))],
  });
}

function itemsOf(rows: Rows): RatedItem[] {
  return rows.map(({ metadata, cluster }) => ({ ...metadata, cluster }));
}

function differencesOf(rows: Rows): readonly Metric<Rated>[] {
  const isNumeric = rows.every(({ metadata }) => typeof metadata.answer === "number");
  return [
    {
      name: "alpha_difference",
      better: "higher",
      statistic: (some) => ofCodes(some, (a, r) => alphaDifferenceStatistic(a, r, isNumeric ? "interval" : "nominal")),
    },
    ...(isNumeric
      ? [
          {
            name: "correlation_difference",
            better: "higher" as const,
            statistic: (some: Rows) => ofCodes(some, correlationDifferenceStatistic),
          },
        ]
      : []),
  ];
}

function ofCodes(
  rows: Rows,
  make: (answers: number[], ratings: (number | null)[][]) => WeightedStatistic,
): WeightedStatistic {
  const code = codesOf();
  return make(
    rows.map(({ metadata }) => code(metadata.answer)),
    rows.map(({ metadata }) => metadata.raters.map((rating) => (rating === null ? null : code(rating)))),
  );
}

function againstTable({ against }: AlternativeAnnotator, rate: number): ScoreTable {
  return {
    type: "table",
    title: "The model against each rater",
    headers: ["rater", "items", "model as near or nearer", "p", "p, Benjamini-Yekutieli", "model wins"],
    rows: against.map(({ rater, items, advantage, pValue, adjusted }) => [
      ...[`rater ${rater + 1}`, items, advantage, pValue, adjusted],
      adjusted <= rate ? "yes" : "no",
    ]),
  };
}

type Named = Equivalence & { readonly name: string };

function equivalenceTable(
  found: readonly Named[],
  { margin, level }: { readonly margin: number; readonly level: number },
): ScoreTable {
  const covered = Math.round((2 * level - 1) * 100);
  return {
    type: "table",
    title: "The model in a rater's place, by two one-sided tests",
    headers: ["model less people", "difference", `${covered} % from`, "to", "margin", "verdict"],
    rows: found.map(({ name, difference, low, high, verdict }) => [
      ...[name.replaceAll("_", " "), difference, low, high, margin],
      verdict,
    ]),
  };
}

function standInNote({ against, winningRate }: AlternativeAnnotator, epsilon: number): readonly string[] {
  if (winningRate === null)
    return ["Nobody to hold the model against: it takes two raters of 30 samples or more that both rated."];
  const wins = Math.round(winningRate * against.length);
  const may = winningRate >= 0.5 ? "it may stand in for one of them" : "it may not stand in for one of them";
  return [
    `The model wins against ${wins} of ${against.length} raters of 30 samples or more, at a lead of ${epsilon} that they must have: by the alternative annotator test (Calderon, Reichart & Dror, 2025) ${may}.`,
  ];
}

const VERDICTS: Readonly<Record<Equivalence["verdict"], string>> = {
  equivalent: "equivalent to a rater",
  better: "better than a rater by more than that",
  "not worse": "not worse than a rater by more than that, and perhaps better",
  worse: "worse than a rater by more than that",
  undecided: "undecided, as samples are too few to say",
};

function verdictNote({ name, verdict }: Named, margin: number): string {
  return `By ${name.replace("_difference", "").replace("alpha", "Krippendorff's alpha")}, within ${margin}, the model is ${VERDICTS[verdict]}.`;
}
