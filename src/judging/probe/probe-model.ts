import type { ModelProbe } from "../../domain/model-probe.ts";
import { NO_TOKENS } from "../../domain/token-use.ts";
import type { JudgeModel } from "../../ports/chat-model.ts";
import type { PromptLibrary } from "../prompt-library.ts";
import type { Probing } from "./probing.ts";
import { tryImages } from "./try-images.ts";
import { tryTools } from "./try-tools.ts";
import { tryVideo } from "./try-video.ts";
import { tryContext, trySchema } from "./try-words.ts";

/** Calls that a probe may make, those that are made again included. */
export const MOST_PROBE_CALLS = 8;

/**
 * Tries what a judgment needs of an engine, on images and words of our own: nothing of the user's is sent. `calls` counts
 * the requests that were made; the model ends with a {@link BudgetError} when they are used up, and what is left stays
 * untried.
 *
 * @throws {ProviderError} if the server cannot be reached, refuses the key or has no such model.
 */
export async function probeModel(
  model: JudgeModel,
  { prompts, calls }: { readonly prompts: PromptLibrary; readonly calls: () => number },
  signal?: AbortSignal,
): Promise<ModelProbe> {
  const unknown = { tokens: NO_TOKENS, charactersPerToken: null, imageTokens: null };
  const probing: Probing = { model, prompts, signal, checks: [], capabilities: model.capabilities, ...unknown };
  await trySchema(probing);
  await tryImages(probing);
  await tryTools(probing);
  await tryContext(probing);
  await tryVideo(probing);
  const { checks, capabilities, tokens, charactersPerToken, imageTokens } = probing;
  return { model: model.id, checks, capabilities, calls: calls(), tokens, charactersPerToken, imageTokens };
}
