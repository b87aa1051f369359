import { type ValueSpread, valueSpreads } from "../../domain/statistics/fixed-values.ts";
import { meanStatistic } from "../../domain/statistics/weighted-statistic.ts";
import type { ReadingName } from "../answer.ts";
import type { LabelReader } from "../label-reader.ts";
import { defineScorer, type ScoredRow, scored, unscored } from "../score.ts";

type GivenNumbers = ReadonlyMap<string, number>;

/** Whether the model's numbers are estimates or habits: distinct values and variance of every number it gives. */
export function createFixedValuesScorer(reader: LabelReader, reading: ReadingName) {
  return defineScorer<GivenNumbers>({
    name: "fixed-values",
    description: "Distinct values and variance of each probability, valence and arousal; few values are habits",
    requires: [],
    score(answer) {
      const { distribution, valence, arousal } = answer[reading];
      const given = new Map(
        (distribution ?? []).map(({ label, probability }) => [`p(${reader.readOrKeep(label)})`, probability]),
      );
      if (valence !== null) given.set("valence", valence);
      if (arousal !== null) given.set("arousal", arousal);
      if (given.size === 0) return unscored("abstained", "The answer gives no numbers");
      return scored(given.size, given, `${given.size} numbers`);
    },
    metrics(rows) {
      const suspect = new Set(spreadsOf(rows).flatMap((spread) => (spread.suspect ? [spread.name] : [])));
      return [
        {
          name: "suspect_numbers_share",
          better: "lower",
          statistic: (some) =>
            meanStatistic(
              some.map(
                ({ metadata }) => [...metadata.keys()].filter((name) => suspect.has(name)).length / metadata.size,
              ),
            ),
        },
      ];
    },
    tables: (rows) => [
      {
        type: "table",
        title: "How much each number varies",
        headers: ["number", "given", "distinct values", "variance", "commonest", "its share", "suspect"],
        rows: spreadsOf(rows).map((spread) => [
          spread.name,
          spread.n,
          spread.distinct,
          spread.variance,
          spread.commonest,
          spread.commonestShare,
          spread.suspect ? "yes" : "no",
        ]),
      },
    ],
  });
}

function spreadsOf(rows: readonly ScoredRow<GivenNumbers>[]): ValueSpread[] {
  const values = new Map<string, number[]>();
  for (const { metadata } of rows) {
    for (const [name, value] of metadata) {
      const list = values.get(name);
      if (list === undefined) values.set(name, [value]);
      else list.push(value);
    }
  }
  return valueSpreads(values).sort((a, b) => b.n - a.n || a.name.localeCompare(b.name));
}
