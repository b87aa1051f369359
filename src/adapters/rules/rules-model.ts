import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigurationError } from "../../domain/errors.ts";
import { NO_TOKENS } from "../../domain/token-use.ts";
import { ownPath } from "../../platform/package-paths.ts";
import type { ChatReply, ChatRequest, ChatTool, JudgeModel } from "../../ports/chat-model.ts";
import { readConversation } from "./conversation-state.ts";
import { type BoundTool, nextStep } from "./next-step.ts";

const MODEL_ID = "rules";

function seen({ name, parameters }: ChatTool): BoundTool {
  const { properties } = parameters;
  return { name, parameters: typeof properties === "object" && properties !== null ? Object.keys(properties) : [] };
}

/** @throws {ConfigurationError} if it is asked without tools: it reads measurements, not words or images. */
function answerTo({ messages, tools: offered = [] }: ChatRequest): ChatReply {
  const tools = offered.map(seen);
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
  return {
    text: step.says,
    calls: calls.map(({ name, args }, index) => ({ id: `rules_${state.calls.length + index + 1}`, name, args })),
    malformedCalls: [],
    tokens: NO_TOKENS,
    fingerprint: `${MODEL_ID} ${knowledgeFingerprint()}`,
  };
}

let fingerprint: string | undefined;

/** Tells edited rules and tables from the ones that ship: part of a hash over all of them. */
function knowledgeFingerprint(): string {
  if (fingerprint !== undefined) return fingerprint;
  const hash = createHash("sha256");
  for (const folder of ["facs", "rules", "situations"]) {
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
    capabilities: {
      tools: true,
      vision: false,
      severalImages: false,
      structuredOutput: "as-tool",
      contextTokens: null,
    },
    remote: false,
    temperature: null,
    seed: null,
    identity: { knowledge: knowledgeFingerprint() },
    async reply(request, signal) {
      signal?.throwIfAborted();
      return answerTo(request);
    },
  };
}
