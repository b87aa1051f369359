import { identityOfModel } from "../../ask-dependencies.ts";
import { ConfigurationError } from "../../domain/errors.ts";
import { askStructured, type StructuredAnswer } from "../../judging/ask-structured.ts";
import { fillIn, quoted } from "../../judging/prompt-library.ts";
import { recordReplies } from "../../judging/record-replies.ts";
import { NO_READING } from "../answer.ts";
import { type Solution, type Solver, StimulusUnavailable, usageOf } from "../solver.ts";
import { type ConditionDependencies, providerOfModel } from "../solvers/condition-dependencies.ts";
import { type EmerRatings, RATINGS_ANSWER, readRatings } from "./judge-calls.ts";

const TOKENS = { input: 700, output: 50 } as const;

/** Rates explanations by a judge model: the reference is the call's question, the candidate its statement. */
export function createEmerSolver(conditions: ConditionDependencies): Solver {
  return {
    async identify(condition) {
      const { model, prompts } = await conditions.partsFor(condition, 0);
      const { reference } = prompts.prompt("eval-emer");
      return { task: "emer", model: identityOfModel(model), prompt: reference };
    },
    estimate: async () => ({ inputTokens: TOKENS.input, outputTokens: TOKENS.output }),
    provider: ({ model }) => providerOfModel(model),
    isFree: (condition) => conditions.isFree(condition),
    async solve({ condition, sample, seed }, _stimulus, signal) {
      const { model, prompts } = await conditions.partsFor(condition, seed);
      if (model.id === "rules") {
        throw new ConfigurationError("The rules model cannot judge explanations: set judge.model to a language model");
      }
      if (sample.question === null || sample.statement === null) {
        throw new StimulusUnavailable("There is no pair of explanations to compare");
      }
      const texts = { reference: quoted(sample.question), candidate: quoted(sample.statement) };
      const startedAt = performance.now();
      const text = fillIn(prompts.prompt("eval-emer"), texts);
      const recorder = recordReplies();
      const rated = await askStructured(
        recorder.of(model),
        { parts: [{ type: "text", text }], answer: RATINGS_ANSWER, read: ({ json }) => readRatings(json) },
        signal,
      );
      const solution = solutionOf(rated, performance.now() - startedAt);
      return { ...solution, detail: { ratings: rated.value, replies: recorder.replies() } };
    },
  };
}

type Rated = StructuredAnswer<EmerRatings | { readonly problem: string }>;

function solutionOf({ value: ratings, tokens, fingerprint }: Rated, latencyMs: number): Solution {
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
    usage: usageOf(tokens, latencyMs),
    fingerprint,
    detail: null,
  };
}
