import { ProviderError } from "../domain/errors.ts";
import type { EvidenceLedger } from "../domain/evidence-ledger.ts";
import type { ClipView, ImageView } from "../domain/image.ts";
import { ClipJudgment, ImageJudgment } from "../domain/judgment.ts";
import type { Question, ShownExemplar } from "../domain/question.ts";
import { textTokens } from "../domain/token-use.ts";
import { evidenceLines } from "../evidence/render-evidence.ts";
import { type AnswerShape, jsonSchemaOf } from "../judging/answer-format.ts";
import { BRIEF_ANSWER } from "../judging/brief-judgment.ts";
import { type AnswerInstruction, buildPrompt } from "../judging/build-prompt.ts";
import type { PromptLibrary } from "../judging/prompt-library.ts";
import type { JudgeModel } from "../ports/chat-model.ts";
import type { AgentTool, ToolContext } from "./agent-tool.ts";
import type { CallPlan, ModelMode } from "./call-plan.ts";
import type { ConversationLimits } from "./conversation.ts";
import { answerTokens, type Economy, economies, imageTokens, promptTokens } from "./fit-context.ts";
import { toolsOn } from "./tool-list.ts";
import type { ToolProgress } from "./trace-recorder.ts";

/** What the model thinks about. */
export interface Thinking {
  readonly question: Question;
  readonly toolContext: ToolContext;
  /** The image as it is shown, or frames of a clip in the order of time; none for models that cannot see. */
  readonly shown: readonly ImageView[];
  /** Of a clip what it is, in a sentence, which of `shown` tells most, and itself for models that take video; `null` for an image. */
  readonly clip: { readonly says: string; readonly key: number; readonly video: ClipView | null } | null;
  readonly exemplars: readonly ShownExemplar[];
  /** Told before a tool is called. */
  readonly onTool?: ((call: ToolProgress) => void) | undefined;
}

/** Several models that judge the same evidence, and the one of them that chooses among their claims, where one is named. */
export interface PanelOfModels {
  readonly judges: readonly JudgeModel[];
  readonly chair: JudgeModel | null;
}

export interface JudgeDependencies {
  readonly model: JudgeModel;
  readonly prompts: PromptLibrary;
  readonly tools: readonly AgentTool[];
  /** `null`: as the model's capabilities allow. */
  readonly mode: ModelMode | null;
  readonly limits?: ConversationLimits;
  /** How many judgments of the model are taken together; one unless told. */
  readonly samples?: number;
  /** Several models that judge the same evidence, instead of the model. */
  readonly panel?: PanelOfModels;
  /** Told before a question is sent in a shorter form. */
  readonly notify?: (notice: string) => void;
}

export const JUDGMENT_ANSWER: AnswerShape = {
  name: "judgment",
  description: "The whole judgment of this image.",
  schema: ImageJudgment,
};

const CLIP_ANSWER: AnswerShape = {
  name: "judgment",
  description: "The whole judgment of this clip.",
  schema: ClipJudgment,
};

/** A question as it is asked: the plan of its calls, and what it leaves out. */
export interface Fitted {
  readonly plan: CallPlan;
  readonly economy: Economy;
  readonly warnings: readonly string[];
}

/**
 * How much of a question the model's server has room for, with its answer and one repair of it. A loop with tools that has none becomes one
 * prompt, and a prompt that is too long is shortened step by step; each is told before anything is sent.
 *
 * @throws {ProviderError} if even the barest question is longer than what the server has.
 */
export function fittingQuestion(thinking: Thinking, dependencies: JudgeDependencies & { plan: CallPlan }): Fitted {
  const { model, plan, mode: forced } = dependencies;
  const { faces } = thinking.toolContext.ledger;
  const hasVideo = plan.video && thinking.clip?.video != null;
  const ways = economies({ hasExamples: thinking.exemplars.length > 0, hasVideo }, faces().length);
  const [whole] = ways;
  const room = model.capabilities.contextTokens;
  if (room === null) return { plan, economy: whole, warnings: [] };
  const needs = (mode: ModelMode, economy: Economy) =>
    neededTokens(thinking, { ...dependencies, plan: { ...plan, mode }, economy });
  const has = `and its server has ${room}`;
  const needed = needs(plan.mode, whole);
  if (needed <= room) return { plan, economy: whole, warnings: [] };
  if (plan.mode === "agent") {
    const says = `${model.id} needs about ${needed} tokens for a loop with tools, ${has}`;
    if (forced === "agent") return { plan, economy: whole, warnings: [says] };
    const single = fittingQuestion(thinking, { ...dependencies, plan: { ...plan, mode: "single-pass" } });
    return { ...single, warnings: [`${says}: it got the evidence in one prompt`, ...single.warnings] };
  }
  const economy = ways.find((each) => needs(plan.mode, each) <= room);
  const says = `${model.id} needs about ${needed} tokens for this question, its answer and one repair, ${has}`;
  if (economy !== undefined)
    return { plan, economy, warnings: [`${says}: left out were ${economy.leftOut.join("; ")}`] };
  const barest = needs(plan.mode, ways.at(-1) ?? whole);
  const advice = "use a model with a longer context, or an image of fewer faces";
  throw new ProviderError(`${says}, or ${barest} with all left out that can be: ${advice}`, { retryable: false });
}

function neededTokens(
  thinking: Thinking,
  setting: JudgeDependencies & { readonly plan: CallPlan; readonly economy: Economy },
): number {
  const { ledger } = thinking.toolContext;
  const { plan, economy } = setting;
  if (economy.faceByFace) {
    const apart = { ...setting, economy: { ...economy, faceByFace: false } };
    return Math.max(...ledger.faces().map(({ faceId }) => neededTokens(aboutOneFace(thinking, faceId), apart)));
  }
  const { prompt, tools } = questionFor(thinking, setting);
  const told = tools.map(({ name, description, schema }) => ({ name, description, schema: jsonSchemaOf(schema) }));
  const read = plan.mode === "agent" ? textTokens(evidenceLines(ledger.items())) : 0;
  const unseen = economy.repairUnseen ? imageTokens(prompt) : 0;
  return promptTokens(prompt, told) + read + answerTokens(ledger.faces().length, economy.brief, unseen);
}

/** The same question as if the image held only this face. */
export function aboutOneFace(thinking: Thinking, faceId: string): Thinking {
  const { ledger } = thinking.toolContext;
  const own: EvidenceLedger = {
    ...ledger,
    faces: () => ledger.faces().filter((face) => face.faceId === faceId),
    items: () => ledger.items().filter((item) => item.faceId === null || item.faceId === faceId),
  };
  return { ...thinking, toolContext: { ...thinking.toolContext, ledger: own } };
}

/** What is said first, and the tools that are offered with it. */
export function questionFor(
  { question, toolContext, shown, clip, exemplars }: Thinking,
  { prompts, plan, economy, ...dependencies }: JudgeDependencies & { plan: CallPlan; economy: Economy },
) {
  const { mode, vision, severalImages, imagesAfterTools, format } = plan;
  const seesSeveral = vision && severalImages;
  const seesViews = seesSeveral && imagesAfterTools;
  const whole = clip === null ? JUDGMENT_ANSWER : CLIP_ANSWER;
  const answer = economy.brief ? BRIEF_ANSWER : whole;
  const views = seesSeveral || clip === null ? shown : shown.slice(clip.key, clip.key + 1);
  const examples = exemplars.slice(0, Math.ceil(exemplars.length * economy.examples));
  const prompt = buildPrompt(
    {
      question,
      image: toolContext.image,
      ledger: toolContext.ledger,
      isTold: economy.isTold,
      shown: vision ? views : [],
      clip: clip?.says ?? null,
      video: plan.video && economy.video ? (clip?.video ?? null) : null,
      exemplars: seesSeveral ? examples : examples.map((exemplar) => ({ ...exemplar, view: null })),
      withTools: mode === "agent",
      answer: answerInstruction(format, answer),
      brief: economy.brief,
    },
    prompts,
  );
  const isSilent = toolContext.ledger.items().every(({ value }) => !("knownBy" in value));
  const offered = toolsOn(dependencies.tools, clip === null ? "image" : "clip").filter(
    ({ shows }) => !(isSilent && shows === "words"),
  );
  const tools = mode === "agent" ? offered.filter(({ needsVision }) => seesViews || !needsVision) : [];
  return { prompt, tools, answer, seesViews };
}

function answerInstruction(format: CallPlan["format"], { name, schema }: AnswerShape): AnswerInstruction {
  if (format === "as-tool") return { type: "tool", tool: name };
  if (format === "none") return { type: "text", schema: JSON.stringify(jsonSchemaOf(schema)) };
  return { type: "provider" };
}
