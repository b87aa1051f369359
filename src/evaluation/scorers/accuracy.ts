import { meanStatistic } from "../../domain/statistics/weighted-statistic.ts";
import { type ReadingName, topLabel } from "../answer.ts";
import type { LabelReader } from "../label-reader.ts";
import { averageRecallStatistic, confusionMatrix, macroF1Statistic } from "../metrics/classification.ts";
import { defineScorer, type Metric, NO_ANSWER, type ScoredRow, scored, unscored } from "../score.ts";

interface Labelled {
  readonly truth: string;
  readonly predicted: string;
}

/** Whether the most probable label is the true one; with macro F1 and unweighted average recall over all samples. */
export function createAccuracyScorer(reader: LabelReader, reading: ReadingName) {
  return defineScorer<Labelled>({
    name: "accuracy",
    description: "Most probable label against the true one: accuracy, macro F1, unweighted average recall",
    requires: ["label"],
    score(answer, { truth }) {
      if (truth.label === null) return unscored("no truth", "The sample has no label");
      const top = topLabel(answer[reading]);
      if (top === null) return unscored("abstained", answer.abstention ?? "The reading gives no distribution");
      const pair = { truth: reader.readOrKeep(truth.label), predicted: reader.readOrKeep(top.label) };
      const right = pair.truth === pair.predicted;
      return scored(right ? 1 : 0, pair, right ? `"${pair.truth}"` : `"${pair.predicted}" instead of "${pair.truth}"`);
    },
    wrong({ truth: { label } }) {
      if (label === null) return unscored("no truth", "The sample has no label");
      return scored(0, { truth: reader.readOrKeep(label), predicted: NO_ANSWER }, `${NO_ANSWER} instead of "${label}"`);
    },
    metrics: () => labelMetrics(),
    tables(rows) {
      const matrix = confusionMatrix(...columnsOf(rows));
      return [{ type: "confusion", title: "True label (rows) and answer (columns)", ...matrix }];
    },
  });
}

/** Accuracy, macro F1 and average recall of rows that hold a true and a predicted label. */
function labelMetrics(): readonly Metric<Labelled>[] {
  return [
    {
      name: "accuracy",
      better: "higher",
      share: true,
      statistic: (rows) => meanStatistic(rows.map(({ value }) => value)),
    },
    { name: "macro_f1", better: "higher", statistic: (rows) => macroF1Statistic(...columnsOf(rows)) },
    {
      name: "unweighted_average_recall",
      better: "higher",
      statistic: (rows) => averageRecallStatistic(...columnsOf(rows)),
    },
  ];
}

function columnsOf(rows: readonly ScoredRow<Labelled>[]): [string[], string[]] {
  return [rows.map(({ metadata }) => metadata.truth), rows.map(({ metadata }) => metadata.predicted)];
}
