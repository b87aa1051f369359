import { meanStatistic, type WeightedStatistic } from "../../domain/statistics/weighted-statistic.ts";
import { type ConfidentAnswer, calibrationErrorStatistic } from "../metrics/calibration.ts";
import { confusionMatrix } from "../metrics/classification.ts";
import { defineScorer, type Metric, NO_ANSWER, type ScoredRow, scored, unscored } from "../score.ts";

interface Chosen {
  readonly truth: string;
  readonly choice: string;
  readonly pair: string | null;
  readonly confident: ConfidentAnswer | null;
  /** The kind of question, for the table per kind. */
  readonly kind: string | null;
}

/** Whether the right option was chosen; for pairs of a true and a false statement, whether both were judged rightly. */
export function createChoiceScorer() {
  return defineScorer<Chosen>({
    name: "choice",
    description: "Right option chosen; for statement pairs, both right, and the bias towards saying true",
    requires: ["choice"],
    score(answer, { truth, pair, columns }) {
      if (truth.choice === null) return unscored("no truth", "The sample has no right option");
      if (answer.choice === null) return unscored("abstained", answer.abstention ?? "The model chose no option");
      const right = answer.choice === truth.choice;
      const { confidence } = answer;
      const metadata = {
        truth: truth.choice,
        choice: answer.choice,
        pair,
        confident: confidence === null ? null : { confidence, correct: right },
        kind: columns.kind ?? null,
      };
      const explanation = right ? `"${truth.choice}"` : `"${answer.choice}" instead of "${truth.choice}"`;
      return scored(right ? 1 : 0, metadata, explanation);
    },
    wrong({ truth, pair, columns }) {
      if (truth.choice === null) return unscored("no truth", "The sample has no right option");
      const metadata = { truth: truth.choice, choice: NO_ANSWER, pair, confident: null, kind: columns.kind ?? null };
      return scored(0, metadata, `${NO_ANSWER} instead of "${truth.choice}"`);
    },
    metrics: (rows) => [
      {
        name: "choice_accuracy",
        better: "higher",
        share: true,
        statistic: (some) => meanStatistic(some.map(({ value }) => value)),
      },
      ...(rows.some(({ metadata }) => metadata.pair !== null) ? PAIR_METRICS : []),
      {
        name: "choice_calibration_error",
        better: "lower",
        statistic: confidentOnly,
      },
    ],
    tables: (rows) => [...kindTable(rows), ...verdictTable(rows)],
  });
}

const PAIR_METRICS: readonly Metric<Chosen>[] = [
  { name: "pair_accuracy", better: "higher", grouped: true, share: true, statistic: pairAccuracy },
  {
    name: "says_true_share",
    better: null,
    share: true,
    statistic: (rows) => meanStatistic(rows.map(({ metadata }) => (metadata.choice === "true" ? 1 : 0))),
  },
];

function confidentOnly(rows: readonly ScoredRow<Chosen>[]): WeightedStatistic {
  const places = rows.flatMap(({ metadata }, index) => (metadata.confident === null ? [] : [index]));
  const answers = rows.flatMap(({ metadata }) => metadata.confident ?? []);
  const statistic = calibrationErrorStatistic(answers);
  return (weights) => statistic(Float64Array.from(places, (place) => weights[place] as number));
}

/** Share of complete pairs with both statements judged rightly. */
function pairAccuracy(rows: readonly ScoredRow<Chosen>[]): WeightedStatistic {
  const pairs = new Map<string, { first: number; values: number[] }>();
  rows.forEach(({ value, metadata }, index) => {
    if (metadata.pair === null) return;
    const known = pairs.get(metadata.pair);
    if (known === undefined) pairs.set(metadata.pair, { first: index, values: [value] });
    else known.values.push(value);
  });
  const complete = [...pairs.values()].filter(({ values }) => values.length > 1);
  return (weights) => {
    let [right, total] = [0, 0];
    for (const { first, values } of complete) {
      const weight = weights[first] as number;
      total += weight;
      if (values.every((value) => value === 1)) right += weight;
    }
    return total > 0 ? right / total : null;
  };
}

function kindTable(rows: readonly ScoredRow<Chosen>[]) {
  const kinds = [...new Set(rows.flatMap(({ metadata }) => metadata.kind ?? []))].sort();
  if (kinds.length < 2) return [];
  return [
    {
      type: "table" as const,
      title: "By kind of question",
      headers: ["kind", "answered", "right"],
      rows: kinds.map((kind) => {
        const own = rows.filter(({ metadata }) => metadata.kind === kind);
        return [kind, own.length, own.filter(({ value }) => value === 1).length];
      }),
    },
  ];
}

function verdictTable(rows: readonly ScoredRow<Chosen>[]) {
  if (!rows.some(({ metadata }) => metadata.pair !== null)) return [];
  const matrix = confusionMatrix(
    rows.map(({ metadata }) => metadata.truth),
    rows.map(({ metadata }) => metadata.choice),
  );
  return [{ type: "confusion" as const, title: "Statement is (rows) and was called (columns)", ...matrix }];
}
