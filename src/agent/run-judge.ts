import { KuleshovError, ProviderError } from "../domain/errors.ts";
import type { ImageView } from "../domain/image.ts";
import { Judgment } from "../domain/judgment.ts";
import type { Question, ShownExemplar } from "../domain/question.ts";
import type { PromptReference, Sent, TraceStep } from "../domain/report.ts";
import { NO_TOKENS, sumOfTokens, type TokenUse } from "../domain/token-use.ts";
import { type AnswerShape, jsonSchemaOf } from "../judging/answer-format.ts";
import { type AnswerInstruction, buildPrompt } from "../judging/build-prompt.ts";
import { judge, type Verdict } from "../judging/judge.ts";
import type { PromptLibrary } from "../judging/prompt-library.ts";
import type { JudgeModel } from "../ports/chat-model.ts";
import type { AgentTool, ToolContext } from "./agent-tool.ts";
import { type CallPlan, callPlanFor, downgrade, type ModelMode } from "./call-plan.ts";
import { type ConversationLimits, openConversation } from "./conversation.ts";
import type { ToolProgress } from "./trace-recorder.ts";
import { createTransferRecorder, type TransferRecorder } from "./transfer.ts";

/** What the model thinks about. */
interface Thinking {
  readonly question: Question;
  readonly toolContext: ToolContext;
  /** The image as it is shown; `null` for a model that cannot see. */
  readonly shown: ImageView | null;
  readonly exemplars: readonly ShownExemplar[];
  /** Told before a tool is called. */
  readonly onTool?: ((call: ToolProgress) => void) | undefined;
}

interface JudgeDependencies {
  readonly model: JudgeModel;
  readonly prompts: PromptLibrary;
  readonly tools: readonly AgentTool[];
  /** `null`: as the model's capabilities allow. */
  readonly mode: ModelMode | null;
  readonly limits?: ConversationLimits;
}

interface JudgeRun extends Verdict {
  readonly mode: ModelMode;
  /** Whether the model was shown the image. */
  readonly vision: boolean;
  /** Whether it was sent at all, also to a server that then turned images down. */
  readonly imageSent: boolean;
  /** What went to its server; `null` when nothing did. */
  readonly sent: Sent | null;
  readonly trace: readonly TraceStep[];
  readonly tokens: TokenUse;
  readonly fingerprint: string | null;
  readonly prompts: readonly PromptReference[];
}

export const JUDGMENT_ANSWER: AnswerShape = {
  name: "judgment",
  description: "The whole judgment of this image.",
  schema: Judgment,
};

/** Enough for a crowd: some looks at each of a dozen faces, a repair and a second thought. */
const DEFAULT_LIMITS: ConversationLimits = { modelCalls: 24, toolCalls: 60 };

/**
 * Lets the model judge, in an agent loop with tools or in a single pass, as its server says it can. A server that turns
 * something down after all (tools, images, a schema) is asked again without it, and the report says so.
 *
 * @throws {ProviderError} if the server fails. @throws {JudgmentError} if no usable judgment comes of it.
 */
export async function runJudge(
  thinking: Thinking,
  dependencies: JudgeDependencies,
  signal?: AbortSignal,
): Promise<JudgeRun> {
  const warnings: string[] = [];
  const { model, mode: forced } = dependencies;
  let plan = callPlanFor(model, forced);
  let spent = NO_TOKENS;
  const imageSent = plan.vision;
  const transfer = createTransferRecorder(model);
  for (;;) {
    try {
      const judgeRun = await thinkOnce(thinking, { ...dependencies, plan, transfer }, signal);
      const tokens = sumOfTokens(spent, judgeRun.tokens);
      const unread = plan.mode === "agent" ? facesUnread(thinking, judgeRun) : [];
      if (unread.length > 0 && judgeRun.facesRead.size === 0 && forced === null) {
        warnings.push(`${model.id} read the measurements of no face: they were put into its prompt`);
        spent = tokens;
        plan = { ...plan, mode: "single-pass" };
        continue;
      }
      warnings.push(...aboutUnread(unread, judgeRun));
      const sent = await transfer.whole();
      return { ...judgeRun, imageSent, sent, tokens, warnings: [...plan.warnings, ...warnings, ...judgeRun.warnings] };
    } catch (error) {
      if (!(error instanceof KuleshovError)) throw error;
      spent = sumOfTokens(spent, error.spent ?? NO_TOKENS);
      error.spent = spent;
      if (!(error instanceof ProviderError)) throw error;
      const downgraded = downgrade(plan, error.rejects, { model, forced });
      if (downgraded === undefined) throw error;
      warnings.push(downgraded.warning);
      plan = downgraded.plan;
    }
  }
}

type OneRun = Omit<JudgeRun, "imageSent" | "sent"> & { readonly facesRead: ReadonlySet<string> };

/** Faces that were measured and that a loop with tools has come to a judgment without. */
function facesUnread({ toolContext }: Thinking, { facesRead }: OneRun): readonly string[] {
  return toolContext.ledger
    .faces()
    .map(({ faceId }) => faceId)
    .filter((faceId) => !facesRead.has(faceId));
}

function aboutUnread(unread: readonly string[], { facesRead }: OneRun): readonly string[] {
  if (unread.length === 0) return [];
  if (facesRead.size === 0) return ["The model read the measurements of no face: its judgment rests on none"];
  return [`The model did not read the measurements of ${unread.join(", ")}`];
}

async function thinkOnce(
  { question, toolContext, shown, exemplars, onTool }: Thinking,
  {
    model,
    prompts,
    plan,
    limits = DEFAULT_LIMITS,
    transfer,
    ...dependencies
  }: JudgeDependencies & {
    plan: CallPlan;
    transfer: TransferRecorder;
  },
  signal?: AbortSignal,
): Promise<OneRun> {
  const { mode, vision, severalImages, imagesAfterTools, format } = plan;
  const seesSeveral = vision && severalImages;
  const seesViews = seesSeveral && imagesAfterTools;
  const tools = mode === "agent" ? dependencies.tools.filter((tool) => seesViews || !tool.needsVision) : [];
  const prompt = buildPrompt(
    {
      question,
      image: toolContext.image,
      ledger: toolContext.ledger,
      shown: vision ? shown : null,
      exemplars: seesSeveral ? exemplars : exemplars.map((exemplar) => ({ ...exemplar, view: null })),
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
    vision: seesViews,
    limits,
    tools,
    toolContext,
    transfer,
    onTool,
  });
  const task = { question: user, ledger: toolContext.ledger, labels: question.labels, prompts };
  const verdict = await judge(conversation, task, signal).catch((error: unknown) => {
    // An answer that stayed unusable is paid for all the same.
    if (error instanceof KuleshovError) error.spent ??= conversation.tokens();
    throw error;
  });
  return {
    ...verdict,
    mode,
    vision,
    trace: conversation.trace(),
    facesRead: conversation.facesRead(),
    tokens: conversation.tokens(),
    fingerprint: conversation.fingerprint(),
    prompts: [...references, ...verdict.prompts, ...tools.map(({ reference }) => reference)],
  };
}

function answerInstruction(format: CallPlan["format"]): AnswerInstruction {
  if (format === "as-tool") return { type: "tool", tool: JUDGMENT_ANSWER.name };
  if (format === "none") return { type: "text", schema: JSON.stringify(jsonSchemaOf(Judgment)) };
  return { type: "provider" };
}
