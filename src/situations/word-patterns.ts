import type { Word } from "../facs/prose/words.ts";
import { stemsOf } from "../facs/prose/words.ts";

/** Where a phrase stands among the words of a clause. */
export interface PatternMatch<T> {
  readonly meaning: T;
  /** The words it covers, ascending. */
  readonly places: readonly number[];
}

interface Pattern<T> {
  readonly meaning: T;
  readonly runs: readonly (readonly string[])[];
  readonly length: number;
}

/** Forms of the commonest verbs, which no rule of endings brings together. */
const BASE: ReadonlyMap<string, string> = new Map(
  (
    "is:be was:be are:be were:be been:be being:be am:be has:have had:have having:have went:go came:come thought:think " +
    "fell:fall kept:keep left:leave felt:feel became:become ran:run made:make got:get turned:turn"
  )
    .split(" ")
    .map((pair) => pair.split(":") as [string, string]),
);

/** Words that `...` may stand for. Set by hand, not fitted. */
const MAXIMUM_GAP_WORDS = 3;

/**
 * Finds phrases, compared without inflection, in which `...` stands for up to three words. The longest phrase first, then
 * in the given order; no word belongs to two.
 *
 * @throws {RangeError} if a phrase has no word that is compared.
 */
export function createPatterns<T>(
  entries: readonly (readonly [phrase: string, meaning: T])[],
): (words: readonly Word[]) => PatternMatch<T>[] {
  const patterns = entries
    .map(([phrase, meaning]): Pattern<T> => {
      const runs = phrase.split("...").map((run) => stemsOf(run).map(baseOf));
      if (runs.some((run) => run.length === 0)) {
        throw new RangeError(`A phrase needs a word that is compared on each side of "...": "${phrase}"`);
      }
      return { meaning, runs, length: runs.flat().length };
    })
    .sort((a, b) => b.length - a.length);
  return (words) => {
    const claimed = new Set<number>();
    const found: PatternMatch<T>[] = [];
    for (const pattern of patterns) {
      for (let start = 0; start < words.length; start += 1) {
        const places = placesAt(pattern, words, start);
        if (places === undefined || places.some((place) => claimed.has(place))) continue;
        for (const place of places) claimed.add(place);
        found.push({ meaning: pattern.meaning, places });
      }
    }
    return found;
  };
}

function placesAt<T>({ runs }: Pattern<T>, words: readonly Word[], start: number): number[] | undefined {
  const places: number[] = [];
  let at = start;
  for (const [index, run] of runs.entries()) {
    const from = index === 0 ? at : nearestRun(run, words, at);
    if (from === undefined || !isRun(run, words, from)) return undefined;
    places.push(...run.map((_stem, step) => from + step));
    at = from + run.length;
  }
  return places;
}

function nearestRun(run: readonly string[], words: readonly Word[], from: number): number | undefined {
  for (let at = from; at <= from + MAXIMUM_GAP_WORDS; at += 1) if (isRun(run, words, at)) return at;
  return undefined;
}

function isRun(run: readonly string[], words: readonly Word[], at: number): boolean {
  return run.every((base, step) => {
    const word = words[at + step];
    return word !== undefined && (baseOf(word.stem) === base || BASE.get(word.text) === base);
  });
}

function baseOf(stem: string): string {
  return BASE.get(stem) ?? stem;
}
