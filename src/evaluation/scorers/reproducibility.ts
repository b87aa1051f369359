import { answerEntropyBits, passHat } from "../../domain/statistics/stability.ts";
import type { WeightedStatistic } from "../../domain/statistics/weighted-statistic.ts";
import { type ReadingName, topLabel } from "../answer.ts";
import type { LabelReader } from "../label-reader.ts";
import { agreementOfRepeats } from "../metrics/total-agreement.ts";
import { defineScorer, type Metric, type ScoredRow, scored, unscored } from "../score.ts";
import { repeatsInWords, stabilityTable } from "./repeats-needed.ts";

export interface Repeat {
  readonly text: string;
  readonly parsed: string;
  /** `null` where the data set does not say what is right. */
  readonly right: boolean | null;
}

/** Whether the same question gets the same answer again: TARr@N, TARa@N, entropy, pass^k, and how many repeats a claim needs. */
export function createReproducibilityScorer(reader: LabelReader, reading: ReadingName) {
  return defineScorer<Repeat>({
    name: "reproducibility",
    description:
      "Total agreement over repeats (TARr@N, TARa@N), entropy of answers, pass^k, and how many repeats a claim needs",
    requires: ["repeats"],
    score(answer, { truth }) {
      const top = topLabel(answer[reading]);
      const parsed = answer.choice ?? (top === null ? null : reader.readOrKeep(top.label));
      if (parsed === null) return unscored("abstained", answer.abstention ?? "The answer names nothing");
      const meant = truth.choice ?? (truth.label === null ? null : reader.readOrKeep(truth.label));
      return scored(1, { text: answer.text, parsed, right: meant === null ? null : parsed === meant }, parsed);
    },
    metrics(rows) {
      const n = Math.max(0, ...repeatsBySample(rows).map(({ rows: own }) => own.length));
      const total = (part: "text" | "parsed") =>
        perSample(`tar_${part === "text" ? "raw" : "answer"}_at_${n}`, "higher", (own) =>
          agreementOf(own, part, ({ total: isTotal }) => (isTotal ? 1 : 0)),
        );
      const isKnown = rows.some(({ metadata }) => metadata.right !== null);
      return [
        total("text"),
        total("parsed"),
        perSample("pairwise_answer_agreement", "higher", (own) =>
          agreementOf(own, "parsed", ({ pairwise }) => pairwise),
        ),
        perSample("answer_entropy_bits", "lower", (own) =>
          own.length < 2 ? null : answerEntropyBits(own.map(({ parsed }) => parsed)),
        ),
        ...(isKnown ? powersOfTwo(n).map((k) => perSample(`pass_hat_${k}`, "higher", passOf(k))) : []),
      ];
    },
    tables: (rows) => [stabilityTable(repeatsBySample(rows).map(({ rows: own }) => own))],
    notes: (rows, level) =>
      repeatsInWords(
        repeatsBySample(rows).map(({ rows: own }) => own),
        level,
      ),
  });
}

/** 1, 2, 4, ... and the number itself. */
function powersOfTwo(most: number): number[] {
  const powers = Array.from({ length: Math.floor(Math.log2(Math.max(1, most))) + 1 }, (_, i) => 2 ** i);
  return most < 1 || powers.includes(most) ? powers : [...powers, most];
}

function passOf(k: number) {
  return (own: readonly Repeat[]) => {
    const known = own.flatMap(({ right }) => right ?? []);
    return passHat(known.filter((right) => right).length, known.length, k);
  };
}

function agreementOf(
  own: readonly Repeat[],
  part: "text" | "parsed",
  pick: (agreement: NonNullable<ReturnType<typeof agreementOfRepeats>>) => number,
): number | null {
  const agreement = agreementOfRepeats(own.map((repeat) => repeat[part]));
  return agreement === null ? null : pick(agreement);
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

/** The mean over samples of a number that their repeats have together; samples without it do not count. */
function perSample(
  name: string,
  better: "higher" | "lower",
  numberOf: (repeats: readonly Repeat[]) => number | null,
): Metric<Repeat> {
  return { name, better, grouped: true, statistic: (rows) => meanOverSamples(rows, numberOf) };
}

function meanOverSamples(
  rows: readonly ScoredRow<Repeat>[],
  numberOf: (repeats: readonly Repeat[]) => number | null,
): WeightedStatistic {
  const samples = repeatsBySample(rows).flatMap(({ first, rows: own }) => {
    const value = numberOf(own);
    return value === null ? [] : [{ first, value }];
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
