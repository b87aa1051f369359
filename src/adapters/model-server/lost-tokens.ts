import { KuleshovError } from "../../domain/errors.ts";
import {
  IMAGE_TOKENS,
  NO_TOKENS,
  sumOfTokens,
  type TokenUse,
  textTokens,
  toolTokens,
  VIDEO_TOKENS,
} from "../../domain/token-use.ts";
import type { ChatRequest } from "../../ports/chat-model.ts";
import type { RawReply } from "./chat-reply.ts";

/**
 * Adds what tries that failed took to what came in the end: as their server counted it, and as reckoned here where it had
 * taken the request and did not say.
 */
export async function withLosses(
  asked: ChatRequest,
  signal: AbortSignal | undefined,
  tries: (noted: (error: unknown) => never) => Promise<RawReply>,
): Promise<RawReply> {
  let lost = NO_TOKENS;
  const noted = (error: unknown): never => {
    const isAbort = signal?.aborted === true && error === signal.reason;
    const spent = isAbort ? NO_TOKENS : error instanceof KuleshovError ? error.spent : null;
    if (spent !== null) lost = sumOfTokens(lost, spent.input === null ? reckoned(asked) : spent);
    throw error;
  };
  try {
    const raw = await tries(noted);
    return lost === NO_TOKENS ? raw : { ...raw, tokens: sumOfTokens(lost, raw.tokens) };
  } catch (error) {
    if (error instanceof KuleshovError && lost !== NO_TOKENS) error.spent = lost;
    throw error;
  }
}

/** What a request is reckoned to take before any server counts it. */
export function reckoned({ messages, tools = [] }: ChatRequest): TokenUse {
  const texts = messages.flatMap((message) => {
    if (message.role === "user") return message.parts.flatMap((part) => (part.type === "text" ? [part.text] : []));
    return message.role === "assistant" ? [message.text, JSON.stringify(message.calls)] : [message.text];
  });
  const estimated =
    textTokens(texts.join("\n")) +
    toolTokens(tools) +
    IMAGE_TOKENS * imagesIn(messages) +
    VIDEO_TOKENS * videosIn(messages);
  return { input: estimated, output: null, estimated };
}

/** How many images a conversation shows. */
export function imagesIn(messages: ChatRequest["messages"]): number {
  return messages.reduce((sum, message) => {
    if (message.role === "tool") return sum + message.views.length;
    return message.role === "user" ? sum + message.parts.filter(({ type }) => type === "image").length : sum;
  }, 0);
}

/** How many clips it shows. */
export function videosIn(messages: ChatRequest["messages"]): number {
  const parts = messages.flatMap((message) => (message.role === "user" ? message.parts : []));
  return parts.filter(({ type }) => type === "video").length;
}
