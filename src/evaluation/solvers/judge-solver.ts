import { ask } from "../../ask.ts";
import type { Report } from "../../domain/report.ts";
import type { EvalFile } from "../file/eval-file.ts";
import { type Solver, StimulusUnavailable } from "../solver.ts";
import { answerOfReport } from "./answer-of-report.ts";
import { type ConditionParts, identityOfParts, isFreeModel, providerOfModel } from "./condition-parts.ts";

/** Rules and the form of the answer; measured evidence; one picture at 1280 px; one exemplar with picture. Rough. */
const TOKENS = { rules: 3500, evidence: 1800, picture: 1100, exemplar: 1300, answer: 1400 } as const;

/** Judges pictures exactly as `kuleshov ask` does. */
export function createJudgeSolver(file: EvalFile, labels: readonly string[], conditions: ConditionParts): Solver {
  return {
    async identify(condition) {
      const parts = await conditions.partsFor(condition, 0);
      return {
        task: "judge",
        question: file.question ?? null,
        labels,
        exemplars: conditions.exemplarsOf(condition),
        parts: identityOfParts(parts),
      };
    },
    estimate: async ({ shots, evidence }) => ({
      inputTokens:
        TOKENS.rules + TOKENS.picture + (evidence === "none" ? 0 : TOKENS.evidence) + shots * TOKENS.exemplar,
      outputTokens: TOKENS.answer,
    }),
    provider: ({ model }) => providerOfModel(model),
    isFree: ({ model }) => isFreeModel(model),
    async solve({ condition, sample, seed }, stimulus, signal) {
      if (stimulus === null) throw new StimulusUnavailable("The sample has no picture to judge");
      const parts = await conditions.partsFor(condition, seed);
      const startedAt = performance.now();
      const question = sample.question ?? file.question;
      const report = await ask(
        {
          picture: stimulus.path,
          ...(question === undefined ? {} : { question }),
          context: sample.context,
          labels: labels.length === 0 ? null : labels,
        },
        parts,
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
