import type { BaseChatModel } from "@langchain/core/language_models/chat_models";

/** A chat model that can judge, with what its server says it can do. */
export interface JudgeModel {
  /** As the user names it: `openai:gpt-4.1`, `ollama:llava`, `rules`. */
  readonly id: string;
  readonly chat: BaseChatModel;
  /** Asked of the server, never guessed from the name. */
  readonly capabilities: { readonly tools: boolean; readonly vision: boolean };
  /** How a structured answer is had: by a provider's JSON schema, or as one more tool. */
  readonly structuredOutput: "provider" | "tool";
  /** Whether images leave this machine when it is used. */
  readonly remote: boolean;
  readonly temperature: number | null;
  readonly seed: number | null;
}
