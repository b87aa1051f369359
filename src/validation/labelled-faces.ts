import type { LabelProbability } from "../domain/labels.ts";
import type { ActionUnitMeasurement, FaceMeasurement } from "../domain/measurement.ts";
import type { PassportRow } from "../domain/passport.ts";
import { presenceOf, presenceOnSide } from "../domain/presence.ts";
import { shareOfScale } from "../domain/scale-range.ts";
import { type Estimate, estimate } from "../domain/statistics/estimate.ts";
import { meanStatistic, type WeightedStatistic } from "../domain/statistics/weighted-statistic.ts";
import type { MeasuredFace } from "./measured-face.ts";
import type { Truth } from "./read-truth.ts";

/** One face as people labelled it and as it was measured. */
export interface LabelledFace {
  readonly truth: Truth;
  readonly measured: MeasuredFace;
}

/** Makes rows of one section and source, with intervals over subjects. */
interface RowMaker {
  /** Of a statistic over these faces, in their order. @param unscored faces that it says nothing of. */
  row(
    of: string,
    measure: string,
    faces: readonly LabelledFace[],
    statistic: WeightedStatistic,
    unscored?: number,
  ): PassportRow;
  /** Of the mean of a number of each face; `null` is unscored. */
  mean(of: string, measure: string, faces: readonly LabelledFace[], values: readonly (number | null)[]): PassportRow;
}

/** Enough for an interval with two digits, on each of a few hundred numbers. */
const RESAMPLES = 2000;

/** @param source toolbox, network or judge that the rows are of. */
export function rowMaker(section: PassportRow["section"], source: string, seed: number): RowMaker {
  const made = (of: string, measure: string, counted: Estimate): PassportRow => ({
    ...{ section, source, of, measure },
    estimate: counted,
  });
  const row: RowMaker["row"] = (of, measure, faces, statistic, unscored = 0) =>
    made(of, measure, overSubjects(statistic, faces, { unscored, seed }));
  return {
    row,
    mean(of, measure, faces, values) {
      const scored = faces.flatMap((face, index) => {
        const value = values[index];
        return value === null || value === undefined ? [] : [{ face, value }];
      });
      return row(
        of,
        measure,
        scored.map(({ face }) => face),
        meanStatistic(scored.map(({ value }) => value)),
        faces.length - scored.length,
      );
    },
  };
}

function overSubjects(
  statistic: WeightedStatistic,
  faces: readonly LabelledFace[],
  { unscored, seed }: { readonly unscored: number; readonly seed: number },
): Estimate {
  const clusters = faces.map(({ truth }) => truth.subject);
  return estimate(statistic, faces.length, { clusters, unscored, seed, resamples: RESAMPLES });
}

/** What a toolbox measured on a face. */
export function ofToolbox(measurements: readonly FaceMeasurement[], toolbox: string): FaceMeasurement | undefined {
  return measurements.find((one) => one.toolbox === toolbox);
}

/** The value of an action unit on the whole face, 0 to 1: the stronger side where it has sides alone. */
export function strengthOf(measurement: FaceMeasurement, au: string): number | undefined {
  const all = measurement.actionUnits.filter((unit) => unit.au === au);
  const graded = all.filter(({ scale }) => scale !== "binary");
  const units = graded.length > 0 ? graded : all;
  const whole = units.filter(({ side }) => side === "both");
  const values = (whole.length > 0 ? whole : units).map(({ value, scale }) => shareOfScale(value, scale));
  return values.length === 0 ? undefined : Math.max(...values);
}

/** Whether a toolbox calls an action unit present; `undefined` where it did not measure it. */
export function calls(measurement: FaceMeasurement, au: string): boolean | undefined {
  const units = measurement.actionUnits.filter((unit) => unit.au === au);
  return units.length === 0 ? undefined : presenceOnSide(units.map(withPresence), "both") === "present";
}

function withPresence(unit: ActionUnitMeasurement) {
  return { side: unit.side, presence: presenceOf(unit) };
}

/** The sources of expressions that are judges. */
export function judgesOf(faces: readonly LabelledFace[]): ReadonlySet<string> {
  return new Set(faces.flatMap(({ measured }) => measured.readings.map(({ source }) => source)));
}

/** What each source reads in a face: judges from all that was measured, and every classifier of every toolbox. */
export function readingsOf({ readings, measurements }: MeasuredFace): ReadonlyMap<string, readonly LabelProbability[]> {
  const own = measurements.flatMap(({ expressions }) =>
    expressions.map(({ source, distribution }) => [source, distribution] as const),
  );
  const judged = readings.flatMap(({ source, distribution }) =>
    distribution.length === 0 ? [] : [[source, distribution] as const],
  );
  return new Map([...judged, ...own]);
}

export function topOf(distribution: readonly LabelProbability[]): LabelProbability | undefined {
  return [...distribution].sort((a, b) => b.probability - a.probability)[0];
}
