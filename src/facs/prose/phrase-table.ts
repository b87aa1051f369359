import { stemsOf, type Word } from "./words.ts";

/** What was found at some place among the words. */
export interface PhraseMatch<T> {
  readonly meanings: readonly T[];
  /** First and last word it covers. */
  readonly from: number;
  readonly to: number;
}

/** Phrases with their meanings, compared without inflection, the longest first. */
export interface PhraseTable<T> {
  /** The longest phrase that starts at this word. */
  matchAt(words: readonly Word[], from: number): PhraseMatch<T> | undefined;
  /** All phrases from left to right, none overlapping another. */
  matchAll(words: readonly Word[]): PhraseMatch<T>[];
}

/** A phrase that stands twice has both meanings. */
export function createPhraseTable<T>(entries: Iterable<readonly [phrase: string, meaning: T]>): PhraseTable<T> {
  const byFirst = new Map<string, { stems: string[]; meanings: T[] }[]>();
  for (const [phrase, meaning] of entries) {
    const stems = stemsOf(phrase);
    const [first] = stems;
    if (first === undefined) throw new RangeError(`A phrase needs a word that is compared: "${phrase}"`);
    const rows = byFirst.get(first) ?? [];
    const same = rows.find((row) => row.stems.join(" ") === stems.join(" "));
    if (same === undefined) rows.push({ stems, meanings: [meaning] });
    else same.meanings.push(meaning);
    byFirst.set(
      first,
      rows.sort((a, b) => b.stems.length - a.stems.length),
    );
  }

  function matchAt(words: readonly Word[], from: number): PhraseMatch<T> | undefined {
    const rows = byFirst.get(words[from]?.stem ?? "") ?? [];
    const row = rows.find(({ stems }) => stems.every((stem, at) => words[from + at]?.stem === stem));
    return row === undefined ? undefined : { meanings: row.meanings, from, to: from + row.stems.length - 1 };
  }

  return {
    matchAt,
    matchAll(words) {
      const matches: PhraseMatch<T>[] = [];
      for (let at = 0; at < words.length; at += 1) {
        const match = matchAt(words, at);
        if (match === undefined) continue;
        matches.push(match);
        at = match.to;
      }
      return matches;
    },
  };
}
