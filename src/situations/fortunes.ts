import { type Word, wordsOf } from "../facs/prose/words.ts";
import { isPersonWord } from "./no-situation.ts";
import { spanOf } from "./plain-text.ts";
import { type Turn, turnTable } from "./turn-table.ts";
import { createPatterns, type PatternMatch } from "./word-patterns.ts";
import { summedPleasantness } from "./word-pleasantness.ts";
import { findCues } from "./word-table.ts";

/** A turn with the clause as it would stand without it. */
export interface FoundTurn {
  readonly turn: Turn;
  readonly rest: string;
}

/** A clause with its words as they are compared. */
interface Said {
  readonly clause: string;
  readonly words: readonly Word[];
}

type Matcher<T> = (words: readonly Word[]) => PatternMatch<T>[];
const matcherOf = (phrases: readonly string[]): Matcher<true> =>
  createPatterns(phrases.map((phrase) => [phrase, true as const]));

interface Matchers {
  readonly rivals: Matcher<true>;
  readonly harms: Matcher<true>;
  readonly wrongs: Matcher<true>;
  readonly threats: readonly { readonly words: Matcher<true>; readonly ends: Matcher<true> }[];
}

let matchers: Matchers | undefined;

function matchersOfTable(): Matchers {
  const { rivals, threats, wrongs } = turnTable();
  matchers ??= {
    rivals: matcherOf(rivals.words),
    harms: matcherOf(rivals.harms.words),
    wrongs: matcherOf(wrongs.words),
    threats: threats.kinds.map(({ words, ends }) => ({ words: matcherOf(words), ends: matcherOf(ends) })),
  };
  return matchers;
}

/** What hangs on who it happens to: a danger that ends, a rival's fortune, a wrong done to somebody else. */
export function findFortune(clause: string): FoundTurn | undefined {
  const said = { clause, words: wordsOf(clause) };
  return endedThreat(said) ?? harmless(clause) ?? rivalsFortune(said) ?? wrongDone(said);
}

const DENIALS = new Set(["not", "never", "cannot", "hardly", "no", "nor", "if", "until", "before"]);
/** A threat and its end stand no further apart: "the storm has finally missed". Set by hand, not fitted. */
const END_WITHIN_WORDS = 4;

function endedThreat({ clause, words }: Said): FoundTurn | undefined {
  for (const kind of matchersOfTable().threats) {
    for (const threat of kind.words(words)) {
      const last = Math.max(...threat.places);
      const end = kind.ends(words).find(({ places }) => {
        const first = Math.min(...places);
        const between = words.slice(last + 1, first);
        return first > last && between.length <= END_WITHIN_WORDS && !between.some(({ text }) => DENIALS.has(text));
      });
      if (end === undefined) continue;
      const { from, to } = spanOf(words, threat.places);
      return { turn: endOfThreat(), rest: `the ${clause.slice(from, to)}` };
    }
  }
  return undefined;
}

function endOfThreat(): Turn {
  return { id: "averted", says: "averted", cues: "opposite", becomes: turnTable().threats.becomes };
}

const TURNED_OUT =
  /^(?<what>.*?)\b(?:turn(?:s|ed)? out to be|was (?:only|just|merely)|is (?:only|just|merely)|were (?:only|just|merely))\s+(?<truth>.+)$/i;

/** "The bomb turned out to be an alarm clock", where what it is called first is dreaded and what it is is not. */
function harmless(clause: string): FoundTurn | undefined {
  const { what = "", truth = "" } = TURNED_OUT.exec(clause)?.groups ?? {};
  if (what === "" || !isDreaded(what) || isDreaded(truth)) return undefined;
  return { turn: endOfThreat(), rest: what.trim() };
}

function isDreaded(text: string): boolean {
  if (summedPleasantness(text) < 0) return true;
  const { unpleasant } = turnTable();
  return findCues(text).some(({ cue }) => {
    const [most] = Object.entries(cue.likelihood).sort((a, b) => b[1] - a[1]);
    return most !== undefined && unpleasant.includes(most[0]);
  });
}

function rivalsFortune(said: Said): FoundTurn | undefined {
  const { rivals, harms } = matchersOfTable();
  const { clause, words } = said;
  const rival = rivals(words).find(({ places }) => isFortuneOf(said, places));
  if (rival === undefined) return undefined;
  const table = turnTable().rivals;
  const isHarm = harms(words.filter((_word, at) => !rival.places.includes(at))).length > 0;
  const turn: Turn = isHarm
    ? { id: "rival", says: "a rival's", cues: "same", becomes: table.harms.becomes }
    : { id: "rival", says: "a rival's", cues: "opposite", becomes: table.becomes };
  return { turn, rest: cutOut(clause, words, rival.places, "they") };
}

/** "Who had tormented him for years" tells which one, not whose fortune it is. */
const WHICH_ONE = /\b(?:who|that)\b(?:\s+\S+){1,4}?\s+(?:him|her|us|them|me)\b/i;

/** Subjects stand early; who does something to him, her or us is no matter of fortune. */
function isFortuneOf({ clause, words }: Said, places: readonly number[]): boolean {
  const { from, to } = spanOf(words, places);
  const before = clause.slice(0, from).match(/\p{L}+/gu) ?? [];
  const after = clause
    .slice(to)
    .replace(WHICH_ONE, "")
    .replace(/^.*\bwho\b\s+\S+\s+\S+/i, "");
  return before.length <= 2 && !/\b(?:him|her(?!\s+\p{L})|us|them|me)\b/iu.test(after);
}

const DOERS = new Set(["i", "he", "she", "we", "they"]);
/** What may stand between who did it and what was done. */
const AUXILIARIES = new Set(["has", "have", "had", "just", "again", "once", "then"]);
/** The one it was done to stands no further from it. Set by hand, not fitted. */
const VICTIM_WITHIN_WORDS = 3;

function wrongDone({ clause, words }: Said): FoundTurn | undefined {
  const [doer, ...rest] = words;
  if (doer === undefined || doer.index > 0 || !isDoer(doer, clause)) return undefined;
  const wrong = matchersOfTable()
    .wrongs(rest)
    .find(({ places }) => {
      const ahead = rest.slice(0, Math.min(...places));
      if (ahead.some(({ text }) => !AUXILIARIES.has(text))) return false;
      const { to } = spanOf(rest, places);
      const after = clause.slice(spanOf(rest, places.slice(0, 1)).to, to + 40);
      const victims = (after.match(/\p{L}+/gu) ?? []).slice(0, VICTIM_WITHIN_WORDS + places.length - 1);
      return victims.some((word) => isPersonWord(word)) && !isOwn(after);
    });
  if (wrong === undefined) return undefined;
  const turn: Turn = { id: "wrong", says: "done to somebody else", cues: "same", becomes: turnTable().wrongs.becomes };
  return { turn, rest: `Somebody ${clause.slice(doer.index + doer.text.length).trim()}` };
}

function isDoer(word: Word, clause: string): boolean {
  return DOERS.has(word.text) || (/^\p{Lu}/u.test(clause) && !isPersonWord(word.text) && /^[a-z]+$/.test(word.text));
}

/** "He hurt himself" wrongs nobody else. */
function isOwn(after: string): boolean {
  return /^\s*(?:\S+\s+)?(?:him|her|my)self\b/i.test(after);
}

/** A clause without the words of a phrase, word by word, since words may stand in its gap. */
export function cutOut(clause: string, words: readonly Word[], places: readonly number[], instead: string): string {
  const spans = places.map((place) => spanOf(words, [place])).sort((a, b) => b.from - a.from);
  const rest = spans.reduce((text, { from, to }, at) => {
    return `${text.slice(0, from)} ${at === spans.length - 1 ? instead : ""} ${text.slice(to)}`;
  }, clause);
  return rest.replace(/\s+/g, " ").trim();
}
