import { type Word, wordsOf } from "../facs/prose/words.ts";
import { cutOut, type FoundTurn, findFortune } from "./fortunes.ts";
import { spanOf } from "./plain-text.ts";
import { type Turn, turnTable } from "./turn-table.ts";
import { createPatterns, type PatternMatch } from "./word-patterns.ts";

let turns: ((words: readonly Word[]) => PatternMatch<Turn>[]) | undefined;

/** The outermost turn of a clause: whose fortune it is first, then in the order of the table. */
export function findTurn(clause: string): FoundTurn | undefined {
  const fortune = findFortune(clause);
  if (fortune !== undefined) return fortune;
  const table = turnTable();
  turns ??= createPatterns(table.turns.flatMap((turn) => turn.words.map((phrase) => [phrase, turn] as const)));
  const words = wordsOf(clause);
  const found = turns(words).filter(({ places }) => !isQuantity(words, places));
  const inOrder = table.turns.flatMap(({ id }) => found.find(({ meaning }) => meaning.id === id) ?? []);
  const outermost = inOrder.find((turn) => deniesFear(turn, inOrder[0], { clause, words })) ?? inOrder[0];
  if (outermost === undefined) return undefined;
  const { meaning, places } = outermost;
  if (meaning.id === DENIED) return { turn: meaning, rest: scopeOf(clause, words, places) };
  const rest = cutOut(clause, words, places, "");
  return { turn: meaning, rest: meaning.id === OVER ? rest.replace(BEFORE_SUBJECT, "") : rest };
}

/** "He shrugs after being told that the train" tells no more than "the train" of what was cancelled. */
const BEFORE_SUBJECT = /^.*\b(?:that|because|when|while|after|told)\s+(?=\S)/i;

/** What may stand between the two: "not at all afraid", "no longer has to fear". */
const BEFORE_FEAR =
  /^\s*(?:(?:at|all|so|very|too|really|even|that|particularly|be|being|been|feel|feeling|has|have|had|to|in|the|least|bit|a)\s+)*$/i;

/** "Not afraid" denies the fear; "afraid that he will not come" fears the denial. */
function deniesFear(
  turn: PatternMatch<Turn>,
  feared: PatternMatch<Turn> | undefined,
  { clause, words }: { readonly clause: string; readonly words: readonly Word[] },
): boolean {
  if (feared?.meaning.id !== FEARED || ![DENIED, OVER].includes(turn.meaning.id)) return false;
  const ahead = turn.places.filter((place) => place < Math.min(...feared.places));
  if (ahead.length === 0) return false;
  return BEFORE_FEAR.test(clause.slice(spanOf(words, ahead).to, spanOf(words, feared.places).from));
}

const FEARED = "feared";
const OVER = "over";
const DENIED = "denied";
/**
 * A denial reaches this far; longer than this, a story goes on about something else. Six, as reaching whole stories cost enISEAR .06 (models/training/situation/README.md).
 */
const SCOPE_WORDS = 6;
const SCOPE_END = /\s(?:because|when|while|after|before|since|that|who|which|by|as|if|so)\s.*$/i;

/** What is denied: the next words, led by what stands in for "nobody" or "nothing". */
function scopeOf(clause: string, words: readonly Word[], places: readonly number[]): string {
  const { to } = spanOf(words, places);
  const after = clause.slice(to).replace(SCOPE_END, "").trim().split(/\s+/).slice(0, SCOPE_WORDS).join(" ");
  return `${insteadOf(words, places)} ${after}`.trim();
}

/** "Almost three weeks" and "nearly all" tell of no event that nearly happened. */
const QUANTITIES =
  /^(?:all|every\w*|always|any\w*|no|nothing|as|half|one|two|three|four|five|six|seven|eight|nine|ten|\d+)$/;

function isQuantity(words: readonly Word[], places: readonly number[]): boolean {
  const [first] = places;
  if (first === undefined || places.length > 1 || !/^(?:almost|nearly)$/.test(words[first]?.text ?? "")) return false;
  return QUANTITIES.test(words[first + 1]?.text ?? "");
}

const INSTEAD: Readonly<Record<string, string>> = {
  nobody: "somebody",
  "no one": "somebody",
  "without any": "with",
  "without a": "with a",
  nothing: "something",
  none: "some",
  nowhere: "somewhere",
  without: "with",
  cannot: "can",
};

function insteadOf(words: readonly Word[], places: readonly number[]): string {
  return INSTEAD[places.map((place) => words[place]?.text).join(" ")] ?? "";
}

/** An expectation as a turn leaves it, with the share that is the turn's doing. */
interface Turned {
  readonly emotions: Map<string, number>;
  readonly share: number;
}

/**
 * What an expectation becomes by a turn: the table says where the mass of pleasant, unpleasant and other labels goes.
 * `asItStands` is what the network makes of the whole clause, which keeps the rest of the say; all of it when what is
 * turned is neither clearly pleasant nor clearly unpleasant.
 */
export function turned(
  { becomes }: Turn,
  expected: ReadonlyMap<string, number>,
  asItStands: ReadonlyMap<string, number>,
): Turned {
  const masses = { pleasant: 0, unpleasant: 0, other: 0 };
  for (const [label, probability] of expected) masses[kindOf(label)] += probability;
  const { clearFrom } = turnTable();
  const isClear = becomes.other !== null || Math.max(masses.pleasant, masses.unpleasant) >= clearFrom;
  const sides = (["pleasant", "unpleasant", "other"] as const).flatMap((kind) => {
    const side = becomes[kind];
    return side === null || !isClear ? [] : [{ weight: side.share * masses[kind], into: side.into }];
  });
  const share = sides.reduce((sum, { weight }) => sum + weight, 0);
  const emotions = new Map([...asItStands].map(([label, probability]) => [label, (1 - share) * probability]));
  for (const { weight, into } of sides) {
    for (const [label, part] of Object.entries(into)) emotions.set(label, (emotions.get(label) ?? 0) + weight * part);
  }
  return { emotions, share };
}

function kindOf(label: string): "pleasant" | "unpleasant" | "other" {
  const { pleasant, unpleasant } = turnTable();
  if (pleasant.includes(label)) return "pleasant";
  return unpleasant.includes(label) ? "unpleasant" : "other";
}
