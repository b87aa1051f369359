/** Tokens as a server counted them; `null` when it did not say. */
export interface TokenUse {
  readonly input: number | null;
  readonly output: number | null;
}

export const NO_TOKENS: TokenUse = { input: null, output: null };

/** The sum of what was counted; `null` only where nothing was. */
export function sumOfTokens(...uses: readonly TokenUse[]): TokenUse {
  const sum = (counts: readonly (number | null)[]) => {
    const counted = counts.filter((count) => count !== null);
    return counted.length === 0 ? null : counted.reduce((total, count) => total + count, 0);
  };
  return { input: sum(uses.map(({ input }) => input)), output: sum(uses.map(({ output }) => output)) };
}
