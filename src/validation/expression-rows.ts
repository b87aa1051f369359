import type { LabelProbability } from "../domain/labels.ts";
import type { PassportRow } from "../domain/passport.ts";
import type { ScoreTable } from "../domain/score-table.ts";
import { smoothedKl } from "../domain/statistics/divergence.ts";
import { calibrationErrorStatistic, reliabilityBins } from "../evaluation/metrics/calibration.ts";
import { averageRecallStatistic, confusionMatrix, macroF1Statistic } from "../evaluation/metrics/classification.ts";
import { type LabelledFace, readingsOf, rowMaker, topOf } from "./labelled-faces.ts";

/** Mass that is spread over all labels, so that one which a source has ruled out costs much but not all. */
const FLOOR = 0.001;

/** One source's readings against labels and votes. */
export function expressionRows(
  faces: readonly LabelledFace[],
  source: string,
  seed: number,
): { readonly rows: PassportRow[]; readonly tables: ScoreTable[] } {
  const maker = rowMaker("expressions", source, seed);
  const labelled = faces.filter(({ truth }) => truth.label !== null);
  const compared = labelled.flatMap((face) => {
    const top = topOf(readingsOf(face.measured).get(source) ?? []);
    return top === undefined ? [] : [{ face, truth: face.truth.label as string, ...top }];
  });
  const unscored = labelled.length - compared.length;
  const them = compared.map(({ face }) => face);
  const [truth, said] = [compared.map((one) => one.truth), compared.map(({ label }) => label)];
  const answers = compared.map((one) => ({ confidence: one.probability, correct: one.label === one.truth }));
  const voted = faces.filter((face) => face.truth.votes !== null);
  const title = (what: string) => `${what}: ${source}`;
  return {
    rows: [
      ...(labelled.length === 0
        ? []
        : [
            maker.mean(
              "",
              "accuracy",
              labelled,
              labelled.map((face) => rightness(face, source)),
            ),
            maker.row("", "mean recall", them, averageRecallStatistic(truth, said), unscored),
            maker.row("", "macro F1", them, macroF1Statistic(truth, said), unscored),
            maker.row("", "ECE", them, calibrationErrorStatistic(answers), unscored),
          ]),
      ...(voted.length === 0
        ? []
        : [
            maker.mean(
              "",
              "KL from votes",
              voted,
              voted.map((face) => divergence(face, readingsOf(face.measured).get(source))),
            ),
          ]),
      ...[...new Set(labelled.map((face) => face.truth.label as string))].sort().map((label) => {
        const shown = labelled.filter((face) => face.truth.label === label);
        return maker.mean(
          label,
          "recall",
          shown,
          shown.map((face) => rightness(face, source)),
        );
      }),
    ],
    tables:
      compared.length === 0
        ? []
        : [
            { type: "confusion", title: title("What each label was read as"), ...confusionMatrix(truth, said) },
            { type: "reliability", title: title("How often it is right when so sure"), bins: reliabilityBins(answers) },
          ],
  };
}

/** 1 where a source reads the label that people gave, 0 where another; `null` where either is missing. */
export function rightness({ truth, measured }: LabelledFace, source: string): number | null {
  const top = topOf(readingsOf(measured).get(source) ?? []);
  if (top === undefined || truth.label === null) return null;
  return top.label === truth.label ? 1 : 0;
}

/** KL(votes || reading) in nats. */
function divergence({ truth }: LabelledFace, reading: readonly LabelProbability[] | undefined): number | null {
  if (truth.votes === null || reading === undefined) return null;
  const bits = smoothedKl(truth.votes, reading, { floor: FLOOR });
  return bits === null ? null : bits * Math.LN2;
}
