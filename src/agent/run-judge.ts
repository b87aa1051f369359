import { KuleshovError, ProviderError } from "../domain/errors.ts";
import type { PromptReference, TraceStep } from "../domain/report.ts";
import { NO_TOKENS, sumOfTokens, type TokenUse } from "../domain/token-use.ts";
import { checkGrounding } from "../judging/check-grounding.ts";
import { judge, type Verdict } from "../judging/judge.ts";
import { type CallPlan, callPlanFor, downgrade, type ModelMode } from "./call-plan.ts";
import type { ConversationLimits } from "./conversation.ts";
import {
  aboutOneFace,
  type Fitted,
  fittingQuestion,
  type JudgeDependencies,
  questionFor,
  type Thinking,
} from "./fitted-question.ts";
import type { TransferRecorder } from "./transfer.ts";

export interface JudgeRun extends Verdict {
  readonly mode: ModelMode;
  /** Whether the model was shown the image. */
  readonly vision: boolean;
  /** Whether it was sent at all, also to a server that then turned images down. */
  readonly imageSent: boolean;
  readonly trace: readonly TraceStep[];
  readonly tokens: TokenUse;
  readonly fingerprint: string | null;
  readonly prompts: readonly PromptReference[];
}

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
  dependencies: JudgeDependencies & { readonly transfer: TransferRecorder },
  signal?: AbortSignal,
): Promise<JudgeRun> {
  const warnings: string[] = [];
  const { model, mode: forced } = dependencies;
  let plan = callPlanFor(model, forced);
  let spent = NO_TOKENS;
  const imageSent = plan.vision;
  for (;;) {
    try {
      const fitted = fittingQuestion(thinking, { ...dependencies, plan });
      tellOnce(fitted.warnings, warnings, dependencies.notify);
      plan = fitted.plan;
      const judgeRun = await judgeWithin(thinking, { ...dependencies, ...fitted }, signal);
      const tokens = sumOfTokens(spent, judgeRun.tokens);
      const unread = plan.mode === "agent" ? facesUnread(thinking, judgeRun) : [];
      if (unread.length > 0 && judgeRun.facesRead.size === 0 && forced === null) {
        warnings.push(`${model.id} read the measurements of no face: they were put into its prompt`);
        spent = tokens;
        plan = { ...plan, mode: "single-pass" };
        continue;
      }
      warnings.push(...aboutUnread(unread, judgeRun));
      warnings.push(...aboutEstimates(tokens));
      return { ...judgeRun, imageSent, tokens, warnings: [...plan.warnings, ...warnings, ...judgeRun.warnings] };
    } catch (error) {
      if (!(error instanceof KuleshovError)) throw error;
      spent = sumOfTokens(spent, error.spent ?? NO_TOKENS);
      error.spent = spent;
      if (!(error instanceof ProviderError)) throw error;
      const downgraded = nextPlan(plan, error, { thinking, model, forced });
      if (downgraded === undefined) throw error;
      warnings.push(downgraded.warning);
      plan = downgraded.plan;
    }
  }
}

/** Statuses of a request that is too large, or not understood. */
const NOT_TAKEN: ReadonlySet<number | undefined> = new Set([400, 413, 422]);

interface Asked {
  readonly thinking: Thinking;
  readonly model: JudgeDependencies["model"];
  readonly forced: ModelMode | null;
}

/** A clip that was sent may be too long, too large or of another kind than a server takes, whatever it says of that. */
function nextPlan(plan: CallPlan, { rejects, status, message }: ProviderError, { thinking, model, forced }: Asked) {
  const isClipSent = plan.video && thinking.clip?.video != null;
  if (!isClipSent || rejects !== undefined || !NOT_TAKEN.has(status))
    return downgrade(plan, rejects, { model, forced });
  const warning = `The model got frames of the clip instead of a video: ${message}`;
  return { plan: { ...plan, video: false }, warning };
}

type OneRun = Omit<JudgeRun, "imageSent"> & { readonly facesRead: ReadonlySet<string> };

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

function aboutEstimates({ estimated }: TokenUse): readonly string[] {
  if (estimated === undefined) return [];
  return [`About ${estimated} of the tokens are an estimate: requests broke off before the server counted them`];
}

function tellOnce(news: readonly string[], told: string[], notify: JudgeDependencies["notify"]): void {
  for (const sentence of news.filter((each) => !told.includes(each))) {
    notify?.(sentence);
    told.push(sentence);
  }
}

type FittedDependencies = JudgeDependencies & Fitted & { readonly transfer: TransferRecorder };

/** One conversation, or one for each face where all of them together have no room. */
async function judgeWithin(thinking: Thinking, setting: FittedDependencies, signal?: AbortSignal): Promise<OneRun> {
  const { ledger } = thinking.toolContext;
  if (!setting.economy.faceByFace) return judgeOnce(thinking, setting, signal);
  const runs: OneRun[] = [];
  for (const { faceId } of ledger.faces()) runs.push(await judgeOnce(aboutOneFace(thinking, faceId), setting, signal));
  const judgment = {
    answer: runs.map((run) => run.judgment.answer).join(" "),
    subjects: runs.flatMap((run) => run.judgment.subjects),
  };
  const [first] = runs;
  if (first === undefined) throw new RangeError("There is no face to ask about by itself");
  return {
    ...first,
    judgment,
    grounding: {
      ...checkGrounding(judgment, ledger),
      askedAgain: runs.some(({ grounding }) => grounding.askedAgain),
    },
    warnings: runs.flatMap((run) => run.warnings),
    trace: runs.flatMap((run) => run.trace),
    facesRead: new Set(runs.flatMap((run) => [...run.facesRead])),
    tokens: sumOfTokens(...runs.map((run) => run.tokens)),
    prompts: runs.flatMap((run) => run.prompts),
  };
}

/** LangChain takes a third of a second to load: who only looks at what was judged before has no use for it. */
export function loadConversation(): Promise<typeof import("./conversation.ts")> {
  return import("./conversation.ts");
}

async function judgeOnce(thinking: Thinking, setting: FittedDependencies, signal?: AbortSignal): Promise<OneRun> {
  const { question, toolContext, onTool } = thinking;
  const { model, prompts, plan, economy, limits = DEFAULT_LIMITS, transfer } = setting;
  const { prompt, tools, answer, seesViews } = questionFor(thinking, setting);
  const { system, user, references } = prompt;
  const { openConversation } = await loadConversation();
  const conversation = openConversation({
    model,
    system,
    answer,
    format: plan.format,
    vision: seesViews,
    repairUnseen: economy.repairUnseen,
    limits,
    tools,
    toolContext,
    transfer,
    onTool,
  });
  const task = { question: user, ledger: toolContext.ledger, labels: question.labels, brief: economy.brief, prompts };
  const verdict = await judge(conversation, task, signal).catch((error: unknown) => {
    // An answer that stayed unusable is paid for all the same.
    if (error instanceof KuleshovError) error.spent ??= conversation.tokens();
    throw error;
  });
  return {
    ...verdict,
    mode: plan.mode,
    vision: plan.vision,
    trace: conversation.trace(),
    facesRead: conversation.facesRead(),
    tokens: conversation.tokens(),
    fingerprint: conversation.fingerprint(),
    prompts: [...references, ...verdict.prompts, ...tools.map(({ reference }) => reference)],
  };
}
