import type { WeightedStatistic } from "../../domain/statistics/weighted-statistic.ts";
import { type ReadingName, topLabel } from "../answer.ts";
import type { LabelReader } from "../label-reader.ts";
import { agreementOfRepeats, type RepeatedAnswers } from "../metrics/total-agreement.ts";
import { defineScorer, type ScoredRow, scored, unscored } from "../score.ts";

interface Repeat {
  readonly text: string;
  readonly parsed: string;
}

/** Whether the same question gets the same answer again: TARr@N on texts, TARa@N on parsed answers. */
export function createReproducibilityScorer(reader: LabelReader, reading: ReadingName) {
  return defineScorer<Repeat>({
    name: "reproducibility",
    description: "Total agreement over repeats: TARr@N on raw texts, TARa@N on parsed answers",
    requires: ["repeats"],
    score(answer) {
      const top = topLabel(answer[reading]);
      const parsed = answer.choice ?? (top === null ? null : reader.readOrKeep(top.label));
      if (parsed === null) return unscored("abstained", answer.abstention ?? "The answer names nothing");
      return scored(1, { text: answer.text, parsed }, parsed);
    },
    metrics(rows) {
      const n = Math.max(0, ...repeatsBySample(rows).map(({ rows: own }) => own.length));
      const total = (part: keyof Repeat) => (some: readonly ScoredRow<Repeat>[]) =>
        meanOverSamples(some, part, (agreement) => (agreement.total ? 1 : 0));
      return [
        { name: `tar_raw_at_${n}`, better: "higher", grouped: true, statistic: total("text") },
        { name: `tar_answer_at_${n}`, better: "higher", grouped: true, statistic: total("parsed") },
        {
          name: "pairwise_answer_agreement",
          better: "higher",
          grouped: true,
          statistic: (some) => meanOverSamples(some, "parsed", ({ pairwise }) => pairwise),
        },
      ];
    },
  });
}

interface SampleRepeats {
  /** Place of the sample's first row, whose weight is that of the sample: repeats are drawn together. */
  readonly first: number;
  readonly rows: readonly Repeat[];
}

function repeatsBySample(rows: readonly ScoredRow<Repeat>[]): SampleRepeats[] {
  const bySample = new Map<string, { first: number; rows: Repeat[] }>();
  rows.forEach(({ sampleId, metadata }, index) => {
    const known = bySample.get(sampleId);
    if (known === undefined) bySample.set(sampleId, { first: index, rows: [metadata] });
    else known.rows.push(metadata);
  });
  return [...bySample.values()];
}

function meanOverSamples(
  rows: readonly ScoredRow<Repeat>[],
  part: keyof Repeat,
  value: (agreement: RepeatedAnswers) => number,
): WeightedStatistic {
  const samples = repeatsBySample(rows).flatMap(({ first, rows: own }) => {
    const agreement = agreementOfRepeats(own.map((repeat) => repeat[part]));
    return agreement === null ? [] : [{ first, value: value(agreement) }];
  });
  return (weights) => {
    let [sum, total] = [0, 0];
    for (const sample of samples) {
      sum += (weights[sample.first] as number) * sample.value;
      total += weights[sample.first] as number;
    }
    return total > 0 ? sum / total : null;
  };
}
