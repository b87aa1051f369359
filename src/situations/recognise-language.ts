import { z } from "zod";
import { knowledgeFile } from "../facs/knowledge-file.ts";

const languages = knowledgeFile(
  ["situations", "languages.json"],
  z.strictObject({
    about: z.string(),
    scripts: z.array(z.strictObject({ language: z.string(), script: z.string().regex(/^[A-Z][a-z]+$/) })),
    words: z.record(z.string(), z.string()),
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
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  const counts = [...wordLists()].map(([language, list]) => ({
    language,
    count: words.filter((word) => list.has(word)).length,
  }));
  const english = counts.find(({ language }) => language === ENGLISH)?.count ?? 0;
  const most = counts.reduce((best, next) => (next.count > best.count ? next : best));
  const enough = most.count >= 2 || most.count >= words.length / 4;
  return most.language !== ENGLISH && most.count > english && enough ? most.language : null;
}

function wordLists(): ReadonlyMap<string, ReadonlySet<string>> {
  lists ??= new Map(
    Object.entries(languages().words).map(([language, words]) => [language, new Set(words.split(" "))]),
  );
  return lists;
}

/** Words of English that carry no situation of their own: articles, pronouns, auxiliaries, prepositions. */
export function isFunctionWord(word: string): boolean {
  return wordLists().get(ENGLISH)?.has(word) ?? false;
}
