import { z } from "zod";
import { knowledgeFile } from "../facs/knowledge-file.ts";

const lexicon = knowledgeFile(
  ["situations", "pleasantness.json"],
  z.strictObject({ about: z.string(), words: z.record(z.string().regex(/^-?\d(?:\.\d)?$/), z.string().min(1)) }),
);

let known: ReadonlyMap<string, number> | undefined;

/** How pleasant a word is by itself, -4..4, as ten people rated it; `null` where they found it neither, or were not asked. */
export function pleasantnessOf(word: string): number | null {
  known ??= new Map(
    Object.entries(lexicon().words).flatMap(([value, words]) =>
      words.split(" ").map((one) => [one, Number(value)] as const),
    ),
  );
  return known.get(word) ?? null;
}

/** Words that turn the next ones into what they are not. */
export const DENIES =
  /^(?:not|no|never|nothing|nobody|none|neither|nor|hardly|barely|without|less|least|ain't|cannot|\w+n't)$/;
/** A denial reaches this many words. Set by hand, not fitted. */
const REACH_WORDS = 4;

/** The sum over the words of a text, denied ones counted the other way round. */
export function summedPleasantness(text: string): number {
  const words = text.toLowerCase().match(/[a-z']+/g) ?? [];
  return words.reduce((sum, word, at) => {
    const value = pleasantnessOf(word) ?? 0;
    const denials = words.slice(Math.max(0, at - REACH_WORDS), at).filter((before) => DENIES.test(before)).length;
    return sum + (denials % 2 === 0 ? value : -value);
  }, 0);
}

/** The sum of what is denied, the other way round: "it doesn't worry me"; 0 where nothing that is pleasant or not is denied. */
export function deniedPleasantness(text: string): number {
  const plainly = text
    .toLowerCase()
    .replace(/\b(?:not|no|never|nothing|hardly|without)\b/g, " ")
    .replace(/n't\b/g, " ");
  return summedPleasantness(text) * summedPleasantness(plainly) < 0 ? summedPleasantness(text) : 0;
}

/** What may stand between the beginning of a statement ("I feel", "it was") and the word that says how it is. */
const BETWEEN =
  /^(?:so|very|too|just|only|quite|pretty|rather|a|an|the|bit|little|kind|sort|of|in|at|on|such|as|one|lot|all|most|more|much|less|least|even|still|always|ever|now|here|again|already|been|being|feeling|doing|having|getting|becoming|going|feel|both|that|this|how|my|our|own|beyond|far|from|any|every|for|me|us|like|\w+ly)$/;
/** After these, something else is told of than how it is. */
const STOPS = /^(?:about|than|with|for|from|by|to|where|who|which|that|when|called|named)$/;
/** Said of a question, a number or a shape, these judge nothing. */
const WEAK = /^(?:good|nice|fine|fair|funny|great|bad|terrible|interesting|special|perfect)$/;
const LIVED =
  /^(?:day|time|evening|night|morning|afternoon|weekend|week|year|trip|holiday|vacation|party|show|concert|film|movie|meal|dinner|lunch|breakfast|coffee|cake|soup|food|news|life|feeling|place|idea|thing|things|start|end|mood|news|job|work|shape|people|man|woman|person|friend|boss|husband|wife|mother|father|experience|moment|memory|surprise|present|gift|view|mess|shame|mistake|dream|pain|loss|trick|thought|place|house|home|room|and|but|in|of|at|on|to|for|here|there|now|today|tonight|again|indeed|too|as|isn't|when|since|after)$/;
/** Nouns that are something, as in "a dream of a holiday". Set by hand, not fitted. */
const MOST_OTHERS = 2;

/**
 * The first word of a predicate that is pleasant or unpleasant by itself, with the number of denials before it; `null` where
 * there is none, or where too much stands before it.
 */
export function judgedIn(
  predicate: string,
  kind: "state" | "evaluation",
): { readonly value: number; readonly denials: number; readonly words: string } | null {
  let [denials, others] = [0, 0];
  const words = predicate.match(/[a-z'-]+/g) ?? [];
  for (const [at, word] of words.entries()) {
    const value = isWeak(words, at) || isAdverb(words, at) ? null : valueAt(words, at);
    if (value !== null) return { value, denials, words: words.slice(0, at + 1).join(" ") };
    if (DENIES.test(word)) denials += 1;
    else if (!BETWEEN.test(word)) others += 1;
    if (others > (kind === "state" ? 0 : MOST_OTHERS) || (kind === "evaluation" && STOPS.test(word))) return null;
  }
  return null;
}

/** What a word says of how it is; "cancer free" and "pain-free" are as pleasant as what they are free of is not. */
function valueAt(words: readonly string[], at: number): number | null {
  const word = words[at] ?? "";
  if (DENIES.test(word)) return null;
  const value = pleasantnessOf(word.replace(/-free$/, ""));
  const isFree = word.endsWith("-free") || words[at + 1] === "free";
  return value !== null && isFree ? Math.abs(value) : value;
}

/** "A terribly long way": what says how much of the next word. */
function isAdverb(words: readonly string[], at: number): boolean {
  const next = words[at + 1];
  const isAdverbial = /^(?!love|friend|ug|lone|like|live|ghast|dead|cost|sil).+ly$/.test(words[at] ?? "");
  return isAdverbial && next !== undefined && !LIVED.test(next);
}

/** "A good question": a weak word before a noun that nobody lives through. */
export function isWeak(words: readonly string[], at: number): boolean {
  const next = words[at + 1];
  return WEAK.test(words[at] ?? "") && next !== undefined && /^an?$/.test(words[at - 1] ?? "") && !LIVED.test(next);
}
