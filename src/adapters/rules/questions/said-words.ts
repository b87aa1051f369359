import type { EvidenceItem } from "../../../domain/evidence.ts";
import { spanText } from "../../../domain/timeline.ts";
import { wordsOf } from "../../../facs/prose/words.ts";
import { citing } from "./answer-words.ts";

export const NO_WORDS = "No words were given (`--transcript` takes what is said)";

/** Of what somebody is asked to say, an utterance has to have so much. */
const LEAST_SHARED = 0.5;

/** The utterances that have most of these words, and half of them at least: the one with the fewest others first. */
export function utterancesWith(words: string, items: readonly EvidenceItem[]): EvidenceItem[] {
  const asked = contentIn(words);
  const shares = items.flatMap((item) => {
    if (item.value.type !== "utterance") return [];
    const own = contentIn(item.value.text);
    const shared = [...asked].filter((word) => own.has(word)).length;
    return [{ item, ofAsked: shared / asked.size, ofOwn: shared / own.size }];
  });
  const best = Math.max(LEAST_SHARED, ...shares.map(({ ofAsked }) => ofAsked));
  const found = shares.filter(({ ofAsked }) => ofAsked >= best);
  return found.sort((a, b) => b.ofOwn - a.ofOwn).map(({ item }) => item);
}

/** `"I'm fine." is said from 0.2 to 1.6 s by Ann (F1) [E2]`. */
export function quoteOf({ value, time, id }: EvidenceItem): string {
  if (value.type !== "utterance") return "";
  const { text, speaker, spokenBy } = value;
  const who = speaker ?? spokenBy ?? "somebody";
  const face = spokenBy === null || spokenBy === who ? "" : ` (${spokenBy})`;
  return `${JSON.stringify(text)} is said${time === undefined ? "" : ` ${spanText(time)}`} by ${who}${face}${citing([id])}`;
}

/** Persons and tenses change where words are told again: "I'm fine" is "he is fine". */
const FORM_WORDS = new Set(
  "i me you he she it we they him us them am is are was were be been do does did have has had will would not that to of and so but m s re ve ll d t".split(
    " ",
  ),
);

function contentIn(text: string): ReadonlySet<string> {
  const words = wordsOf(text.replace(/['’]\p{L}+/gu, " "));
  return new Set(words.flatMap(({ text: word, stem }) => (FORM_WORDS.has(word) ? [] : [stem])));
}
