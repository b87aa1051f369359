import { type Lemmas, normaliseWord } from "./metrics/emotion-wheels.ts";

/** Recognises a taxonomy's labels in whatever form a model writes them. */
export interface LabelReader {
  readonly labels: readonly string[];
  /** The taxonomy's own spelling, or `null` for a word that is none of its labels. */
  read(word: string): string | null;
  /** The taxonomy's spelling where there is one, otherwise the word in plain form, which then equals no label. */
  readOrKeep(word: string): string;
}

/**
 * Matches labels whatever their case, hyphens and inflection (`happy` is `happiness`), and by any part of a label with a
 * slash (`doubt` is `doubt/confusion`). Without labels every word stands for itself in plain form.
 */
export function createLabelReader(labels: readonly string[], lemmas: Lemmas): LabelReader {
  const known = new Map<string, string>();
  for (const label of labels) known.set(normaliseWord(label, lemmas), label);
  for (const label of labels) {
    for (const part of label.split("/")) {
      const plain = normaliseWord(part, lemmas);
      if (!known.has(plain)) known.set(plain, label);
    }
  }
  const read = (word: string) => known.get(normaliseWord(word, lemmas)) ?? null;
  return { labels, read, readOrKeep: (word) => read(word) ?? normaliseWord(word, lemmas) };
}
