import { type ErrorSplit, labelErrorSplit, numberErrorSplit } from "../../domain/statistics/error-split.ts";
import { meanStatistic } from "../../domain/statistics/weighted-statistic.ts";
import type { Answer, ReadingName } from "../answer.ts";
import type { LabelReader } from "../label-reader.ts";
import type { Sample } from "../sample.ts";
import { defineScorer, type Metric, type ScoredRow, scored, unscored } from "../score.ts";

/** What of a model's error is the ambiguity of the samples, on which raters disagree, and what is its own. */
export function createAmbiguityScorer(reader: LabelReader, reading: ReadingName) {
  return defineScorer<ErrorSplit>({
    name: "ambiguity",
    description: "Splits the error against single raters into the ambiguity of the samples and the model's own",
    requires: ["ratings"],
    score(answer, sample) {
      const numbers = sample.raters?.filter((rating) => typeof rating === "number") ?? [];
      const isNumeric = numbers.length > 0 && numbers.length === sample.raters?.filter((one) => one !== null).length;
      const given = isNumeric ? answer[reading].valence : distributionOf(answer, { reader, reading });
      if (given === null) return unscored("abstained", "The answer gives nothing to compare");
      const found =
        typeof given === "number"
          ? numberErrorSplit(given, numbers)
          : labelErrorSplit(
              given,
              votesOf(sample, (label) => reader.readOrKeep(label)),
            );
      if (found === null) return unscored("no truth", "Fewer than two raters");
      return scored(found.total, found, `of ${found.total.toFixed(3)}, ${found.ambiguity.toFixed(3)} are ambiguity`);
    },
    metrics: () => [
      metric("error_to_a_rater", "lower", "total"),
      metric("error_by_ambiguity", null, "ambiguity"),
      metric("error_of_its_own", "lower", "own"),
    ],
    notes(rows) {
      const mean = (part: keyof ErrorSplit) =>
        rows.reduce((sum, { metadata }) => sum + metadata[part], 0) / rows.length;
      return [
        `Of an error to a single rater of ${mean("total").toFixed(3)}, ${mean("ambiguity").toFixed(3)} is ambiguity of the samples, which no model can be without, and ${mean("own").toFixed(3)} the model's own.`,
      ];
    },
  });
}

function metric(name: string, better: "lower" | null, part: keyof ErrorSplit): Metric<ErrorSplit> {
  const values = (rows: readonly ScoredRow<ErrorSplit>[]) => rows.map(({ metadata }) => metadata[part]);
  return { name, better, statistic: (rows) => meanStatistic(values(rows)) };
}

/** A choice is sure of itself. Probabilities are as the model gave them, and need not add up to 1. */
function distributionOf(
  answer: Answer,
  { reader, reading }: { readonly reader: LabelReader; readonly reading: ReadingName },
): ReadonlyMap<string, number> | null {
  if (answer.choice !== null) return new Map([[reader.readOrKeep(answer.choice), 1]]);
  const { distribution } = answer[reading];
  if (distribution === null) return null;
  const read = new Map<string, number>();
  for (const { label, probability } of distribution) {
    const name = reader.readOrKeep(label);
    read.set(name, (read.get(name) ?? 0) + probability);
  }
  return read;
}

/** How many raters gave each label. */
export function votesOf({ raters, votes }: Pick<Sample, "raters" | "votes">, read: (label: string) => string) {
  const counts = new Map<string, number>();
  const add = (label: string, count: number) => counts.set(read(label), (counts.get(read(label)) ?? 0) + count);
  for (const [label, count] of Object.entries(votes ?? {})) add(label, count);
  if (votes === undefined) for (const rating of raters ?? []) if (rating !== null) add(String(rating), 1);
  return counts;
}
