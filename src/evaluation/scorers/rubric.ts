import { cohenKappaStatistic } from "../../domain/statistics/cohen-kappa.ts";
import { krippendorffStatistic } from "../../domain/statistics/krippendorff-alpha.ts";
import { meanStatistic, plainValue, type WeightedStatistic } from "../../domain/statistics/weighted-statistic.ts";
import { jsonIn } from "../../judging/answer-json.ts";
import type { Criterion, Rubric } from "../file/rubric.ts";
import { judgedCall } from "../judge/judge-calls.ts";
import type { PersonGrade } from "../judge/person-grades.ts";
import { readGrades } from "../judge/rubric-calls.ts";
import { defineScorer, type Metric, type ScoredRow, scored, unscored } from "../score.ts";

/** The judge's grades of one answer, by criterion, and those that people gave it. */
interface Graded {
  readonly judge: ReadonlyMap<string, number>;
  /** By criterion, then by rater. */
  readonly people: ReadonlyMap<string, ReadonlyMap<string, number>>;
}
type Row = ScoredRow<Graded>;

/** How answers are graded by the criteria of the evaluation file, and how far the judge agrees with people who graded them too. */
export function createRubricScorer(rubric: Rubric, grades: readonly PersonGrade[]) {
  const byCall = new Map<string, Map<string, Map<string, number>>>();
  for (const { call, criterion, rater, grade } of grades) {
    const own = byCall.get(call) ?? new Map<string, Map<string, number>>();
    byCall.set(call, own);
    own.set(criterion, (own.get(criterion) ?? new Map<string, number>()).set(rater, grade));
  }
  const raters = [...new Set(grades.map(({ rater }) => rater))].sort();
  return defineScorer<Graded>({
    name: "rubric",
    description:
      "Grades of a judge model by criteria of the evaluation file, and its agreement with people who graded too",
    requires: [],
    score(_answer, _sample, judged) {
      if (judged === null) return unscored("judge failed", "The judge has not graded this answer");
      if (judged.answer === null)
        return unscored("judge failed", judged.failure?.message ?? "The judge gave no grades");
      const read = readGrades(jsonIn(judged.answer.text), rubric);
      if ("problem" in read) return unscored("judge failed", read.problem);
      const judge = new Map(rubric.map(({ name }) => [name, read.grades[name]?.grade ?? 0]));
      const shares = rubric.map(({ name, levels }) => (judge.get(name) ?? 0) / (levels.length - 1));
      const people = byCall.get(judgedCall(judged.call).call) ?? new Map();
      return scored(
        shares.reduce((sum, share) => sum + share, 0) / shares.length,
        { judge, people },
        rubric.map(({ name }) => `${name} ${judge.get(name)}: ${read.grades[name]?.reason ?? ""}`).join("; "),
      );
    },
    metrics: () => [
      { name: "rubric", better: "higher", statistic: (rows) => meanStatistic(rows.map(({ value }) => value)) },
      ...(rubric.length < 2 ? [] : rubric.map(meanGrade)),
      ...(raters.length === 0 ? [] : rubric.flatMap((criterion) => agreementMetrics(criterion, raters))),
    ],
    tables: (rows) => (raters.length === 0 ? [] : [agreementTable(rows, rubric, raters)]),
  });
}

function meanGrade({ name, levels }: Criterion): Metric<Graded> {
  return {
    name: `rubric_${name}`,
    better: "higher",
    statistic: (rows) =>
      meanStatistic(rows.map(({ metadata }) => (metadata.judge.get(name) ?? 0) / (levels.length - 1))),
  };
}

/** The judge as one more rater beside people; grades are in an order. */
function agreementMetrics({ name }: Criterion, raters: readonly string[]): readonly Metric<Graded>[] {
  const people = (row: Row) => raters.map((rater) => row.metadata.people.get(name)?.get(rater) ?? null);
  return [
    {
      name: `judge_human_alpha_${name}`,
      better: "higher",
      statistic: (rows) =>
        meanOf(
          raters.map((_rater, i) =>
            krippendorffStatistic(
              rows.map((row) => [row.metadata.judge.get(name) ?? null, people(row)[i] ?? null]),
              "ordinal",
            ),
          ),
        ),
    },
    ...(raters.length < 2
      ? []
      : [
          {
            name: `human_human_alpha_${name}`,
            better: null,
            statistic: (rows: readonly Row[]) => krippendorffStatistic(rows.map(people), "ordinal"),
          },
        ]),
  ];
}

function meanOf(statistics: readonly WeightedStatistic[]): WeightedStatistic {
  return (weights) => {
    const values = statistics.map((statistic) => statistic(weights)).filter((value) => value !== null);
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  };
}

function agreementTable(rows: readonly Row[], rubric: Rubric, raters: readonly string[]) {
  return {
    type: "table" as const,
    title: "The judge beside people",
    headers: ["criterion", "person", "answers both graded", "same grade", "Cohen's kappa", "kappa, squared weights"],
    rows: rubric.flatMap(({ name }) =>
      raters.map((rater) => {
        const pairs = rows.flatMap(({ metadata }) => {
          const [own, other] = [metadata.judge.get(name), metadata.people.get(name)?.get(rater)];
          return own === undefined || other === undefined ? [] : [[own, other] as const];
        });
        const same = pairs.length === 0 ? null : pairs.filter(([own, other]) => own === other).length / pairs.length;
        const kappa = (squared: boolean) => plainValue(cohenKappaStatistic(pairs, { squared }), pairs.length);
        return [name, rater, pairs.length, same, kappa(false), kappa(true)];
      }),
    ),
  };
}
