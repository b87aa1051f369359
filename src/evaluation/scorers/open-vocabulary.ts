import type { ReadingName } from "../answer.ts";
import type { EmotionWheel, Lemmas } from "../metrics/emotion-wheels.ts";
import {
  droppedShareStatistic,
  meanWheelFStatistic,
  setScoreStatistic,
  type WheelSets,
  wheelSets,
} from "../metrics/open-vocabulary.ts";
import { defineScorer, type Metric, type ScoredRow, scored, unscored } from "../score.ts";

const IN_SET_FROM = 0.1;

/** Free emotion words against raters' free words, through emotion wheels (OV-MER). */
export function createOpenVocabularyScorer(
  wheels: readonly EmotionWheel[],
  lemmas: Lemmas,
  options: { readonly reading: ReadingName },
) {
  return defineScorer<readonly WheelSets[]>({
    name: "open-vocabulary",
    description: "Set F over emotion wheels of words with at least 10 % probability (OV-MER), with the dropped share",
    requires: ["labels"],
    score(answer, { truth }) {
      if (truth.labels === null) return unscored("no truth", "The sample has no label set");
      const { distribution } = answer[options.reading];
      if (distribution === null) return unscored("abstained", answer.abstention ?? "The reading gives no distribution");
      const predicted = distribution.filter(({ probability }) => probability >= IN_SET_FROM).map(({ label }) => label);
      const labels = { truth: truth.labels, predicted };
      const sets = wheels.map((wheel) => wheelSets(labels, wheel, lemmas));
      const value = meanWheelFStatistic(sets.map((one) => [one]))(Float64Array.of(1));
      if (value === null) return unscored("no truth", "No true label is on any wheel");
      return scored(value, sets, `${predicted.join(", ")} for ${truth.labels.join(", ")}`);
    },
    metrics: () => [
      { name: "set_f", better: "higher", statistic: (rows) => meanWheelFStatistic(byWheel(rows, wheels)) },
      ...wheels.flatMap((wheel, index): Metric<readonly WheelSets[]>[] => [
        ...(["precision", "recall", "f"] as const).map(
          (part): Metric<readonly WheelSets[]> => ({
            name: `${wheel.id}_${part}`,
            better: "higher",
            statistic: (rows) => setScoreStatistic(onWheel(rows, index), part),
          }),
        ),
        {
          name: `${wheel.id}_dropped`,
          better: "lower",
          statistic: (rows) => droppedShareStatistic(onWheel(rows, index)),
        },
      ]),
    ],
  });
}

function onWheel(rows: readonly ScoredRow<readonly WheelSets[]>[], index: number): WheelSets[] {
  return rows.map(({ metadata }) => metadata[index] as WheelSets);
}

function byWheel(rows: readonly ScoredRow<readonly WheelSets[]>[], wheels: readonly EmotionWheel[]): WheelSets[][] {
  return wheels.map((_, index) => onWheel(rows, index));
}
