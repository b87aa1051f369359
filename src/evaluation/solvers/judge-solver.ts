import { ask } from "../../ask.ts";
import type { Report } from "../../domain/report.ts";
import type { EvalFile } from "../file/eval-file.ts";
import { type Solver, StimulusUnavailable } from "../solver.ts";
import { answerOfReport } from "./answer-of-report.ts";
import { type ConditionDependencies, identityOfParts, providerOfModel } from "./condition-dependencies.ts";

/** Rules and the form of the answer; measured evidence; one image at 1280 px; one exemplar with image. Rough. */
const TOKENS = { rules: 3500, evidence: 1800, image: 1100, exemplar: 1300, answer: 1400 } as const;

/** Judges images exactly as `kuleshov ask` does. */
export function createJudgeSolver(
  file: EvalFile,
  labels: readonly string[],
  conditions: ConditionDependencies,
): Solver {
  return {
    async identify(condition) {
      const dependencies = await conditions.partsFor(condition, 0);
      return {
        task: "judge",
        question: file.question ?? null,
        labels,
        exemplars: conditions.exemplarsOf(condition),
        dependencies: identityOfParts(dependencies),
      };
    },
    estimate: async ({ shots, evidence }) => ({
      inputTokens: TOKENS.rules + TOKENS.image + (evidence === "none" ? 0 : TOKENS.evidence) + shots * TOKENS.exemplar,
      outputTokens: TOKENS.answer,
    }),
    provider: ({ model }) => providerOfModel(model),
    isFree: (condition) => conditions.isFree(condition),
    async solve({ condition, sample, seed }, stimulus, signal) {
      if (stimulus === null) throw new StimulusUnavailable("The sample has no image to judge");
      const dependencies = await conditions.partsFor(condition, seed);
      const startedAt = performance.now();
      const question = sample.question ?? file.question;
      const report = await ask(
        {
          image: stimulus.path,
          ...(question === undefined ? {} : { question }),
          context: sample.context,
          labels: labels.length === 0 ? null : labels,
        },
        dependencies,
        signal,
      );
      const { tokens, model } = report.provenance;
      return {
        answer: answerOfReport(report, stimulus.region),
        usage: {
          inputTokens: tokens.input,
          outputTokens: tokens.output,
          latencyMs: performance.now() - startedAt,
        },
        fingerprint: model.fingerprint,
        detail: withoutLandmarks(report),
      };
    },
  };
}

/** Landmarks are most of a report's size and can be measured again. */
function withoutLandmarks(report: Report): Report {
  return {
    ...report,
    faces: report.faces.map((face) => ({
      ...face,
      measurements: face.measurements.map((measurement) => ({ ...measurement, landmarks: null })),
    })),
  };
}
