import { z } from "zod";
import { knowledgeFile } from "../facs/knowledge-file.ts";
import { findActionUnitMentions } from "../facs/prose/find-mentions.ts";
import { type Word, wordsOf } from "../facs/prose/words.ts";
import { createPatterns, type PatternMatch } from "./word-patterns.ts";

const figures = knowledgeFile(
  ["situations", "figures-of-speech.json"],
  z.strictObject({ about: z.string(), figures: z.record(z.string(), z.string().min(1)) }),
);

let findFigures: ((words: readonly Word[]) => PatternMatch<string>[]) | undefined;

/** A text with each figure of speech replaced by what it means: "He kicked the bucket" is read as "He died". */
export function withoutFigures(text: string): string {
  findFigures ??= createPatterns(Object.entries(figures().figures));
  const words = wordsOf(text);
  const spans = findFigures(words).map(({ meaning, places }) => ({ ...spanOf(words, places), meaning }));
  return spans
    .sort((a, b) => b.from - a.from)
    .reduce((rest, { from, to, meaning }) => {
      return `${rest.slice(0, from)}${meaning}${rest.slice(to)}`;
    }, text);
}

/** From the first to the last word, in UTF-16 units. */
export function spanOf(words: readonly Word[], places: readonly number[]): { from: number; to: number } {
  const first = words[Math.min(...places)];
  const last = words[Math.max(...places)];
  return { from: first?.index ?? 0, to: (last?.index ?? 0) + (last?.text.length ?? 0) };
}

/** What a text says of the face, and what stays without it. */
interface FaceApart {
  readonly rest: string;
  /** As written. */
  readonly ofFace: readonly string[];
}

/** Parts of a sentence that can go without the others: at punctuation, conjunctions and most prepositions. */
const PHRASES =
  /(?<=[,;:.!?])\s+|\s+(?=(?:and|but|while|when|as|because|although|though|after|before|during|at|in|on|with|from|over|for|beside|next)\b)/i;
const LOOKS =
  /\b(?:looks?|looking|looked|appears?|appeared|seems?|seemed)\s+(?:\w+ly\s+|very\s+|quite\s+|rather\s+|a bit\s+)?(?:happy|sad|angry|furious|afraid|scared|frightened|disgusted|surprised|neutral|annoyed|cheerful|upset|worried|proud|bored|calm|serious|tired|miserable|contemptuous|shocked|delighted|unhappy|nervous|excited)\b/gi;
const EXPRESSION =
  /\b(?:\w+\s+)?(?:facial expression|face is|expression on (?:his|her|their) face|expression|smirk\w*|grimac\w*|pout\w*|scowl\w*|frown\w*|grin\w*|smil\w*|beam(?:s|ing)|poker face|teary[- ]eyed|wide[- ]eyed|open mouth|mouth (?:wide )?open|(?:lips?|chin) (?:trembl|quiver)\w*|(?:trembling|quivering) (?:lips?|chin)|(?:jaws?|teeth) (?:is |are |was |were )?(?:tightly )?(?:clenched|gritted)|(?:clenched|gritted) (?:jaws?|teeth)|(?:bites?|biting|bit|chews?|chewing|purses?|pursing|pursed) (?:on )?(?:his|her|their) (?:lower )?lips?)\b/gi;
/** Of the face too, though a preposition stands in it: "with tears in his eyes", "a smile on her lips". */
const ACROSS =
  /(?:,\s*)?(?:\b(?:with|and)\s+)?\b(?:(?:an?|the|some|many|big|bright|broad|wide|faint|happy|sad|angry|worried|\w+ed|\w+ing|his|her|their)\s+)*(?:tears?|smile|grin|frown|smirk|scowl|look|expression|joy|fear|terror|anger|panic|surprise|sadness)\s+(?:\w+ing\s+|written\s+)?(?:up\s+|all\s+)?(?:in|on|over|across|down|into)\s+(?:his|her|their|the)\s+(?:eyes?|face|cheeks?|lips|mouth)\b|\b(?:(?:with|his|her|their)\s+)*eyes\s+(?:are\s+|were\s+)?(?:full of|filled with|brimming with|wet with|red from)\s+(?:tears|crying|joy|fear)\b/gi;

/** What stays of "with an open mouth in front of ..." without the mouth. */
const DANGLING =
  /\bwith(?:\s+(?:an?|the|his|her|their))?(?=\s*$|\s*[,.;]|\s+(?:in|at|on|of|while|after|before|during|over)\b)/gi;

/** Takes what is said of the face out of a text, phrase by phrase; a phrase of which little stays goes whole. */
export function takeFaceOut(text: string): FaceApart {
  const ofFace: string[] = [];
  const without = text.replace(ACROSS, (found) => {
    ofFace.push(found.trim().replace(/^[,\s]+/, ""));
    return " ";
  });
  const kept = without.split(PHRASES).flatMap((phrase) => {
    const rest = cutMentions(phrase);
    if (rest === phrase) return [phrase];
    ofFace.push(phrase.trim().replace(/[,;:]$/, ""));
    return hasContent(rest) ? [rest] : [];
  });
  return { rest: kept.join(" ").replace(/\s+/g, " ").replace(DANGLING, "").trim(), ofFace };
}

function cutMentions(phrase: string): string {
  const mentions = findActionUnitMentions(phrase);
  const bare = mentions.reduceRight((rest, { index, words }) => {
    return `${rest.slice(0, index)}${" ".repeat(words.length)}${rest.slice(index + words.length)}`;
  }, phrase);
  return bare.replace(LOOKS, " ").replace(EXPRESSION, " ");
}

const BARE_SUBJECT = new Set(["man", "woman", "boy", "girl", "person", "child", "lady", "guy", "somebody", "someone"]);

function hasContent(phrase: string): boolean {
  const words = phrase.toLowerCase().match(/\p{L}+/gu) ?? [];
  return words.some((word) => !isFunctionWord(word) && !BARE_SUBJECT.has(word) && !word.endsWith("ly"));
}

export function sentencesOf(text: string): string[] {
  return text
    .split(/(?<=[.!?])\s+|\n+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => /\p{L}/u.test(sentence));
}

/** A part of a sentence with the conjunction that opened it, in lower case. */
export interface Clause {
  readonly text: string;
  readonly openedBy: string | null;
}

const CLAUSES =
  /[;:,—]\s+|\s+(but|although|though|because|and so|so that|while|whereas|and then|and|yet)\s+|^(although|though|while)\s+/gi;

/** Clauses of a sentence; one without a word of its own is not cut off. */
export function clausesOf(sentence: string): Clause[] {
  const clauses: Clause[] = [];
  let from = 0;
  let openedBy: string | null = null;
  for (const match of sentence.matchAll(CLAUSES)) {
    if (match.index > from || match.index === 0) {
      clauses.push({ text: sentence.slice(from, match.index), openedBy });
      from = match.index + match[0].length;
      openedBy = (match[1] ?? match[2] ?? null)?.toLowerCase() ?? null;
    }
  }
  clauses.push({ text: sentence.slice(from), openedBy });
  return clauses.filter(({ text }) => wordsOf(text).length > 0);
}

const languages = knowledgeFile(
  ["situations", "languages.json"],
  z.strictObject({
    about: z.string(),
    scripts: z.array(z.strictObject({ language: z.string(), script: z.string().regex(/^[A-Z][a-z]+$/) })),
    words: z.record(z.string(), z.string()),
    letters: z.array(z.strictObject({ language: z.string(), any: z.string().min(1) })),
  }),
);

const ENGLISH = "English";
let lists: ReadonlyMap<string, ReadonlySet<string>> | undefined;

/**
 * The language of a text where it is plainly another than English: by its script, else by its frequent words. `null` for
 * English and for what is too short to tell.
 */
export function foreignLanguageOf(text: string): string | null {
  return byScript(text) ?? byWords(text);
}

function byScript(text: string): string | null {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  const found = languages().scripts.find(({ script }) => {
    const own = text.match(new RegExp(`\\p{Script=${script}}`, "gu"))?.length ?? 0;
    return own > letters / (script === "Hiragana" || script === "Katakana" ? 5 : 2);
  });
  return found?.language ?? null;
}

function byWords(text: string): string | null {
  // The "s" of "the crow's feet" and the "d" of "we'd" are words of their own in other languages.
  const words =
    text
      .toLowerCase()
      .replace(/['’](?:s|d|ll|re|ve|m|t)\b/g, "")
      .match(/\p{L}+/gu) ?? [];
  const counts = [...wordLists()].map(([language, list]) => ({
    language,
    count: words.filter((word) => list.has(word)).length,
    // A word that four languages have says a quarter of what one of a single language says.
    weight: words.reduce((sum, word) => sum + (list.has(word) ? 1 / languagesWith(word) : 0), 0),
  }));
  const english = counts.find(({ language }) => language === ENGLISH)?.count ?? 0;
  const others = counts.filter(({ language }) => language !== ENGLISH);
  const most = others.reduce((best, next) => (next.weight > best.weight ? next : best));
  const enough = most.count >= 2 || most.count >= words.length / 4;
  if (most.count > english && enough) return most.language;
  return english === 0 ? byLetters(text) : null;
}

function languagesWith(word: string): number {
  return [...wordLists()].filter(([language, list]) => language !== ENGLISH && list.has(word)).length;
}

/** By letters that English has not, where no word is known: "Kündigung erhalten". */
function byLetters(text: string): string | null {
  return languages().letters.find(({ any }) => new RegExp(`[${any}]`, "iu").test(text))?.language ?? null;
}

function wordLists(): ReadonlyMap<string, ReadonlySet<string>> {
  lists ??= new Map(
    Object.entries(languages().words).map(([language, words]) => [language, new Set(words.split(" "))]),
  );
  return lists;
}

/** Words of English that carry no situation of their own: articles, pronouns, auxiliaries, prepositions. */
function isFunctionWord(word: string): boolean {
  return wordLists().get(ENGLISH)?.has(word) ?? false;
}
