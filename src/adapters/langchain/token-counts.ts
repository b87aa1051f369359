import { NO_TOKENS, type TokenUse } from "../../domain/token-use.ts";

interface Usage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly input_token_details?: { readonly cache_read?: number };
}

/** Tokens as LangChain counts them: what came from the provider's cache is part of the input. */
export function tokensOf(usage: Usage | undefined): TokenUse {
  if (usage === undefined) return NO_TOKENS;
  const { input_tokens: input, output_tokens: output, input_token_details: details } = usage;
  return { input, output, ...(details?.cache_read === undefined ? {} : { cached: details.cache_read }) };
}
