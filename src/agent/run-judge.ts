import { ProviderError } from "../domain/errors.ts";
import type { ImageView } from "../domain/image-view.ts";
import { Judgment } from "../domain/judgment.ts";
import type { Question, ShownExemplar } from "../domain/question.ts";
import type { PromptReference, TraceStep } from "../domain/report.ts";
import { type AnswerInstruction, buildPrompt } from "../judging/build-prompt.ts";
import { judge, type Verdict } from "../judging/judge.ts";
import type { PromptLibrary } from "../judging/prompt-library.ts";
import type { JudgeModel } from "../ports/chat-model.ts";
import type { AgentTool, Desk } from "./agent-tool.ts";
import { type AnswerShape, jsonSchemaOf } from "./answer-format.ts";
import { type ConversationLimits, openConversation } from "./conversation.ts";
import { type ModelMode, retreat, type Stance, stanceFor } from "./call-plan.ts";
import type { TokenUse } from "./trace-recorder.ts";

/** What the model thinks about. */
export interface Thinking {
  readonly question: Question;
  readonly desk: Desk;
  /** The picture as it is shown; `null` for a model that cannot see. */
  readonly picture: ImageView | null;
  readonly exemplars: readonly ShownExemplar[];
}

export interface ThinkingParts {
  readonly model: JudgeModel;
  readonly prompts: PromptLibrary;
  readonly tools: readonly AgentTool[];
  /** `null`: as the model's capabilities allow. */
  readonly mode: ModelMode | null;
  readonly limits?: ConversationLimits;
}

export interface Thought extends Verdict {
  readonly mode: ModelMode;
  /** Whether the model was shown the picture. */
  readonly vision: boolean;
  /** Whether it was sent at all, also to a server that then turned pictures down. */
  readonly pictureSent: boolean;
  readonly trace: readonly TraceStep[];
  readonly tokens: TokenUse;
  readonly fingerprint: string | null;
  readonly prompts: readonly PromptReference[];
}

export const JUDGMENT_ANSWER: AnswerShape = {
  name: "judgment",
  description: "The whole judgment of this picture.",
  schema: Judgment,
};

/** Enough for a crowd: some looks at each of a dozen faces, a repair and a second thought. */
const DEFAULT_LIMITS: ConversationLimits = { modelCalls: 24, toolCalls: 60 };

/**
 * Lets the model judge, in an agent loop with tools or in a single pass, as its server says it can. A server that turns
 * something down after all (tools, pictures, a schema) is asked again without it, and the report says so.
 *
 * @throws {ProviderError} if the server fails. @throws {JudgmentError} if no usable judgment comes of it.
 */
export async function think(thinking: Thinking, parts: ThinkingParts, signal?: AbortSignal): Promise<Thought> {
  const warnings: string[] = [];
  let stance = stanceFor(parts.model, parts.mode);
  const pictureSent = stance.vision;
  for (;;) {
    try {
      const thought = await thinkOnce(thinking, { ...parts, stance }, signal);
      return { ...thought, pictureSent, warnings: [...stance.warnings, ...warnings, ...thought.warnings] };
    } catch (error) {
      const retreated = error instanceof ProviderError ? retreat(stance, error, parts.mode) : undefined;
      if (retreated === undefined) throw error;
      warnings.push(retreated.warning);
      stance = retreated.stance;
    }
  }
}

async function thinkOnce(
  { question, desk, picture, exemplars }: Thinking,
  { model, prompts, stance, limits = DEFAULT_LIMITS, ...parts }: ThinkingParts & { stance: Stance },
  signal?: AbortSignal,
): Promise<Omit<Thought, "pictureSent">> {
  const { mode, vision, format } = stance;
  const tools = mode === "agent" ? parts.tools.filter((tool) => vision || !tool.needsVision) : [];
  const prompt = buildPrompt(
    {
      question,
      image: desk.image,
      ledger: desk.ledger,
      picture: vision ? picture : null,
      exemplars: vision ? exemplars : exemplars.map((exemplar) => ({ ...exemplar, view: null })),
      withTools: mode === "agent",
      answer: answerInstruction(format),
    },
    prompts,
  );
  const { system, user, references } = prompt;
  const conversation = openConversation({
    model,
    system,
    answer: JUDGMENT_ANSWER,
    format,
    vision,
    limits,
    tools,
    desk,
  });
  const task = { question: user, ledger: desk.ledger, labels: question.labels, prompts };
  const verdict = await judge(conversation, task, signal);
  return {
    ...verdict,
    mode,
    vision,
    trace: conversation.trace(),
    tokens: conversation.tokens(),
    fingerprint: conversation.fingerprint(),
    prompts: [...references, ...verdict.prompts, ...tools.map(({ reference }) => reference)],
  };
}

function answerInstruction(format: Stance["format"]): AnswerInstruction {
  if (format === "tool") return { type: "tool", tool: JUDGMENT_ANSWER.name };
  if (format === "provider") return { type: "provider" };
  return { type: "text", schema: JSON.stringify(jsonSchemaOf(Judgment)) };
}
