import type { Side } from "../../domain/measurement.ts";
import type { Clause } from "./clauses.ts";
import { lexicon, type Meaning } from "./lexicon.ts";

/** How many words may stand between a part and its movement: "lip corners, as in a smile, are drawn slightly up". */
const MAXIMUM_GAP_WORDS = 6;
/** "And" parts more than another word: in "gaze down and brows raised" the brows are raised. */
const AND_COUNTS_AS_WORDS = 3;

/** A mention before it is known whether it is affirmed or denied. */
export interface MentionUnit {
  readonly anyOf: readonly string[];
  readonly side: Side;
  readonly negatable: boolean;
  readonly absentByWording: boolean;
  readonly index: number;
  readonly end: number;
  readonly statedValue: number | null;
  readonly kind: "code" | "phrase" | "movement";
  /** In brackets behind something that says the same: shares its fate. */
  readonly aside: boolean;
}

/** A part or movement among the words of a clause. */
interface Mark {
  readonly names: readonly string[];
  readonly from: number;
  readonly to: number;
}

/** Codes, phrases and parts with their movements, in the order of the text. */
export function unitsInClause(clause: Clause, previous: Clause | undefined): MentionUnit[] {
  const fixed = [...codeUnits(clause), ...phraseUnits(clause)];
  const asides = clause.asides.flatMap((aside) =>
    unitsInClause(aside, undefined).map((unit) => ({ ...unit, aside: true })),
  );
  const units = [...fixed, ...movementUnits(clause, fixed, previous), ...asides].sort((a, b) => a.index - b.index);
  return units.map((unit, at) => (isRepetition(clause, units[at - 1], unit) ? { ...unit, aside: true } : unit));
}

/** "AU4, the brow lowerer": the name right behind the code says nothing new. */
function isRepetition(clause: Clause, before: MentionUnit | undefined, unit: MentionUnit): boolean {
  if (before === undefined || !unit.anyOf.some((au) => before.anyOf.includes(au))) return false;
  return !clause.words.some(({ index }) => index >= before.end && index < unit.index);
}

function codeUnits(clause: Clause): MentionUnit[] {
  return clause.codes.flatMap(({ groups, index, end, statedValue }) =>
    groups.map((group) => ({
      anyOf: group.anyOf,
      side: group.side === "both" ? sideNear(clause, { index, end }) : group.side,
      negatable: true,
      absentByWording: false,
      index,
      end,
      statedValue,
      kind: "code" as const,
      aside: false,
    })),
  );
}

function phraseUnits(clause: Clause): MentionUnit[] {
  return clause.content.flatMap(({ meanings, from, to }) =>
    meanings.flatMap((each) =>
      each.type === "phrase" ? [unitFrom(clause, each.meaning, { from, to, kind: "phrase" })] : [],
    ),
  );
}

function movementUnits(clause: Clause, fixed: readonly MentionUnit[], previous: Clause | undefined): MentionUnit[] {
  const parts = marks(clause, "part");
  const moves = marks(clause, "move").filter((move) => !isOwnedByPhrase(clause, move));
  if (parts.length === 0) return borrowedUnit(clause, moves, previous);
  const bound = bindNearest(clause, parts, moves, fixed);
  const shared = parts
    .filter((part) => !bound.some((pair) => pair.part === part))
    .flatMap((part) => {
      const neighbour = bound.find((pair) => onlyLinksBetween(clause, part, pair.part));
      return neighbour === undefined ? [] : [{ part, move: neighbour.move }];
    });
  return [...bound, ...shared].flatMap(({ part, move }) => {
    const meaning = meaningOf(part, move);
    if (meaning === undefined) return [];
    const span = { from: Math.min(part.from, move.from), to: Math.max(part.to, move.to) };
    return [unitFrom(clause, meaning, { ...span, kind: "movement", near: part })];
  });
}

/** "The brows are not lowered but raised": after "but" a movement may take the part of the clause before. */
function borrowedUnit(clause: Clause, moves: readonly Mark[], previous: Clause | undefined): MentionUnit[] {
  const move = moves[0];
  const part = previous === undefined ? undefined : marks(previous, "part").at(-1);
  if (clause.openedBy !== "but" || move === undefined || move.from > 1 || part === undefined) return [];
  const meaning = meaningOf(part, move);
  return meaning === undefined ? [] : [unitFrom(clause, meaning, { ...move, kind: "movement" })];
}

function marks(clause: Clause, type: "part" | "move"): Mark[] {
  return clause.content.flatMap(({ meanings, from, to }) => {
    const names = meanings.flatMap((meaning) => {
      if (meaning.type === "part" && type === "part") return [meaning.part];
      return meaning.type === "move" && type === "move" ? [meaning.move] : [];
    });
    return names.length === 0 ? [] : [{ names, from, to }];
  });
}

/** In "a wide smile and bright eyes", wide belongs to the smile. */
function isOwnedByPhrase(clause: Clause, move: Mark): boolean {
  return clause.content.some(
    ({ meanings, from }) => from === move.to + 1 && meanings.some(({ type }) => type === "phrase"),
  );
}

function meaningOf(part: Mark, move: Mark): Meaning | undefined {
  for (const partName of part.names) {
    for (const moveName of move.names) {
      const meaning = lexicon().meaningOf(partName, moveName);
      if (meaning !== undefined) return meaning;
    }
  }
  return undefined;
}

/** Binds each part to the nearest movement that goes with it, the nearest pairs first, nothing twice. */
function bindNearest(
  clause: Clause,
  parts: readonly Mark[],
  moves: readonly Mark[],
  fixed: readonly MentionUnit[],
): { part: Mark; move: Mark }[] {
  const candidates = parts
    .flatMap((part) => moves.map((move) => ({ part, move, gap: gapWords(clause, part, move) })))
    .filter(({ part, move, gap }) => {
      const apart = gap <= MAXIMUM_GAP_WORDS && !separated(clause, part, move, fixed);
      return apart && meaningOf(part, move) !== undefined;
    })
    .sort((a, b) => a.gap - b.gap);
  const bound: { part: Mark; move: Mark }[] = [];
  for (const { part, move } of candidates) {
    if (!bound.some((pair) => pair.part === part || pair.move === move)) bound.push({ part, move });
  }
  return bound;
}

function gapWords(clause: Clause, a: Mark, b: Mark): number {
  const between = a.from > b.to ? clause.words.slice(b.to + 1, a.from) : clause.words.slice(a.to + 1, b.from);
  return between.reduce((gap, { text }) => gap + (text === "and" ? AND_COUNTS_AS_WORDS : 1), 0);
}

/** Whether something else is named between the two. */
function separated(clause: Clause, a: Mark, b: Mark, fixed: readonly MentionUnit[]): boolean {
  const [first, second] = a.from < b.from ? [a, b] : [b, a];
  const from = clause.words[first.to]?.index ?? 0;
  const to = clause.words[second.from]?.index ?? 0;
  return fixed.some((unit) => unit.index > from && unit.index < to);
}

const LINKS = new Set(["and", "or", "both", "left", "right", "well", "as"]);

/** Whether two parts stand in a list: "the cheeks and lip corners are raised". */
function onlyLinksBetween(clause: Clause, a: Mark, b: Mark): boolean {
  const [first, second] = a.from < b.from ? [a, b] : [b, a];
  const between = clause.words.slice(first.to + 1, second.from);
  return between.length > 0 && between.every(({ text }) => LINKS.has(text));
}

function unitFrom(
  clause: Clause,
  meaning: Meaning,
  place: { from: number; to: number; kind: "phrase" | "movement"; near?: Mark },
): MentionUnit {
  const last = clause.words[place.to];
  const index = clause.words[place.from]?.index ?? 0;
  const end = last === undefined ? index : last.index + last.text.length;
  const part = clause.words[place.near?.from ?? place.from]?.index ?? index;
  return {
    anyOf: meaning.anyOf,
    side: sideNear(clause, { index: part, end }),
    negatable: meaning.negatable,
    absentByWording: meaning.absent,
    index,
    end,
    statedValue: null,
    kind: place.kind,
    aside: false,
  };
}

/** A side named within two words before, inside, or as "on the left side" later in the clause. */
function sideNear(clause: Clause, span: { index: number; end: number }): Side {
  const start = clause.words.filter(({ index }) => index < span.index).length;
  const stop = clause.words.filter(({ index }) => index < span.end).length;
  const sides = clause.words
    .filter((_word, at) => at >= start - 2 && (at < stop || isSideOfFace(clause, at)) && !isPlace(clause, at))
    .map(({ text }) => text);
  const left = sides.includes("left");
  const right = sides.includes("right");
  if (left === right) return "both";
  return left ? "left" : "right";
}

/** "On the left side". */
function isSideOfFace(clause: Clause, at: number): boolean {
  return ["side", "half", "corner"].includes(clause.words[at + 1]?.text ?? "");
}

/** "The man on the right smiles" says where he stands, "on the right cheek" which cheek. */
function isPlace(clause: Clause, at: number): boolean {
  const preposition = ["on", "at", "to", "from"].includes(clause.words[at - 1]?.text ?? "");
  return preposition && !isSideOfFace(clause, at) && !marks(clause, "part").some(({ from }) => from === at + 1);
}
