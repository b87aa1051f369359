import type { BaseMessage } from "@langchain/core/messages";
import { userMessage } from "../../agent/messages.ts";
import { createTraceRecorder } from "../../agent/trace-recorder.ts";
import { ConfigurationError, JudgmentError } from "../../domain/errors.ts";
import { fillIn, quoted } from "../../judging/prompt-library.ts";
import { NO_READING } from "../answer.ts";
import { type Solution, type Solver, StimulusUnavailable } from "../solver.ts";
import { type ConditionDependencies, isFreeModel, providerOfModel } from "../solvers/condition-dependencies.ts";
import { type EmerRatings, readRatings } from "./emer-ratings.ts";

const TOKENS = { input: 700, output: 50 } as const;

/** Rates explanations by a judge model: the reference is the call's question, the candidate its statement. */
export function createEmerSolver(conditions: ConditionDependencies): Solver {
  return {
    async identify(condition) {
      const { model, prompts } = await conditions.partsFor(condition, 0);
      const { reference } = prompts.prompt("eval-emer");
      return { task: "emer", model: model.id, temperature: model.temperature, prompt: reference };
    },
    estimate: async () => ({ inputTokens: TOKENS.input, outputTokens: TOKENS.output }),
    provider: ({ model }) => providerOfModel(model),
    isFree: ({ model }) => isFreeModel(model),
    async solve({ condition, sample, seed }, _stimulus, signal) {
      const { model, prompts } = await conditions.partsFor(condition, seed);
      if (model.id === "rules") {
        throw new ConfigurationError("The rules model cannot judge explanations: set judge.model to a language model");
      }
      if (sample.question === null || sample.statement === null) {
        throw new StimulusUnavailable("There is no pair of explanations to compare");
      }
      const texts = { reference: quoted(sample.question), candidate: quoted(sample.statement) };
      const messages: BaseMessage[] = [
        userMessage([{ type: "text", text: fillIn(prompts.prompt("eval-emer"), texts) }]),
      ];
      const trace = createTraceRecorder(model.id);
      const startedAt = performance.now();
      let problem = "";
      for (let attempt = 1; attempt <= 2; attempt++) {
        const reply = await model.chat.invoke(messages, signal === undefined ? {} : { signal });
        trace.model(reply, 0);
        const ratings = readRatings(reply.text);
        if (!("problem" in ratings)) return solutionOf(ratings, trace, performance.now() - startedAt);
        problem = ratings.problem;
        messages.push(
          reply,
          userMessage([{ type: "text", text: `That cannot be used: ${problem}. Reply again, as asked for.` }]),
        );
      }
      throw new JudgmentError(`The judge's ratings stayed unusable: ${problem}`, [problem]);
    },
  };
}

function solutionOf(ratings: EmerRatings, trace: ReturnType<typeof createTraceRecorder>, latencyMs: number): Solution {
  const { input, output } = trace.tokens();
  return {
    answer: {
      text: JSON.stringify(ratings),
      integrated: NO_READING,
      faceOnly: NO_READING,
      contextOnly: NO_READING,
      explanation: "Ratings by the judge model",
      claimedActionUnits: [],
      measuredActionUnits: [],
      verdicts: null,
      exemplars: [],
      choice: null,
      confidence: null,
      abstention: null,
    },
    usage: { inputTokens: input, outputTokens: output, latencyMs },
    fingerprint: trace.fingerprint(),
    detail: ratings,
  };
}
