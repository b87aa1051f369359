import { BudgetError, ProviderError } from "../../domain/errors.ts";
import type { ModelCapabilities, ProbeCheck, ProbedFeature } from "../../domain/model-probe.ts";
import { sumOfTokens, type TokenUse } from "../../domain/token-use.ts";
import type { ChatMessage, ChatReply, ChatRequest, JudgeModel } from "../../ports/chat-model.ts";
import type { PromptLibrary } from "../prompt-library.ts";

/** One probe under way: what is known so far grows with every try. */
export interface Probing {
  readonly model: JudgeModel;
  readonly prompts: PromptLibrary;
  readonly signal: AbortSignal | undefined;
  readonly checks: ProbeCheck[];
  capabilities: ModelCapabilities;
  tokens: TokenUse;
  charactersPerToken: number | null;
  imageTokens: number | null;
}

export function note(probing: Probing, feature: ProbedFeature, outcome: ProbeCheck["outcome"], engine: string): void {
  probing.checks.push({ feature, outcome, engine });
}

/** What came of a call: a reply, a refusal, or nothing as no call was left. */
export async function answered(
  probing: Probing,
  call: () => Promise<ChatReply>,
): Promise<ChatReply | ProviderError | undefined> {
  try {
    const reply = await call();
    probing.tokens = sumOfTokens(probing.tokens, reply.tokens);
    return reply;
  } catch (error) {
    if (error instanceof BudgetError) return undefined;
    if (!(error instanceof ProviderError) || isDecisive(error)) throw error;
    return error;
  }
}

/** Without a server, a key or such a model nothing more can be tried. */
function isDecisive({ unreachable, status, rejects }: ProviderError): boolean {
  return unreachable || (rejects === undefined && (status === 401 || status === 403 || status === 404));
}

export function asked(probing: Probing, request: ChatRequest) {
  return answered(probing, () => probing.model.reply(request, probing.signal));
}

const NO_CALL_LEFT = "not tried: the probe's calls were used up";

/** Notes a call without a reply. @returns whether there was none. */
export function hadNoReply(
  probing: Probing,
  feature: ProbedFeature,
  outcome: ChatReply | ProviderError | undefined,
): outcome is ProviderError | undefined {
  if (outcome === undefined) note(probing, feature, "untried", NO_CALL_LEFT);
  else if (outcome instanceof ProviderError) {
    note(probing, feature, outcome.rejects === undefined ? "fails" : "refused", outcome.message);
  } else return false;
  return true;
}

export function user(...parts: Extract<ChatMessage, { role: "user" }>["parts"]): ChatMessage {
  return { role: "user", parts };
}

export function numbersIn(text: string): string {
  return (text.match(/[0-9]+/g) ?? []).join(" ");
}

export function quote(text: string): string {
  const words = text.replace(/\s+/g, " ").trim();
  if (words === "") return "nothing";
  return JSON.stringify(words.length > 60 ? `${words.slice(0, 60)}...` : words);
}
