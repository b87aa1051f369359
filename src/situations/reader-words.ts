/** The words by which the reader knows a text: without accents, lower case, letters with inner apostrophes. */
export function readerWords(text: string): string[] {
  const bare = text.replaceAll("’", "'").normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return bare.match(/[a-z]+(?:'[a-z]+)*/g) ?? [];
}

/**
 * Words and pairs of neighbours (at most 2^`bits` columns), then runs of three to five letters (as many again), hashed
 * by FNV-1a. Each column once; the two halves are scaled to length 1 by the caller.
 */
export function hashedFeatures(words: readonly string[], bits: number): { words: number[]; letters: number[] } {
  const width = 2 ** bits;
  const pairs = ["<", ...words].map((word, at) => `${word} ${words[at] ?? ">"}`);
  const ofWords = [...words, ...pairs].map((feature) => fnv1a(feature, 0) % width);
  const ofLetters = words.flatMap(runsOfLetters).map((run) => width + (fnv1a(run, 1) % width));
  return { words: [...new Set(ofWords)], letters: [...new Set(ofLetters)] };
}

function runsOfLetters(word: string): string[] {
  const bounded = ` ${word} `;
  return [3, 4, 5].flatMap((length) =>
    Array.from({ length: Math.max(0, bounded.length - length + 1) }, (_, start) =>
      bounded.slice(start, start + length),
    ),
  );
}

/** FNV-1a over ASCII, 32 bits, folded once because its lowest bits mix worst. */
function fnv1a(text: string, seed: number): number {
  let value = 0x811c9dc5 ^ seed;
  for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return (value ^ (value >>> 15)) >>> 0;
}
