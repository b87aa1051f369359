import type { Message } from "ollama";
import { ProviderError } from "../../domain/errors.ts";
import type { ServerName } from "../model-server/server-fault.ts";

/** Context to start with: room for the instructions, one image, the evidence of a few faces and a judgment. */
const USUAL_CONTEXT = 16_384;
const STEP = 8_192;
/** Room for a judgment after the prompt. */
const ANSWER_TOKENS = 4_096;
/** Vision models spend 256 to 2 900 tokens on an image (LLaVA 576 a tile, Qwen-VL up to 1 280 at our size). */
const PICTURE_TOKENS = 1_500;
/** Instructions and JSON come to three to five characters a token; more than this is certain not to fit. */
const FEWEST_CHARACTERS_PER_TOKEN = 3;
const MOST_CHARACTERS_PER_TOKEN = 6;

/**
 * Context length, in tokens, that this conversation needs. Ollama cuts longer conversations silently, at the front,
 * where the rules are.
 *
 * @throws {ProviderError} if it certainly does not fit the model or the fixed length.
 */
export function contextFor(
  messages: readonly Message[],
  { contextLength, numCtx, name }: { contextLength: number | null; numCtx: number | null; name: ServerName },
): number {
  const characters = messages.reduce((sum, { content }) => sum + content.length, 0);
  const images = messages.reduce((sum, { images }) => sum + (images?.length ?? 0), 0);
  const limit = numCtx ?? contextLength;
  if (limit !== null && characters / MOST_CHARACTERS_PER_TOKEN > limit) {
    const length = Math.round(characters / MOST_CHARACTERS_PER_TOKEN);
    const sentence = `cannot read a conversation of more than ${length} tokens with "${name.model}", which reads ${limit}`;
    throw new ProviderError(`${name.server} ${sentence}: use a model with a longer context`, { retryable: false });
  }
  if (numCtx !== null) return numCtx;
  const needed = characters / FEWEST_CHARACTERS_PER_TOKEN + images * PICTURE_TOKENS + ANSWER_TOKENS;
  const rounded = Math.max(USUAL_CONTEXT, Math.ceil(needed / STEP) * STEP);
  return contextLength === null ? rounded : Math.min(rounded, contextLength);
}
