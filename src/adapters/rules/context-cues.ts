import { z } from "zod";
import { ConfigurationError } from "../../domain/errors.ts";
import { APPRAISAL_DIMENSIONS } from "../../domain/judgment.ts";
import { BASIC_LABELS } from "../../domain/labels.ts";
import { knowledgeFile } from "../../facs/knowledge-file.ts";
import { stemsOf, type Word, wordsOf } from "../../facs/prose/words.ts";

const ContextCue = z.strictObject({
  id: z.string().min(1),
  /** What the context then tells of, e.g. `winning`. */
  says: z.string().min(1),
  words: z.array(z.string().min(1)).min(1),
  likelihood: z.partialRecord(z.enum(BASIC_LABELS), z.number().positive()),
  appraisals: z.partialRecord(z.enum(APPRAISAL_DIMENSIONS), z.number().min(-1).max(1)),
  opposite: z.string().nullable(),
});
export type ContextCue = z.infer<typeof ContextCue>;

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

const cueTable = knowledgeFile(["rules", "context-cues.json"], CueTable);

/** A cue as a text has it. */
export interface FoundCue {
  readonly cue: ContextCue;
  /** 1 when it is plainly said, less when it is denied, hoped for or someone else's. */
  readonly strength: number;
  /** As written. */
  readonly words: string;
  /** How the text turns it: `denied` and `turned` cues stand for the opposite of what was found. */
  readonly turn: "said" | "denied" | "turned" | "supposed";
}

/** A denied cue says less about what did happen than a plain one. */
const DENIED_STRENGTH = 0.6;
const SUPPOSED_STRENGTH = 0.3;
const MAXIMUM_GAP_WORDS = 3;
const NEGATION_REACH_WORDS = 4;

const NEGATORS = new Set(stemsOf("not no never without nobody cannot neither nor fail yet almost nearly avoid"));
const SUPPOSERS = new Set(stemsOf("if would hope want wish may might could dream imagine pretend unless whether plan"));
const OTHERS = new Set(stemsOf("opponent rival enemy competitor"));

interface Pattern {
  readonly cue: ContextCue;
  /** Runs of stems with up to three words between them. */
  readonly runs: readonly (readonly string[])[];
  readonly length: number;
}

let compiled: readonly Pattern[] | undefined;

/** The longest first, then in the order of the table, so that "lose the final" is found before "lose". */
function patterns(): readonly Pattern[] {
  compiled ??= cueTable()
    .cues.flatMap((cue) =>
      cue.words.map((phrase) => {
        const runs = phrase.split("...").map(stemsOf);
        if (runs.some((run) => run.length === 0)) {
          throw new ConfigurationError(`Cannot use the words "${phrase}" of cue "${cue.id}": they are never compared`);
        }
        return { cue, runs, length: runs.flat().length };
      }),
    )
    .sort((a, b) => b.length - a.length);
  return compiled;
}

/** The situations that a text tells of, each cue once, the plainest mention of it. */
export function findContextCues(text: string): FoundCue[] {
  const best = new Map<string, FoundCue>();
  for (const clause of clausesOf(text)) {
    for (const found of cuesInClause(clause.words, text)) {
      if (Object.keys(found.cue.likelihood).length === 0) continue;
      const earlier = best.get(found.cue.id);
      if (earlier === undefined || earlier.strength < found.strength) best.set(found.cue.id, found);
    }
  }
  return [...best.values()];
}

function clausesOf(text: string): { words: Word[] }[] {
  const clauses: { words: Word[] }[] = [];
  let from = 0;
  for (const match of [...text.matchAll(/[.;:!?\n]+|,\s|\bbut\b|\balthough\b|\bthough\b/gi), null]) {
    const to = match === null ? text.length : match.index;
    const offset = from;
    const words = wordsOf(text.slice(from, to)).map((word) => ({ ...word, index: word.index + offset }));
    if (words.length > 0) clauses.push({ words });
    from = match === null ? to : match.index + match[0].length;
  }
  return clauses;
}

function cuesInClause(words: readonly Word[], text: string): FoundCue[] {
  const claimed = new Set<number>();
  const found: FoundCue[] = [];
  for (const pattern of patterns()) {
    for (let start = 0; start < words.length; start += 1) {
      const places = matchAt(pattern, words, start);
      if (places === undefined || places.some((place) => claimed.has(place))) continue;
      for (const place of places) claimed.add(place);
      const turned = turn(pattern.cue, words, places);
      if (turned !== undefined) found.push({ ...turned, words: quote(text, words, places) });
    }
  }
  return found;
}

function matchAt({ runs }: Pattern, words: readonly Word[], start: number): number[] | undefined {
  const places: number[] = [];
  let at = start;
  for (const [index, run] of runs.entries()) {
    const from = index === 0 ? at : nearestRun(run, words, at);
    if (from === undefined || !isRun(run, words, from)) return undefined;
    run.forEach((_stem, step) => {
      places.push(from + step);
    });
    at = from + run.length;
  }
  return places;
}

function nearestRun(run: readonly string[], words: readonly Word[], from: number): number | undefined {
  for (let at = from; at <= from + MAXIMUM_GAP_WORDS; at += 1) {
    if (isRun(run, words, at)) return at;
  }
  return undefined;
}

function isRun(run: readonly string[], words: readonly Word[], at: number): boolean {
  return run.every((stem, step) => words[at + step]?.stem === stem);
}

/** What the words before a cue make of it; `undefined` when nothing can be said. */
function turn(cue: ContextCue, words: readonly Word[], places: readonly number[]): Omit<FoundCue, "words"> | undefined {
  const first = Math.min(...places);
  const before = words.slice(0, first);
  const near = before.slice(-NEGATION_REACH_WORDS);
  const opposite = cueTable().cues.find(({ id }) => id === cue.opposite);
  const ofOthers = before.some(({ stem }) => OTHERS.has(stem));
  if (near.some(({ stem }) => NEGATORS.has(stem))) {
    return opposite === undefined ? undefined : { cue: opposite, strength: DENIED_STRENGTH, turn: "denied" };
  }
  if (ofOthers && opposite !== undefined) return { cue: opposite, strength: 1, turn: "turned" };
  if (before.some(({ stem }) => SUPPOSERS.has(stem))) return { cue, strength: SUPPOSED_STRENGTH, turn: "supposed" };
  return { cue, strength: 1, turn: "said" };
}

function quote(text: string, words: readonly Word[], places: readonly number[]): string {
  const first = words[Math.min(...places)];
  const last = words[Math.max(...places)];
  if (first === undefined || last === undefined) return "";
  return text.slice(first.index, last.index + last.text.length);
}
