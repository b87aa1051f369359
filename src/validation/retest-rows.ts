import type { FaceMeasurement, Side } from "../domain/measurement.ts";
import type { PassportRow } from "../domain/passport.ts";
import { pearsonStatistic } from "../domain/statistics/correlation.ts";
import { type Measurer, unitsOf } from "./action-unit-rows.ts";
import { ALTERATIONS, MIRRORED } from "./altered-images.ts";
import { calls, type LabelledFace, ofToolbox, rowMaker, strengthOf, topOf } from "./labelled-faces.ts";

/** A face with what one toolbox measured on it and on its changed image. */
interface Pair {
  readonly face: LabelledFace;
  readonly before: FaceMeasurement;
  /** `null` where the face was not found again. */
  readonly after: FaceMeasurement | null;
}

/** What stays the same when the image is changed and the expression is not. */
export function retestRows(faces: readonly LabelledFace[], toolbox: Measurer, seed: number): PassportRow[] {
  const { mean } = rowMaker("test-retest", toolbox.id, seed);
  return ALTERATIONS.flatMap((change) => {
    const pairs = pairsOf(faces, toolbox, change);
    if (pairs.length === 0) return [];
    const them = pairs.map(({ face }) => face);
    const overUnits = (compare: (pair: Pair & { after: FaceMeasurement }, au: string) => number | null) =>
      pairs.map(({ after, ...pair }) => {
        if (after === null) return null;
        const values = unitsOf(toolbox).flatMap((au) => compare({ ...pair, after }, au) ?? []);
        return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
      });
    return [
      mean(
        change,
        "face found again",
        them,
        pairs.map(({ after }) => (after === null ? 0 : 1)),
      ),
      mean(
        change,
        "action units called the same",
        them,
        overUnits(({ before, after }, au) => {
          const [first, second] = [calls(before, au), calls(after, au)];
          return first === undefined || second === undefined ? null : Number(first === second);
        }),
      ),
      mean(
        change,
        "mean change of an action unit",
        them,
        overUnits(({ before, after }, au) => {
          const [first, second] = [strengthOf(before, au), strengthOf(after, au)];
          return first === undefined || second === undefined ? null : Math.abs(first - second);
        }),
      ),
      mean(change, "same expression read", them, pairs.map(sameExpression)),
    ];
  });
}

function pairsOf(faces: readonly LabelledFace[], toolbox: Measurer, change: string): Pair[] {
  return faces.flatMap((face) => {
    const before = ofToolbox(face.measured.measurements, toolbox.id);
    const form = face.measured.altered.find(({ name }) => name === change);
    if (before === undefined || form === undefined) return [];
    return [{ face, before, after: ofToolbox(form.measurements, toolbox.id) ?? null }];
  });
}

function sameExpression({ before, after }: Pair): number | null {
  const [first, second] = [before, after].map((one) => topOf(one?.expressions[0]?.distribution ?? [])?.label);
  return first === undefined || second === undefined ? null : Number(first === second);
}

/**
 * How far the difference between left and right is the face's: its correlation with what it should be in the mirrored
 * image, where the sides have changed places.
 */
export function asymmetryRows(faces: readonly LabelledFace[], toolbox: Measurer, seed: number): PassportRow[] {
  const { row } = rowMaker("asymmetry", toolbox.id, seed);
  const pairs = pairsOf(faces, toolbox, MIRRORED);
  return unitsOf(toolbox).flatMap((au) => {
    const both = pairs.flatMap(({ face, before, after }) => {
      const [first, second] = [lean(before, au), after === null ? undefined : lean(after, au)];
      return first === undefined || second === undefined ? [] : [{ face, first, second: -second }];
    });
    if (both.length === 0) return [];
    const statistic = pearsonStatistic(
      both.map(({ first }) => first),
      both.map(({ second }) => second),
    );
    return [
      row(
        au,
        "r with the mirrored image",
        both.map(({ face }) => face),
        statistic,
        pairs.length - both.length,
      ),
    ];
  });
}

/** The left side's value less the right side's. */
function lean(measurement: FaceMeasurement, au: string): number | undefined {
  const on = (side: Side) => measurement.actionUnits.find((unit) => unit.au === au && unit.side === side)?.value;
  const [left, right] = [on("left"), on("right")];
  return left === undefined || right === undefined ? undefined : left - right;
}
