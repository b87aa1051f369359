import { icc21Statistic } from "../../domain/statistics/intraclass-correlation.ts";
import { krippendorffStatistic, type MeasurementLevel } from "../../domain/statistics/krippendorff-alpha.ts";
import type { WeightedStatistic } from "../../domain/statistics/weighted-statistic.ts";
import { type ReadingName, topLabel } from "../answer.ts";
import type { LabelReader } from "../label-reader.ts";
import { defineScorer, type Metric, type ScoredRow, scored, unscored } from "../score.ts";

interface Rated {
  readonly answer: string | number;
  readonly raters: readonly (string | number | null)[];
}

/** The model as one more rater: its agreement with each human beside the humans' agreement with one another. */
export function createRatersScorer(reader: LabelReader, reading: ReadingName) {
  return defineScorer<Rated>({
    name: "raters",
    description: "Krippendorff's alpha and ICC(2,1) of model with raters, beside the human-human ceiling",
    requires: ["raters"],
    score(answer, { raters }) {
      const given = raters?.filter((rating) => rating !== null) ?? [];
      if (raters === null || given.length === 0) return unscored("no truth", "Nobody rated the sample");
      const numeric = given.every((rating) => typeof rating === "number");
      const own = numeric ? answer[reading].valence : topLabel(answer[reading])?.label;
      if (own === null || own === undefined) return unscored("abstained", "The answer gives nothing to compare");
      const plain = (value: string | number) => (typeof value === "number" ? value : reader.readOrKeep(value));
      const rated = { answer: plain(own), raters: raters.map((rating) => (rating === null ? null : plain(rating))) };
      const agreeing = rated.raters.filter((rating) => rating === rated.answer).length;
      const value = numeric ? meanDistance(rated) : agreeing / given.length;
      return scored(value, rated, `${rated.answer} among ${given.map(plain).join(", ")}`);
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

/** Labels become numbers in the order they appear; for nominal data any numbers do. */
function alpha(ratings: readonly (readonly (string | number | null)[])[], level: MeasurementLevel): WeightedStatistic {
  const codes = new Map<string, number>();
  const code = (rating: string | number | null): number | null => {
    if (rating === null || typeof rating === "number") return rating;
    const known = codes.get(rating) ?? codes.size;
    codes.set(rating, known);
    return known;
  };
  return krippendorffStatistic(
    ratings.map((row) => row.map(code)),
    level,
  );
}

function meanOf(raters: readonly (string | number | null)[]): number | null {
  const numbers = raters.filter((rating) => typeof rating === "number");
  return numbers.length === 0 ? null : numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

function meanDistance({ answer, raters }: Rated): number {
  return Math.abs((answer as number) - (meanOf(raters) as number));
}
