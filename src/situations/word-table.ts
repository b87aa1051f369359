import { z } from "zod";
import { APPRAISAL_DIMENSIONS } from "../domain/judgment.ts";
import { BASIC_LABELS } from "../domain/labels.ts";
import { knowledgeFile } from "../facs/knowledge-file.ts";
import { type Word, wordsOf } from "../facs/prose/words.ts";
import { createPatterns, type PatternMatch } from "./word-patterns.ts";

const ContextCue = z.strictObject({
  id: z.string().min(1),
  /** What the context then tells of, e.g. `winning`. */
  says: z.string().min(1),
  words: z.array(z.string().min(1)).min(1),
  likelihood: z.partialRecord(z.enum([...BASIC_LABELS, "guilt", "shame"]), z.number().positive()),
  appraisals: z.partialRecord(z.enum(APPRAISAL_DIMENSIONS), z.number().min(-1).max(1)),
  opposite: z.string().nullable(),
});
type ContextCue = z.infer<typeof ContextCue>;

const CueTable = z
  .strictObject({ about: z.string(), cues: z.array(ContextCue).min(1) })
  .superRefine(({ cues }, context) => {
    cues.forEach(({ opposite }, index) => {
      if (opposite === null || cues.some(({ id }) => id === opposite)) return;
      context.addIssue({
        code: "custom",
        message: `no cue is called "${opposite}"`,
        path: ["cues", index, "opposite"],
      });
    });
  });

const cueTable = knowledgeFile(["situations", "word-table.json"], CueTable);

/** A cue of the word table as a text has it. */
export interface FoundCue {
  readonly cue: ContextCue;
  /** 1 when it is plainly said, less when it is denied or hoped for. */
  readonly strength: number;
  /** As written. */
  readonly words: string;
}

let matcher: ((words: readonly Word[]) => PatternMatch<ContextCue>[]) | undefined;

/** Phrases do not reach over these. */
const CLAUSE_END = /[.;:!?\n]+|,\s|\bbut\b|\balthough\b|\bthough\b/i;

/** The situations that the word table finds in a text, as if all of it were plainly said, each cue once. */
export function findCues(text: string): FoundCue[] {
  const found = text.split(CLAUSE_END).flatMap(cuesInClause);
  return found.filter(({ cue }, at) => found.findIndex((other) => other.cue.id === cue.id) === at);
}

function cuesInClause(clause: string): FoundCue[] {
  matcher ??= createPatterns(cueTable().cues.flatMap((cue) => cue.words.map((phrase) => [phrase, cue] as const)));
  const words = wordsOf(clause);
  return matcher(words)
    .filter(({ meaning }) => Object.keys(meaning.likelihood).length > 0)
    .map(({ meaning, places }) => ({ cue: meaning, strength: 1, words: quote(clause, words, places) }));
}

/** The cue that a denial or a rival's turn means; `undefined` where the table names none. */
export function oppositeOf({ cue, words }: FoundCue, strength: number): FoundCue | undefined {
  const opposite = cueTable().cues.find(({ id }) => id === cue.opposite);
  return opposite === undefined ? undefined : { cue: opposite, strength, words };
}

function quote(text: string, words: readonly Word[], places: readonly number[]): string {
  const first = words[Math.min(...places)];
  const last = words[Math.max(...places)];
  if (first === undefined || last === undefined) return "";
  return text.slice(first.index, last.index + last.text.length);
}
