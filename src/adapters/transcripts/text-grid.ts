import type { Utterance } from "../../domain/utterance.ts";
import type { RefuseTranscript } from "./read-transcript.ts";

/**
 * Praat's text files, long and short, read as Praat reads them: only numbers, texts in quotes and flags that stand free count,
 * and all else is for people. A tier of intervals is a speaker, by its name. Tiers of sounds are left out, and neighbouring
 * words of a tier of words are put together.
 */
export function readTextGrid(text: string, refuse: RefuseTranscript): Utterance[] {
  const tokens = tokensOf(text);
  const next = (what: string) => {
    const token = tokens.shift();
    if (token === undefined) throw refuse(`it ends where ${what} is expected`);
    return token;
  };
  const string = (what: string) => {
    const token = next(what);
    if (typeof token === "number") throw refuse(`it has the number ${token} where ${what} is expected`);
    return token;
  };
  const number = (what: string) => {
    const token = next(what);
    if (typeof token === "string")
      throw refuse(`it has ${JSON.stringify(token.slice(0, 40))} where ${what} is expected`);
    return token;
  };
  const kind = [string("the kind of file"), string("the kind of object")];
  if (kind[1] !== "TextGrid") throw refuse(`it holds ${JSON.stringify(kind[1]?.slice(0, 40))}, and no TextGrid`);
  number("the beginning");
  number("the end");
  if (tokens[0] === "<exists>") tokens.shift();
  const tiers = Array.from({ length: count(number("the number of tiers"), refuse) }, () => {
    const isIntervals = string("the kind of a tier") === "IntervalTier";
    const name = string("the name of a tier");
    number("the beginning of a tier");
    number("the end of a tier");
    const labels = Array.from({ length: count(number("the number of intervals"), refuse) }, () => {
      const fromS = number("a time");
      const toS = isIntervals ? number("a time") : fromS;
      return { fromS, toS, text: string("a text").replace(/\s+/g, " ").trim() };
    });
    return { name, isIntervals, labels: labels.filter((label) => label.text !== "") };
  });
  return tiers.filter(({ name, isIntervals }) => isIntervals && !OF_SOUNDS.test(name)).flatMap(utterancesOf);
}

const OF_SOUNDS = /(?:^|[\s_-])(?:phon(?:e|eme)?s?|segments?|syllables?|syl)$/i;
const OF_WORDS = /(?:^|[\s_-]+)words?$/i;
/** Longer silence between two words ends what is said. */
const PAUSE_S = 0.5;

interface Tier {
  readonly name: string;
  readonly labels: readonly { readonly fromS: number; readonly toS: number; readonly text: string }[];
}

function utterancesOf({ name, labels }: Tier): Utterance[] {
  const isWords = OF_WORDS.test(name);
  const speaker = name.replace(OF_WORDS, "").trim() || null;
  const said: { text: string; time: { fromS: number; toS: number } }[] = [];
  for (const { text, fromS, toS } of labels) {
    const last = said.at(-1);
    if (isWords && last !== undefined && fromS - last.time.toS < PAUSE_S) {
      last.text += ` ${text}`;
      last.time.toS = toS;
    } else said.push({ text, time: { fromS, toS } });
  }
  return said.map((one) => ({ ...one, speaker }));
}

/** Every list has a number before it: one that is no number of things is no list. */
function count(value: number, refuse: RefuseTranscript): number {
  if (Number.isInteger(value) && value >= 0 && value < 1e7) return value;
  throw refuse(`it has ${value} where the number of tiers or intervals is expected`);
}

/** `!` begins a remark that ends with its line. */
function tokensOf(text: string): (string | number)[] {
  const found = text.matchAll(
    /"((?:[^"]|"")*)"|![^\n]*|(<[a-z]+>)(?!\S)|(?<!\S)([-+]?\d+(?:\.\d*)?(?:e[-+]?\d+)?)(?!\S)|\S+/gi,
  );
  return [...found].flatMap(([, quoted, flag, digits]): (string | number)[] => {
    if (quoted !== undefined) return [quoted.replaceAll('""', '"')];
    if (flag !== undefined) return [flag];
    return digits === undefined ? [] : [Number(digits)];
  });
}
