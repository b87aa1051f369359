import { presenceOf } from "../../domain/presence.ts";
import type { Answer, AnsweredReading } from "../answer.ts";
import { NO_READING } from "../answer.ts";
import type { StudyMeasurement } from "../sample.ts";
import { type Solver, StimulusUnavailable } from "../solver.ts";

/**
 * Answers with what the toolboxes of a study measured, whoever measured it and whether or not its images are there: their
 * action units, the first of their expression readings, their valence and arousal. No model is asked.
 */
export function createMeasuredSolver(): Solver {
  return {
    identify: async () => ({ task: "measured" }),
    estimate: async () => ({ inputTokens: 0, outputTokens: 0 }),
    provider: () => "rules",
    isFree: () => true,
    async solve({ sample: { measured } }) {
      if (measured === undefined) {
        throw new StimulusUnavailable(
          "The sample is no face of a study: the task `measured` needs dataset.format: study",
        );
      }
      const usage = { inputTokens: 0, outputTokens: 0, latencyMs: 0 };
      return { answer: answerOf(measured), usage, fingerprint: null, detail: null };
    },
  };
}

function answerOf(measured: StudyMeasurement): Answer {
  const reading = readingOf(measured);
  const isSilent = reading.distribution === null && reading.valence === null && measured.actionUnits.length === 0;
  return {
    text: "as measured",
    integrated: reading,
    faceOnly: reading,
    contextOnly: NO_READING,
    explanation: "",
    claimedActionUnits: [],
    measuredActionUnits: measured.actionUnits
      .filter(({ side }) => side === "both")
      .map((unit) => {
        const { toolbox, au, value, scale } = unit;
        return { toolbox, au, value, scale, presence: presenceOf(unit) };
      }),
    verdicts: null,
    exemplars: [],
    choice: null,
    confidence: null,
    abstention: isSilent ? "Nothing was measured on this face" : null,
  };
}

function readingOf({ expressions, scores = [] }: StudyMeasurement): AnsweredReading {
  const share = (name: string) => {
    const found = scores.find((score) => score.name.toLowerCase() === name && typeof score.value === "number");
    const full = found === undefined ? undefined : FULL_SCALE[found.range];
    return found === undefined || full === undefined ? null : Math.max(-1, Math.min(1, Number(found.value) / full));
  };
  return {
    distribution: expressions[0]?.distribution ?? null,
    valence: share("valence"),
    arousal: share("arousal"),
  };
}

/** What a toolbox's scales from "fully negative" to "fully positive" end with; others are not read as valence. */
const FULL_SCALE: Readonly<Record<string, number>> = { "-1..1": 1, "-100..100": 100 };
