import { z } from "zod";

/** Tokens as a server counted them; `null` when it did not say. */
export const TokenUse = z.strictObject({
  input: z.number().nullable(),
  output: z.number().nullable(),
  /** How many of `input` the provider had from a request before, at a lower price; left out where it does not say. */
  cached: z.number().optional(),
});
export type TokenUse = Readonly<z.infer<typeof TokenUse>>;

export const NO_TOKENS: TokenUse = { input: null, output: null };

/** The sum of what was counted; `null` only where nothing was. */
export function sumOfTokens(...uses: readonly TokenUse[]): TokenUse {
  const sum = (counts: readonly (number | null)[]) => {
    const counted = counts.filter((count) => count !== null);
    return counted.length === 0 ? null : counted.reduce((total, count) => total + count, 0);
  };
  const cached = sum(uses.map((use) => use.cached ?? null));
  return {
    input: sum(uses.map(({ input }) => input)),
    output: sum(uses.map(({ output }) => output)),
    ...(cached === null ? {} : { cached }),
  };
}
