import { z } from "zod";
import { ActionUnitName } from "../../domain/measurement.ts";
import { actionUnits } from "../action-units.ts";
import { knowledgeFile } from "../knowledge-file.ts";
import { createPhraseTable, type PhraseTable } from "./phrase-table.ts";

const Phrases = z.array(z.string().min(1)).min(1);
const Meant = {
  anyOf: z.array(ActionUnitName).min(1),
  /** The wording itself denies them: a closed mouth. */
  absent: z.boolean().optional(),
  /** False when the negated wording claims nothing: "no smirk" may still be a smile. */
  negatable: z.boolean().optional(),
};

const LexiconFile = z
  .strictObject({
    about: z.string(),
    parts: z.record(z.string(), Phrases),
    moves: z.record(z.string(), Phrases),
    pairs: z.array(z.strictObject({ part: z.string(), moves: z.array(z.string()).min(1), ...Meant })),
    phrases: z.array(z.strictObject({ words: Phrases, ...Meant })),
    ignored: Phrases,
    negators: Phrases,
    absent: Phrases,
    present: Phrases,
    undecided: Phrases,
    hypothetical: Phrases,
    qualifiers: Phrases,
  })
  .superRefine((file, context) => {
    file.pairs.forEach((pair, index) => {
      const unknown = [
        ...(pair.part in file.parts ? [] : [pair.part]),
        ...pair.moves.filter((move) => !(move in file.moves)),
      ];
      for (const name of unknown) {
        context.addIssue({ code: "custom", message: `no part or move is called "${name}"`, path: ["pairs", index] });
      }
    });
  });

/** Which action units some wording speaks of. */
export interface Meaning {
  /** At least one of these is meant. */
  readonly anyOf: readonly string[];
  readonly absent: boolean;
  readonly negatable: boolean;
}

export type Content =
  | { readonly type: "ignored" }
  | { readonly type: "phrase"; readonly meaning: Meaning }
  | { readonly type: "part"; readonly part: string }
  | { readonly type: "move"; readonly move: string };

export type Marker = "negator" | "absent" | "present" | "undecided" | "hypothetical" | "qualifier";

/** `models/facs/lexicon.json` with the names of the action units, made ready for looking up. */
interface Lexicon {
  readonly content: PhraseTable<Content>;
  readonly markers: PhraseTable<Marker>;
  /** What a part with a movement means, `undefined` when the two do not go together. */
  meaningOf(part: string, move: string): Meaning | undefined;
}

const lexiconFile = knowledgeFile(["facs", "lexicon.json"], LexiconFile);
let compiled: Lexicon | undefined;

/** The lexicon that ships with Kuleshov, compiled once. */
export function lexicon(): Lexicon {
  compiled ??= compileLexicon(lexiconFile());
  return compiled;
}

function compileLexicon(file: z.infer<typeof LexiconFile>): Lexicon {
  const pairs = new Map(
    file.pairs.flatMap((pair) => pair.moves.map((move) => [`${pair.part}|${move}`, meaning(pair)] as const)),
  );
  return {
    content: createPhraseTable(contentEntries(file)),
    markers: createPhraseTable([
      ...file.negators.map((phrase) => [phrase, "negator"] as const),
      ...file.absent.map((phrase) => [phrase, "absent"] as const),
      ...file.present.map((phrase) => [phrase, "present"] as const),
      ...file.undecided.map((phrase) => [phrase, "undecided"] as const),
      ...file.hypothetical.map((phrase) => [phrase, "hypothetical"] as const),
      ...file.qualifiers.map((phrase) => [phrase, "qualifier"] as const),
    ]),
    meaningOf: (part, move) => pairs.get(`${part}|${move}`),
  };
}

function contentEntries(file: z.infer<typeof LexiconFile>): (readonly [string, Content])[] {
  const named = (type: "part" | "move", table: Record<string, string[]>) =>
    Object.entries(table).flatMap(([name, phrases]) =>
      phrases.map((phrase): readonly [string, Content] => [
        phrase,
        type === "part" ? { type, part: name } : { type, move: name },
      ]),
    );
  // Where a unit's name is a wording that people use for more units ("eyes closed"), the wider meaning holds.
  const worded = new Set(file.phrases.flatMap(({ words }) => words));
  return [
    ...file.ignored.map((phrase) => [phrase, { type: "ignored" }] as const),
    ...file.phrases.flatMap((phrase) =>
      phrase.words.map((words) => [words, { type: "phrase", meaning: meaning(phrase) }] as const),
    ),
    // Head and eye directions are not held to action units: head pose and gaze are evidence of their own kinds.
    ...actionUnits()
      .filter(({ au, name }) => Number(au.slice(2)) < 51 && !worded.has(name))
      .map(({ au, name }) => [name, { type: "phrase", meaning: meaning({ anyOf: [au] }) }] as const),
    ...named("part", file.parts),
    ...named("move", file.moves),
  ];
}

function meaning(entry: {
  anyOf: readonly string[];
  absent?: boolean | undefined;
  negatable?: boolean | undefined;
}): Meaning {
  return { anyOf: entry.anyOf, absent: entry.absent === true, negatable: entry.negatable !== false };
}
