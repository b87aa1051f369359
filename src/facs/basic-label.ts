import { BASIC_LABELS, type BasicLabel } from "../domain/labels.ts";

/** Other names by which models and networks mean one of the eight labels. Broader or narrower words are not here. */
const SYNONYMS: Readonly<Record<BasicLabel, string>> = {
  anger: "angry anger rage",
  contempt: "contemptuous contempt scorn",
  disgust: "disgusted disgust revulsion",
  fear: "afraid scared fearful frightened fear",
  happiness: "happy joy joyful happiness",
  neutral: "neutral none neutrality",
  sadness: "sad sadness sorrow unhappiness unhappy",
  surprise: "surprised surprise astonishment",
};

const byWord = new Map(
  BASIC_LABELS.flatMap((label) => SYNONYMS[label].split(" ").map((word) => [word, label] as const)),
);

/** The one of the eight labels that a word means, or `undefined` for another category. */
export function basicLabelOf(word: string): BasicLabel | undefined {
  return byWord.get(word.trim().toLowerCase());
}
