import { z } from "zod";

/** A wheel: level-1 clusters, each with the words that belong to it. Files in `evals/wheels/`. */
export const EmotionWheel = z.strictObject({
  id: z.string(),
  source: z.string(),
  clusters: z.record(z.string(), z.array(z.string()).min(1)),
});
export type EmotionWheel = z.infer<typeof EmotionWheel>;

/** Inflected and derived forms to the noun that names the emotion. File `evals/wheels/lemmas.json`. */
export const LemmaFile = z.strictObject({ source: z.string(), lemmas: z.record(z.string(), z.array(z.string())) });
export type Lemmas = ReadonlyMap<string, string>;

/** Turns the file (noun to its forms) into a look-up (form to noun). @throws {RangeError} when a form has two nouns. */
export function lemmaLookup(file: z.infer<typeof LemmaFile>): Lemmas {
  const lookup = new Map<string, string>();
  for (const [noun, forms] of Object.entries(file.lemmas)) {
    for (const form of forms) {
      const other = lookup.get(form);
      if (other !== undefined) throw new RangeError(`"${form}" stands under "${other}" and "${noun}": keep one`);
      lookup.set(form, noun);
    }
  }
  return lookup;
}

/** Lower case, spaces and hyphens made one space, inflection to the noun: `Joyful` becomes `joy`. */
export function normaliseWord(word: string, lemmas: Lemmas): string {
  const plain = word
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s_-]+/g, " ")
    .replace(/^[\s.,;:!"'()]+|[\s.,;:!"'()]+$/g, "");
  return lemmas.get(plain) ?? lemmas.get(plain.replace(/ly$/, "")) ?? plain;
}

/** The level-1 cluster of a word; `null` when the wheel does not know it. */
export function clusterOf(word: string, wheel: EmotionWheel, lemmas: Lemmas): string | null {
  const noun = normaliseWord(word, lemmas);
  for (const [cluster, words] of Object.entries(wheel.clusters)) {
    if (cluster === noun || words.includes(noun)) return cluster;
  }
  return null;
}
