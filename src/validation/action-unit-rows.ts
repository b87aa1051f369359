import type { PassportRow } from "../domain/passport.ts";
import { pearsonStatistic } from "../domain/statistics/correlation.ts";
import {
  areaUnderCurveStatistic,
  facsAgreementIndex,
  presenceF1Statistic,
} from "../evaluation/metrics/action-units.ts";
import { calibrationErrorStatistic } from "../evaluation/metrics/calibration.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import { calls, type LabelledFace, ofToolbox, rowMaker, strengthOf } from "./labelled-faces.ts";
import { isShown } from "./read-truth.ts";

/** A toolbox as far as its numbers are held against codes. */
export type Measurer = Pick<FerToolbox, "id" | "supports">;

/** The action units that a toolbox supports, in their order. */
export function unitsOf({ supports }: Measurer): string[] {
  return [...new Set(supports.actionUnits.map(({ au }) => au))].sort((a, b) => Number(a.slice(2)) - Number(b.slice(2)));
}

/** Each action unit of a toolbox against codes: AUC, F1, ECE, and r with coded intensities. */
export function actionUnitRows(faces: readonly LabelledFace[], toolbox: Measurer, seed: number): PassportRow[] {
  const { row } = rowMaker("action units", toolbox.id, seed);
  return unitsOf(toolbox).flatMap((au) => {
    const coded = faces.flatMap((face) => {
      const { codes } = face.truth;
      const shown = codes === null ? undefined : isShown(codes, au);
      return codes === null || shown === undefined ? [] : [{ face, codes, shown }];
    });
    const compared = coded.flatMap(({ face, codes, shown }) => {
      const measurement = ofToolbox(face.measured.measurements, toolbox.id);
      const value = measurement === undefined ? undefined : strengthOf(measurement, au);
      if (measurement === undefined || value === undefined) return [];
      return [
        { face, shown, value, called: calls(measurement, au) === true, intensity: codes.values.get(au) ?? 0, codes },
      ];
    });
    if (compared.length === 0) return [];
    const them = compared.map(({ face }) => face);
    const unscored = coded.length - compared.length;
    const [shown, values] = [compared.map((one) => one.shown), compared.map(({ value }) => value)];
    const asChances = toolbox.supports.actionUnits.some((unit) => unit.au === au && unit.scale === "probability");
    const chances = compared.map((one) => ({ confidence: one.value, correct: one.shown }));
    const graded = compared.filter(({ codes }) => codes.scale === "intensity-0-5");
    return [
      row(au, "share shown", them, shareStatistic(shown), unscored),
      row(au, "AUC", them, areaUnderCurveStatistic(shown, values), unscored),
      row(
        au,
        "F1",
        them,
        presenceF1Statistic(
          shown,
          compared.map(({ called }) => called),
        ),
        unscored,
      ),
      ...(asChances ? [row(au, "ECE", them, calibrationErrorStatistic(chances), unscored)] : []),
      ...(graded.length === 0
        ? []
        : [
            row(
              au,
              "r with intensity",
              graded.map(({ face }) => face),
              pearsonStatistic(
                graded.map(({ value }) => value),
                graded.map(({ intensity }) => intensity),
              ),
              unscored,
            ),
          ]),
    ];
  });
}

function shareStatistic(shown: readonly boolean[]) {
  return (weights: Float64Array) => {
    let [sum, total] = [0, 0];
    shown.forEach((is, index) => {
      const weight = weights[index] as number;
      total += weight;
      if (is) sum += weight;
    });
    return total > 0 ? sum / total : null;
  };
}

/** Agreement index of one face, over the action units that a toolbox supports and that were coded. */
export function agreementOf({ truth, measured }: LabelledFace, toolbox: Measurer): number | null {
  const measurement = ofToolbox(measured.measurements, toolbox.id);
  const { codes } = truth;
  if (codes === null || measurement === undefined) return null;
  const units = unitsOf(toolbox).filter((au) => isShown(codes, au) !== undefined);
  return facsAgreementIndex(
    new Set(units.filter((au) => isShown(codes, au) === true)),
    new Set(units.filter((au) => calls(measurement, au) === true)),
  );
}

/** What a toolbox calls present on a face that shows nothing: action units that are not coded on it. */
export function falseCalls(face: LabelledFace, toolbox: Measurer): string[] | null {
  const measurement = ofToolbox(face.measured.measurements, toolbox.id);
  if (measurement === undefined) return null;
  return unitsOf(toolbox).filter((au) => calls(measurement, au) === true && !isCoded(face, au));
}

/** Whether a face was coded with an action unit. */
export function isCoded({ truth: { codes } }: LabelledFace, au: string): boolean {
  return codes !== null && isShown(codes, au) === true;
}

/** Whether a face is at rest: coded without any action unit, or labelled neutral. */
export function atRest({ truth: { codes, label } }: LabelledFace): boolean {
  const nothing = codes !== null && codes.rest === "absent" && codes.values.size === 0;
  return nothing || label === "neutral";
}
