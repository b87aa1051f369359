import { defaultMaxListeners, setMaxListeners } from "node:events";
import { AIMessage, type BaseMessage } from "@langchain/core/messages";
import { createAgent, tool } from "langchain";
import type { Complaint } from "../domain/complaint.ts";
import { KuleshovError } from "../domain/errors.ts";
import type { ModelAnswer, PromptPart } from "../domain/prompt.ts";
import type { TraceStep } from "../domain/report.ts";
import { NO_TOKENS, sumOfTokens, type TokenUse } from "../domain/token-use.ts";
import { type AnswerShape, jsonSchemaOf } from "../judging/answer-format.ts";
import { forbidTracing } from "../platform/forbid-tracing.ts";
import type { JudgeModel, StructuredOutput } from "../ports/chat-model.ts";
import type { AgentTool, ToolContext } from "./agent-tool.ts";
import { guardTools } from "./middleware/guard-tools.ts";
import { steerModel } from "./middleware/steer-model.ts";
import { asLangChainTool, ModelBridge, userMessage, withoutImages } from "./model-bridge.ts";
import { createTraceRecorder, type ToolProgress, type TraceRecorder } from "./trace-recorder.ts";
import type { TransferRecorder } from "./transfer.ts";
import { createTurn, type Turn } from "./turn.ts";

export interface ConversationLimits {
  /** Most calls of the model, repairs included. */
  readonly modelCalls: number;
  readonly toolCalls: number;
}

interface ConversationSetup {
  readonly model: JudgeModel;
  readonly system: string;
  readonly answer: AnswerShape;
  readonly format: StructuredOutput;
  /** Whether tools may show it images. */
  readonly vision: boolean;
  /** Whether a repair is asked for without the images that were shown before. */
  readonly repairUnseen: boolean;
  readonly limits: ConversationLimits;
  /** Tools and what they work on; without them the model answers in one pass. */
  readonly tools: readonly AgentTool[];
  readonly toolContext?: ToolContext;
  /** Told what is sent. */
  readonly transfer: TransferRecorder;
  /** Told before a tool is called. */
  readonly onTool?: ((call: ToolProgress) => void) | undefined;
}

/** A talk with one model that ends every turn with an answer in an agreed shape. It remembers what was said. */
interface Conversation {
  /**
   * Says something and returns the answer, unchecked. Tools are called in between.
   *
   * @throws {ProviderError} if the server fails. @throws {JudgmentError} if the calls are used up.
   */
  say(parts: readonly PromptPart[], signal?: AbortSignal): Promise<ModelAnswer>;
  /** Says what is wrong with the answer; kept in the trace as a complaint. */
  requestRepair(text: string, complaints: readonly Complaint[], signal?: AbortSignal): Promise<ModelAnswer>;
  trace(): readonly TraceStep[];
  facesRead(): ReadonlySet<string>;
  tokens(): TokenUse;
  fingerprint(): string | null;
}

/**
 * Opens a conversation through LangChain's agent loop, with tools or without. LangChain's own `responseFormat` is not
 * used: it drops what the model wrote when that does not fit, and the pipeline has to complain about exactly that.
 */
export function openConversation(setup: ConversationSetup): Conversation {
  forbidTracing();
  expectListeners();
  const trace = createTraceRecorder(setup.model.id, setup.onTool);
  const turn = createTurn();
  const agent = agentFor(setup, turn, trace);
  let messages: BaseMessage[] = [];

  async function turnWith(message: BaseMessage, signal?: AbortSignal): Promise<ModelAnswer> {
    signal?.throwIfAborted();
    turn.begin();
    try {
      const said = { messages: [...messages, message] };
      const result = await agent.invoke(said, { signal, recursionLimit: supersteps(setup.limits) });
      messages = result.messages;
    } catch (error) {
      const own = signal?.aborted === true ? signal.reason : (ownErrorIn(error) ?? error);
      if (own instanceof KuleshovError) own.spent = sumOfTokens(trace.tokens(), own.spent ?? NO_TOKENS);
      throw own;
    }
    return turn.answer(messages.findLast((message) => AIMessage.isInstance(message)));
  }

  return {
    say: (parts, signal) => turnWith(userMessage(parts), signal),
    requestRepair(text, complaints, signal) {
      trace.complaint(text);
      if (setup.repairUnseen) messages = messages.map(withoutImages);
      return turnWith(userMessage([{ type: "text", text }], complaints), signal);
    },
    trace: trace.steps,
    facesRead: trace.facesRead,
    tokens: trace.tokens,
    fingerprint: trace.fingerprint,
  };
}

function agentFor(setup: ConversationSetup, turn: Turn, trace: TraceRecorder) {
  const { model, system, answer, format, vision, limits, tools, toolContext } = setup;
  if (tools.length > 0 && toolContext === undefined) throw new TypeError("Tools need a toolContext to work on");
  const answerTool = format === "as-tool" ? answer.name : null;
  return createAgent({
    model: new ModelBridge(model, setup.transfer),
    systemPrompt: system,
    tools: [
      ...tools.map((each) => asLangChainTool(each, toolContext as ToolContext, vision)),
      ...(answerTool === null ? [] : [answerToolFor(answer)]),
    ],
    middleware: [
      steerModel({ shape: answer, format, limit: limits.modelCalls }, turn, trace),
      guardTools({ tools, answerTool, limit: limits.toolCalls }, turn, trace),
    ],
  });
}

/** Ends the turn. The guard takes its arguments as they are; the pipeline checks them and complains once, by name. */
function answerToolFor({ name, description, schema }: AnswerShape) {
  return tool(async () => "Received.", { name, description, schema: jsonSchemaOf(schema), returnDirect: true });
}

/** LangGraph counts two supersteps for a call of the model and its tools; the middleware's limit must bind first. */
function supersteps({ modelCalls }: ConversationLimits): number {
  return 2 * modelCalls + 10;
}

/** LangChain wraps what a model or tool throws, several times over. */
function ownErrorIn(error: unknown): KuleshovError | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof KuleshovError) return cause;
  }
  return undefined;
}

const LISTENERS_EXPECTED = 1000;

/**
 * LangGraph hangs a listener for every step on abort signals of its own making and takes them off when a call ends. A
 * image with a few faces has more steps than the ten listeners from which on Node warns of a leak.
 */
function expectListeners(): void {
  if (defaultMaxListeners !== 0 && defaultMaxListeners < LISTENERS_EXPECTED) setMaxListeners(LISTENERS_EXPECTED);
}
