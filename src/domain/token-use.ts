import { z } from "zod";

/** Tokens as a server counted them; `null` when it did not say. */
export const TokenUse = z.strictObject({
  input: z.number().nullable(),
  output: z.number().nullable(),
  /** How many of `input` the provider had from a request before, at a lower price; left out where it does not say. */
  cached: z.number().optional(),
  /** How many of `input` were reckoned here, of requests that failed before their server counted them. */
  estimated: z.number().optional(),
});
export type TokenUse = Readonly<z.infer<typeof TokenUse>>;

export const NO_TOKENS: TokenUse = { input: null, output: null };

/** The sum of what was counted; `null` only where nothing was. */
export function sumOfTokens(...uses: readonly TokenUse[]): TokenUse {
  const sum = (name: keyof TokenUse) => {
    const counted = uses.flatMap((use) => use[name] ?? []);
    return counted.length === 0 ? null : counted.reduce((total, count) => total + count, 0);
  };
  const [cached, estimated] = [sum("cached"), sum("estimated")];
  return {
    input: sum("input"),
    output: sum("output"),
    ...(cached === null ? {} : { cached }),
    ...(estimated === null ? {} : { estimated }),
  };
}

/*
 * Vocabularies have a token for most short words, one for each digit and one for most signs. Held against SmolLM2's own
 * count of real questions: evidence, full of ids, codes and decimals, comes to 2.4 characters a token, the rules to 4.1.
 */
const PIECES = /[A-Za-z]{1,8}|[^\sA-Za-z]/g;
const PER_PIECE = 1.05;
const TOOL_CHARACTERS_PER_TOKEN = 5;
/** Between 256 (Gemma 3) and 1 400 (Qwen2.5-VL) at the size an image is shown in. */
export const IMAGE_TOKENS = 1_100;

/** vLLM shows a model 32 frames of a clip unless told, of which Qwen2.5-VL makes some 400 tokens for each two at this size. */
export const VIDEO_TOKENS = 8_000;

/** Tokens that a text has, as reckoned before any server counts them. */
export function textTokens(text: string): number {
  return Math.ceil(PER_PIECE * (text.match(PIECES)?.length ?? 0));
}

/** The same of tools, as a request describes them. */
export function toolTokens(tools: readonly object[]): number {
  return tools.length === 0 ? 0 : Math.ceil(JSON.stringify(tools).length / TOOL_CHARACTERS_PER_TOKEN);
}
