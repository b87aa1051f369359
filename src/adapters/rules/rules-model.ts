import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  BaseChatModel,
  type BaseChatModelCallOptions,
  type BindToolsInput,
} from "@langchain/core/language_models/chat_models";
import { AIMessage, type BaseMessage } from "@langchain/core/messages";
import type { ChatResult } from "@langchain/core/outputs";
import { convertToOpenAITool } from "@langchain/core/utils/function_calling";
import { z } from "zod";
import { ConfigurationError } from "../../domain/errors.ts";
import { ownPath } from "../../platform/package-paths.ts";
import type { JudgeModel } from "../../ports/chat-model.ts";
import { readConversation } from "./conversation-state.ts";
import { type BoundTool, nextStep } from "./next-step.ts";

const MODEL_ID = "rules";

interface RulesCallOptions extends BaseChatModelCallOptions {
  tools?: BindToolsInput[];
}

const FunctionTool = z.looseObject({
  function: z.looseObject({
    name: z.string(),
    parameters: z.looseObject({ properties: z.record(z.string(), z.unknown()).optional() }).optional(),
  }),
});

/** A chat model without a language model: LangChain needs a class to extend. */
class RulesChatModel extends BaseChatModel<RulesCallOptions> {
  override bindTools(tools: BindToolsInput[], options?: Partial<RulesCallOptions>) {
    return this.withConfig({ ...options, tools });
  }

  override async _generate(messages: BaseMessage[], options: this["ParsedCallOptions"]): Promise<ChatResult> {
    options.signal?.throwIfAborted();
    const message = answerTo(messages, boundTools(options.tools ?? []));
    return { generations: [{ text: message.text, message }] };
  }

  override _llmType(): string {
    return MODEL_ID;
  }
}

function boundTools(tools: readonly BindToolsInput[]): BoundTool[] {
  return tools.map((tool) => {
    const { name, parameters } = FunctionTool.parse(convertToOpenAITool(tool)).function;
    return { name, parameters: Object.keys(parameters?.properties ?? {}) };
  });
}

/** @throws {ConfigurationError} if it is asked without tools: it reads measurements, not words or images. */
function answerTo(messages: readonly BaseMessage[], tools: readonly BoundTool[]): AIMessage {
  const answerTool = tools.find(({ parameters }) => parameters.includes("subjects"));
  const others = tools.filter((tool) => tool !== answerTool);
  if (answerTool === undefined || others.length === 0) {
    throw new ConfigurationError(
      'The model "rules" reads evidence through tools and cannot answer in a single pass: let it use the agent loop',
    );
  }
  const state = readConversation(messages, answerTool.name);
  const step = nextStep(state, others);
  const calls = step.type === "calls" ? step.calls : [{ name: answerTool.name, args: { ...step.judgment } }];
  return new AIMessage({
    content: step.says,
    tool_calls: calls.map((call, index) => ({
      type: "tool_call",
      id: `rules_${state.calls.length + index + 1}`,
      name: call.name,
      args: { ...call.args },
    })),
    response_metadata: { model_name: MODEL_ID, system_fingerprint: knowledgeFingerprint() },
  });
}

let fingerprint: string | undefined;

/** Tells edited rules and tables from the ones that ship: part of a hash over all of them. */
function knowledgeFingerprint(): string {
  if (fingerprint !== undefined) return fingerprint;
  const hash = createHash("sha256");
  for (const folder of ["facs", "rules"]) {
    const path = ownPath("models", folder);
    for (const file of readdirSync(path).sort()) hash.update(file).update(readFileSync(join(path, file)));
  }
  fingerprint = `rules-${hash.digest("hex").slice(0, 12)}`;
  return fingerprint;
}

/**
 * The embedded default: Bayesian cue integration over measurements, emotion rules and a word table. It drives the same
 * agent loop as a language model does, needs no server and no image, and gives the same answer to the same evidence.
 */
export function createRulesModel(): JudgeModel {
  return {
    id: MODEL_ID,
    chat: new RulesChatModel({}),
    capabilities: { tools: true, vision: false },
    structuredOutput: "tool",
    remote: false,
    temperature: null,
    seed: null,
  };
}
