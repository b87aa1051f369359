import { identityOfModel } from "../../ask-dependencies.ts";
import { ConfigurationError } from "../../domain/errors.ts";
import { askStructured, type StructuredAnswer } from "../../judging/ask-structured.ts";
import { fillIn, type PromptFile, quoted } from "../../judging/prompt-library.ts";
import { recordReplies } from "../../judging/record-replies.ts";
import type { JudgeModel } from "../../ports/chat-model.ts";
import { NO_READING } from "../answer.ts";
import type { EvalFile } from "../file/eval-file.ts";
import { type Call, type Solution, type Solver, StimulusUnavailable, usageOf } from "../solver.ts";
import { type ConditionDependencies, providerOfModel } from "../solvers/condition-dependencies.ts";
import { JUDGED, RATINGS_ANSWER, readRatings } from "./judge-calls.ts";
import { gradesAnswer, readGrades } from "./rubric-calls.ts";

const TOKENS = { input: 700, output: 50, perCriterion: 60 } as const;

/** Rates explanations against a reference, and grades answers by a rubric, with a judge model. */
export function createAnswerJudge(file: EvalFile, conditions: ConditionDependencies): Solver {
  const isRubric = ({ prompt }: Call["condition"]) => prompt === JUDGED.rubric.prompt;
  return {
    async identify(condition) {
      const { model, prompts } = await conditions.partsFor(condition, 0);
      const { reference } = prompts.prompt(condition.prompt);
      const task = isRubric(condition) ? "rubric" : "emer";
      const { version } = file.judge ?? {};
      return { task, model: identityOfModel(model), prompt: reference, ...(version && { version }) };
    },
    estimate: async (condition) => ({
      inputTokens: TOKENS.input + (isRubric(condition) ? file.rubric.length * TOKENS.perCriterion : 0),
      outputTokens: isRubric(condition) ? file.rubric.length * TOKENS.perCriterion : TOKENS.output,
    }),
    provider: ({ model }) => providerOfModel(model),
    isFree: (condition) => conditions.isFree(condition),
    async solve(call, _stimulus, signal) {
      const { model, prompts } = await conditions.partsFor(call.condition, call.seed);
      if (model.id === "rules") {
        throw new ConfigurationError("The rules model cannot judge answers: set judge.model to a language model");
      }
      const startedAt = performance.now();
      const recorder = recordReplies();
      const asked = { model: recorder.of(model), prompt: prompts.prompt(call.condition.prompt) };
      const rated = isRubric(call.condition)
        ? await graded(call, { ...asked, file }, signal)
        : await ratedByEmer(call, asked, signal);
      refuseOtherVersion(file.judge?.version, rated.fingerprint);
      const said = "grades" in rated.value ? rated.value.grades : rated.value;
      return {
        ...solutionOf(said, rated, performance.now() - startedAt),
        detail: { said, replies: recorder.replies() },
      };
    },
  };
}

interface Asked {
  readonly model: JudgeModel;
  readonly prompt: PromptFile;
}

function ratedByEmer({ sample }: Call, { model, prompt }: Asked, signal?: AbortSignal) {
  if (sample.question === null || sample.statement === null) {
    throw new StimulusUnavailable("There is no pair of explanations to compare");
  }
  const text = fillIn(prompt, { reference: quoted(sample.question), candidate: quoted(sample.statement) });
  return askStructured(
    model,
    { parts: [{ type: "text", text }], answer: RATINGS_ANSWER, read: ({ json }) => readRatings(json) },
    signal,
  );
}

function graded(
  { variables = {} }: Call,
  { model, prompt, file }: Asked & { readonly file: EvalFile },
  signal?: AbortSignal,
) {
  return askStructured(
    model,
    {
      parts: [{ type: "text", text: fillIn(prompt, variables) }],
      answer: gradesAnswer(file.rubric),
      read: ({ json }) => readGrades(json, file.rubric),
    },
    signal,
  );
}

/** @throws {ConfigurationError} if a judge that is pinned by its version was another one: its grades compare with nothing. */
function refuseOtherVersion(version: string | undefined, ran: string | null): void {
  if (version === undefined || ran?.split(" ").includes(version)) return;
  throw new ConfigurationError(
    `The judge is to be ${version} (judge.version), and its server says that it ran ${ran ?? "what it does not name"}: ask for that one by judge.model, or change judge.version`,
  );
}

function solutionOf(
  said: object,
  { tokens, fingerprint }: Pick<StructuredAnswer<object>, "tokens" | "fingerprint">,
  latencyMs: number,
): Solution {
  return {
    answer: {
      text: JSON.stringify(said),
      integrated: NO_READING,
      faceOnly: NO_READING,
      contextOnly: NO_READING,
      explanation: "By the judge model",
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
