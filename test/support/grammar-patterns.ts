/** What the converters of Ollama and llama.cpp, vLLM's and SGLang's turn into no grammar, or crash on. */
const LACKING: readonly (readonly [string, RegExp])[] = [
  ["a class by its letter", /\\[dDwWsSbBpPhHvVNRX]/],
  ["a look-around or a group that is more than one", /\(\?/],
  ["a reference back", /\\[1-9k]/],
  ["a lazy or possessive quantifier", /[*+?}][?+]/],
  ["no anchor at its beginning", /^(?!\^)/],
  ["no anchor at its end", /(?<!\$)$/],
  ["an anchor in its middle", /.[\^](?![^[]*\])|\$./],
];

/** Everything in the patterns of a JSON schema that grammar converters lack. */
export function lackingIn(schema: unknown): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const { pattern } = schema as { pattern?: unknown };
  const own = typeof pattern === "string" ? LACKING.filter(([, found]) => found.test(pattern)) : [];
  return [...own.map(([what]) => `${pattern}: ${what}`), ...Object.values(schema).flatMap(lackingIn)];
}
