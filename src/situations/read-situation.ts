import type { LabelProbability } from "../domain/labels.ts";
import { asksOrOrders, statesFact } from "./no-situation.ts";
import { type Clause, clausesOf, foreignLanguageOf, sentencesOf, takeFaceOut, withoutFigures } from "./plain-text.ts";
import {
  type Expectation,
  type ExpectedAppraisal,
  pooledExpectations,
  readClause,
  readPlainly,
} from "./read-clause.ts";
import { readerWords, runSituationNetwork } from "./situation-network.ts";
import { findTurn } from "./turns.ts";
import { type FoundCue, findCues } from "./word-table.ts";

/** What a situation leads one to expect of the one it is about. */
export interface SituationReading {
  /** Ten emotions, the most expected first, summing to 1; `null` when the reader abstains. */
  readonly distribution: readonly LabelProbability[] | null;
  /** Why it abstains, in a sentence. */
  readonly abstention: string | null;
  /** Empty when it abstains. */
  readonly appraisals: readonly ExpectedAppraisal[];
  /** What the word table found, as the sentence turns it. */
  readonly cues: readonly FoundCue[];
  /** What the text does with its events, e.g. "denied", "a rival's". */
  readonly turns: readonly string[];
  /** The text without what it says of faces; empty when nothing was read. */
  readonly read: string;
  /** What was not read, as written: words about the face. */
  readonly leftOut: readonly string[];
}

export interface SituationOptions {
  /** Whom to read it for, as the text calls them; by default the subject, or whom others act on. */
  readonly about?: string;
}

/** `Ann (F1)`, `Ann = F1`, `F1 is Ann`: whose name is whose is no situation. */
const NAMED =
  /(?<!\w)(?:\p{Lu}[\p{L}'-]*\s*(?:\(F\d+\)|[=:]\s*F\d+\b|\bis F\d+\b)|F\d+\s*(?:\(\p{Lu}[\p{L}'-]*\)|(?:[=:]|is\b)\s*\p{Lu}[\p{L}'-]*(?=\s*(?:[.,;!]|$|and F\d))))/gu;
/** Longer texts are read up to here. Set by hand, not fitted. */
const LONGEST_WORDS = 600;
/**
 * From how sure the network must be that a text tells of a situation. The middle of a logistic regression (models/training/situation/gate.py).
 */
const SITUATION_FROM = 0.5;
/** From which share of known words on a text is read. Set by hand, not fitted. */
const KNOWN_FROM = 0.4;
/**
 * Reads a situation told in English: the emotions and appraisals that it leads one to expect of the one it is about.
 * What it says of faces is left out, so that the reading of the face stays apart. Deterministic; no model is asked.
 *
 * @example
 * readSituation("She did not fail the exam").distribution?.[0] // { label: "happiness", probability: 0.6 }
 */
export function readSituation(text: string, options: SituationOptions = {}): SituationReading {
  const refused = refusalOf(text);
  if (refused !== null) return abstaining(refused, []);
  if (tellsOnlyNames(text)) return abstaining("It says only who is who", []);
  const { rest, ofFace } = takeFaceOut(text.split(/\s+/).slice(0, LONGEST_WORDS).join(" "));
  if (rest === "") return abstaining("It tells only of the face, which is left to the reading of the face", ofFace);
  const told = sentencesOf(rest).filter((sentence) => !asksOrOrders(sentence) && !tellsOnlyNames(sentence));
  if (told.length === 0) return abstaining("It asks or orders something and tells of no situation", ofFace);
  const literal = withoutFigures(told.join(" ").replaceAll(NAMED, "Somebody"));
  const unread = whyNoSituation(literal);
  if (unread !== null) return abstaining(unread, ofFace);
  const { emotions, appraisals, cues, turns } = readWhole(literal, options.about);
  return {
    distribution: sorted(emotions),
    abstention: null,
    appraisals,
    cues,
    turns,
    read: told.join(" "),
    leftOut: ofFace,
  };
}

function tellsOnlyNames(text: string): boolean {
  return text.search(NAMED) >= 0 && /^(?:[\s,;.&]|and\b)*$/.test(text.replaceAll(NAMED, ""));
}

function abstaining(abstention: string, leftOut: readonly string[]): SituationReading {
  return { distribution: null, abstention, appraisals: [], cues: [], turns: [], read: "", leftOut };
}

function sorted(emotions: ReadonlyMap<string, number>): LabelProbability[] {
  return [...emotions]
    .map(([label, probability]) => ({ label, probability }))
    .sort((a, b) => b.probability - a.probability || a.label.localeCompare(b.label));
}

function refusalOf(text: string): string | null {
  if (text.trim() === "") return "No situation was given";
  if (!/\p{L}/u.test(text)) return "It has no words";
  const language = foreignLanguageOf(text);
  if (language === null) return null;
  return `It is written in ${language}: context is read in English only; a language model reads others`;
}

function whyNoSituation(text: string): string | null {
  const { tellsSituation, knownShare } = runSituationNetwork(text);
  if (readerWords(text).length === 0 || knownShare < KNOWN_FROM) {
    return "Its words are not known to the reader, which knows English only; a language model reads others";
  }
  if (sentencesOf(text).every(statesFact)) return "It states a fact and tells of nothing that happens to anybody";
  // Who adds words to the table wants them read.
  return tellsSituation < SITUATION_FROM && findCues(text).length === 0
    ? "It tells of no situation that the reader recognises"
    : null;
}

/** The text as it stands where nothing in it is turned, else sentence by sentence, the last one counting twice. */
function readWhole(text: string, about: string | undefined): Expectation {
  const sentences = sentencesOf(text);
  const parts = sentences.map((sentence, at) => ({
    expectation: readSentence(sentence, about),
    weight: at === sentences.length - 1 ? 2 : 1,
  }));
  if (parts.length < 2) return parts[0]?.expectation ?? readPlainly(text);
  const isTurned = parts.some(({ expectation }) => expectation.turns.length > 0);
  if (isTurned) return pooledExpectations(parts);
  return pooledExpectations([...parts, { expectation: readPlainly(text), weight: parts.length + 1 }]);
}

/** Clause by clause only where one is turned: the network learned on whole sentences. */
function readSentence(sentence: string, about: string | undefined): Expectation {
  const clauses = clausesOf(sentence);
  if (clauses.length < 2 || !clauses.some(({ text }) => findTurn(text) !== undefined))
    return readClause(sentence, about);
  return pooledExpectations(
    clauses.map((clause, at) => {
      const inVain = clauses[at + 1]?.openedBy === "but";
      return { expectation: readClause(clause.text, about, inVain), weight: weightOf(clause, inVain) };
    }),
  );
}

/** What follows "but" is the point, what follows "although" is not. */
function weightOf({ text, openedBy }: Clause, beforeBut: boolean): number {
  const length = Math.sqrt(readerWords(text).length);
  if (openedBy === "but" || openedBy === "yet") return 2 * length;
  if (openedBy === "although" || openedBy === "though" || openedBy === "while") return 0.4 * length;
  return beforeBut ? 0.8 * length : length;
}
