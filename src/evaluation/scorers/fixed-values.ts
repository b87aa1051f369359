import { bootstrapInterval, resamplesFor } from "../../domain/statistics/bootstrap.ts";
import { cohenKappaStatistic } from "../../domain/statistics/cohen-kappa.ts";
import { type ValueSpread, valueSpreads } from "../../domain/statistics/fixed-values.ts";
import { meanStatistic, type WeightedStatistic } from "../../domain/statistics/weighted-statistic.ts";
import { topLabel } from "../answer.ts";
import type { Analysis } from "../file/analysis.ts";
import type { LabelReader } from "../label-reader.ts";
import { defineScorer, type ScoredRow, scored, unscored } from "../score.ts";
import { votesOf } from "./ambiguity.ts";
import { codesOf } from "./rated.ts";

interface Given {
  readonly numbers: ReadonlyMap<string, number>;
  readonly label: string | null;
  /** Labels that are held to be right: the sample's, else what each of its raters said. */
  readonly right: ReadonlyMap<string, number>;
}
type Rows = readonly ScoredRow<Given>[];

/** Whether the model's numbers are estimates or habits, and whether its labels tell one image from another at all. */
export function createFixedValuesScorer(reader: LabelReader, { reading, seed, level, resamples }: Analysis) {
  const read = (label: string) => reader.readOrKeep(label);
  return defineScorer<Given>({
    name: "fixed-values",
    description:
      "Distinct values and variance of each number; few values are habits; and agreement beyond answers at a base rate",
    requires: [],
    score(answer, sample) {
      const { distribution, valence, arousal } = answer[reading];
      const numbers = new Map((distribution ?? []).map(({ label, probability }) => [`p(${read(label)})`, probability]));
      if (valence !== null) numbers.set("valence", valence);
      if (arousal !== null) numbers.set("arousal", arousal);
      const said = answer.choice ?? topLabel(answer[reading])?.label ?? null;
      if (numbers.size === 0 && said === null) return unscored("abstained", "The answer gives no numbers and no label");
      const label = sample.truth.label ?? sample.truth.choice;
      const right = label === null ? votesOf(sample, read) : new Map([[read(label), 1]]);
      return scored(
        numbers.size,
        { numbers, label: said === null ? null : read(said), right },
        `${numbers.size} numbers`,
      );
    },
    metrics(rows) {
      const suspect = new Set(spreadsOf(rows).flatMap((spread) => (spread.suspect ? [spread.name] : [])));
      return [
        {
          name: "suspect_numbers_share",
          better: "lower",
          statistic: (some) => {
            const share = meanStatistic(
              some.map(
                ({ metadata: { numbers } }) =>
                  [...numbers.keys()].filter((name) => suspect.has(name)).length / Math.max(1, numbers.size),
              ),
            );
            // A bare choice has no numbers.
            return (weights) => share(weights.map((weight, i) => (some[i]?.metadata.numbers.size ? weight : 0)));
          },
        },
        ...(rows.some(isHeldAgainst)
          ? [{ name: "agreement_beyond_base_rate", better: "higher" as const, statistic: beyondBaseRate }]
          : []),
      ];
    },
    notes(rows) {
      const held = rows.filter(isHeldAgainst);
      const labels = new Set(held.map(({ metadata }) => metadata.label));
      if (held.length < ENOUGH_TO_SAY || new Set(held.flatMap(({ metadata }) => [...metadata.right.keys()])).size < 2)
        return [];
      if (labels.size === 1) return [`It says "${[...labels][0]}" of every one of ${held.length} samples.`];
      const interval = bootstrapInterval(beyondBaseRate(held), held.length, {
        ...{ seed, level, resamples: resamplesFor(held.length, resamples) },
        clusters: held.map(({ cluster }) => cluster),
      });
      if (interval === null || interval.low > 0) return [];
      return [
        `Its labels agree with what is held to be right no more than if they were dealt out among the samples at random (beyond the base rate [${interval.low.toFixed(2)}, ${interval.high.toFixed(2)}]): it may say how often each label comes, and not which image it sees.`,
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

/** Fewer samples say nothing of a base rate. */
const ENOUGH_TO_SAY = 20;

function isHeldAgainst({ metadata: { label, right } }: ScoredRow<Given>): boolean {
  return label !== null && right.size > 0;
}

/** Cohen's kappa of the labels with those held to be right: 0 where they agree as often as if they were dealt out at random. */
function beyondBaseRate(rows: Rows): WeightedStatistic {
  const code = codesOf();
  const pairs: [number, number][] = [];
  const [rowOf, shareOf]: [number[], number[]] = [[], []];
  rows.forEach(({ metadata: { label, right } }, row) => {
    const all = [...right.values()].reduce((sum, count) => sum + count, 0);
    for (const [truth, count] of right) {
      if (label === null || count === 0) continue;
      pairs.push([code(label), code(truth)]);
      rowOf.push(row);
      shareOf.push(count / all);
    }
  });
  const kappa = cohenKappaStatistic(pairs);
  const counts = new Float64Array(pairs.length);
  return (weights) => {
    for (let i = 0; i < counts.length; i++)
      counts[i] = (weights[rowOf[i] as number] as number) * (shareOf[i] as number);
    return kappa(counts);
  };
}

function spreadsOf(rows: Rows): ValueSpread[] {
  const values = new Map<string, number[]>();
  for (const { metadata } of rows) {
    for (const [name, value] of metadata.numbers) {
      const list = values.get(name);
      if (list === undefined) values.set(name, [value]);
      else list.push(value);
    }
  }
  return valueSpreads(values).sort((a, b) => b.n - a.n || a.name.localeCompare(b.name));
}
