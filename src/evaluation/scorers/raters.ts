import { icc21Statistic } from "../../domain/statistics/intraclass-correlation.ts";
import { krippendorffStatistic, type MeasurementLevel } from "../../domain/statistics/krippendorff-alpha.ts";
import type { WeightedStatistic } from "../../domain/statistics/weighted-statistic.ts";
import type { ReadingName } from "../answer.ts";
import type { LabelReader } from "../label-reader.ts";
import { defineScorer, type Metric, type ScoredRow, scored } from "../score.ts";
import { codesOf, nearnessOf, type Rated, ratedOf } from "./rated.ts";

/** The model as one more rater: its agreement with each human beside the humans' agreement with one another. */
export function createRatersScorer(reader: LabelReader, reading: ReadingName) {
  return defineScorer<Rated>({
    name: "raters",
    description: "Krippendorff's alpha and ICC(2,1) of model with raters, beside the human-human ceiling",
    requires: ["raters"],
    score(answer, sample) {
      const rated = ratedOf(answer, sample, { reader, reading });
      if ("explanation" in rated) return rated;
      const given = rated.raters.filter((rating) => rating !== null);
      return scored(nearnessOf(rated), rated, `${rated.answer} among ${given.join(", ")}`);
    },
    metrics(rows) {
      const numeric = rows.every(({ metadata }) => typeof metadata.answer === "number");
      const level: MeasurementLevel = numeric ? "interval" : "nominal";
      return [
        {
          name: "human_human_alpha",
          better: null,
          statistic: (some) =>
            alpha(
              some.map(({ metadata }) => [...metadata.raters]),
              level,
            ),
        },
        { name: "model_human_alpha", better: "higher", statistic: (some) => meanAlphaWithEachRater(some, level) },
        ...(numeric ? ICC_METRICS : []),
      ];
    },
  });
}

const ICC_METRICS: readonly Metric<Rated>[] = [
  { name: "human_human_icc", better: null, statistic: (rows) => iccOf(rows, ({ raters }) => [...raters]) },
  {
    name: "model_human_icc",
    better: "higher",
    statistic: (rows) => iccOf(rows, ({ answer, raters }) => [answer, meanOf(raters)]),
  },
];

/** ICC(2,1) over the samples that everybody rated. */
function iccOf(rows: readonly ScoredRow<Rated>[], columns: (rated: Rated) => (string | number | null)[]) {
  const complete: number[][] = [];
  const places: number[] = [];
  const most = Math.max(0, ...rows.map(({ metadata }) => columns(metadata).length));
  rows.forEach(({ metadata }, index) => {
    const ratings = columns(metadata).filter((rating) => typeof rating === "number");
    if (ratings.length !== most) return;
    complete.push(ratings);
    places.push(index);
  });
  const statistic = icc21Statistic(complete);
  return (weights: Float64Array) => statistic(Float64Array.from(places, (place) => weights[place] as number));
}

function meanAlphaWithEachRater(rows: readonly ScoredRow<Rated>[], level: MeasurementLevel): WeightedStatistic {
  const raters = Math.max(0, ...rows.map(({ metadata }) => metadata.raters.length));
  const each = Array.from({ length: raters }, (_, rater) =>
    alpha(
      rows.map(({ metadata }) => [metadata.answer, metadata.raters[rater] ?? null]),
      level,
    ),
  );
  return (weights) => {
    const values = each.map((statistic) => statistic(weights)).filter((value) => value !== null);
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  };
}

function alpha(ratings: readonly (readonly (string | number | null)[])[], level: MeasurementLevel): WeightedStatistic {
  const code = codesOf();
  return krippendorffStatistic(
    ratings.map((row) => row.map((rating) => (rating === null ? null : code(rating)))),
    level,
  );
}

function meanOf(raters: readonly (string | number | null)[]): number | null {
  const numbers = raters.filter((rating) => typeof rating === "number");
  return numbers.length === 0 ? null : numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}
