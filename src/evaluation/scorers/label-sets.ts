import type { ReadingName } from "../answer.ts";
import type { LabelReader } from "../label-reader.ts";
import {
  hammingLossStatistic,
  type LabelSets,
  macroStatistic,
  microStatistic,
  subsetAccuracyStatistic,
} from "../metrics/label-sets.ts";
import { defineScorer, type Metric, type ScoredRow, scored, unscored } from "../score.ts";

/** A label belongs to the predicted set from this probability on. */
const IN_SET_FROM = 0.1;

/** The set of labels with at least 10 % probability against the set of true ones. */
export function createLabelSetsScorer(reader: LabelReader, reading: ReadingName) {
  return defineScorer<LabelSets>({
    name: "label-sets",
    description: "Labels of at least 10 % probability as a set: micro and macro P, R, F1, Hamming loss, exact match",
    requires: ["labels"],
    score(answer, { truth }) {
      if (truth.labels === null) return unscored("no truth", "The sample has no label set");
      const { distribution } = answer[reading];
      if (distribution === null) return unscored("abstained", answer.abstention ?? "The reading gives no distribution");
      const sets = {
        truth: new Set(truth.labels.map((label) => reader.readOrKeep(label))),
        predicted: new Set(
          distribution
            .filter(({ probability }) => probability >= IN_SET_FROM)
            .map(({ label }) => reader.readOrKeep(label)),
        ),
      };
      const hits = [...sets.predicted].filter((label) => sets.truth.has(label)).length;
      const all = sets.truth.size + sets.predicted.size;
      if (all === 0) return unscored("no truth", "Neither the truth nor the answer names a label");
      return scored((2 * hits) / all, sets, `${[...sets.predicted].join(", ")} for ${[...sets.truth].join(", ")}`);
    },
    metrics: () => [
      ...(["precision", "recall", "f1"] as const).flatMap((part): Metric<LabelSets>[] => [
        { name: `micro_${part}`, better: "higher", statistic: (rows) => microStatistic(setsOf(rows), part) },
        { name: `macro_${part}`, better: "higher", statistic: (rows) => macroStatistic(setsOf(rows), part) },
      ]),
      {
        name: "hamming_loss",
        better: "lower",
        statistic: (rows) => hammingLossStatistic(setsOf(rows), Math.max(1, reader.labels.length)),
      },
      {
        name: "subset_accuracy",
        better: "higher",
        statistic: (rows) => subsetAccuracyStatistic(setsOf(rows)),
      },
    ],
  });
}

function setsOf(rows: readonly ScoredRow<LabelSets>[]): LabelSets[] {
  return rows.map(({ metadata }) => metadata);
}
