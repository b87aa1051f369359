import type { CodeGroup } from "./action-unit-codes.ts";
import { type Content, lexicon, type Marker } from "./lexicon.ts";
import type { PhraseMatch } from "./phrase-table.ts";
import { type Word, wordsOf } from "./words.ts";

/** A stretch of text in which one thing is said, with what the lexicon finds in it. */
export interface Clause {
  /** Without codes and brackets; `index` counts in the whole text. */
  readonly words: readonly Word[];
  readonly content: readonly PhraseMatch<Content>[];
  readonly markers: readonly PhraseMatch<Marker>[];
  readonly codes: readonly CodeGroup[];
  /** Brackets that say the same in other words: "raised cheeks (AU6)". */
  readonly asides: readonly Clause[];
  /** The conjunction that opened it, `null` after a full stop, a comma or at the start. */
  readonly openedBy: string | null;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

const BREAK =
  /(?<![.;:!?])[.;:!?]+(?=\s|$)|\n+|[—–]|\s-\s|,\s|\b(but|while|although|though|whereas|yet|however|despite|because)\b/gi;
const BRACKETS = /\(([^()]*)\)|\[([^[\]]*)\]/g;

/**
 * Cuts a text into clauses. A bracket that names something and says whether it is shown ("(AU4 absent)") is a clause of
 * its own, one that only names something ("(AU6)") an aside of the clause around it, any other is read in place.
 */
export function splitClauses(text: string, codes: readonly CodeGroup[]): Clause[] {
  const masked = blank(text, codes);
  const brackets = [...masked.matchAll(BRACKETS)].map((match) => {
    const span = { from: match.index, to: match.index + match[0].length };
    return { ...span, clause: clauseIn(masked, span, { codes, asides: [], openedBy: null }) };
  });
  const naming = brackets.filter(({ clause }) => clause.codes.length > 0 || namesSomething(clause));
  const own = naming.filter(({ clause }) => clause.markers.length > 0);
  const asides = naming.filter(({ clause }) => clause.markers.length === 0);
  const outer = blank(
    masked,
    naming.map(({ from, to }) => ({ index: from, end: to })),
  ).replace(/[()[\]]/g, " ");
  const inBrackets = new Set(naming.flatMap(({ clause }) => clause.codes));
  const outside = codes.filter((code) => !inBrackets.has(code));
  const clauses = cut(outer).map(({ from, to, openedBy }) => {
    const inside = within(asides, { from, to }, (aside) => aside.from);
    return clauseIn(outer, { from, to }, { codes: outside, asides: inside.map(({ clause }) => clause), openedBy });
  });
  return [...clauses, ...own.map(({ clause }) => clause)];
}

function clauseIn(text: string, span: Span, rest: Pick<Clause, "codes" | "asides" | "openedBy">): Clause {
  const words = wordsOf(text.slice(span.from, span.to)).map((word) => ({ ...word, index: word.index + span.from }));
  const content = lexicon().content.matchAll(words);
  const ignored = content.filter(({ meanings }) => meanings[0]?.type === "ignored");
  const markers = lexicon()
    .markers.matchAll(words)
    .filter((marker) => !ignored.some((match) => marker.from <= match.to && marker.to >= match.from));
  return { words, content, markers, ...rest, codes: within(rest.codes, span, ({ index }) => index) };
}

/** Those that begin inside a span, of a list in the order of the text. */
function within<T>(list: readonly T[], { from, to }: Span, startOf: (item: T) => number): readonly T[] {
  const first = firstFrom(from);
  return list.slice(first, firstFrom(to));

  function firstFrom(place: number): number {
    let [low, high] = [0, list.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (startOf(list[middle] as T) < place) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function namesSomething(clause: Clause): boolean {
  return clause.content.some(({ meanings }) => meanings.some(({ type }) => type === "phrase" || type === "part"));
}

/** Overwrites spans, which are in the order of the text, with spaces, so that offsets stay what they are. */
function blank(text: string, spans: readonly { index: number; end: number }[]): string {
  const pieces: string[] = [];
  let at = 0;
  for (const { index, end } of spans) {
    pieces.push(text.slice(at, index), " ".repeat(end - index));
    at = end;
  }
  return pieces.join("") + text.slice(at);
}

interface Piece extends Span {
  readonly openedBy: string | null;
}

function cut(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  let openedBy: string | null = null;
  for (const match of text.matchAll(BREAK)) {
    if (!isApposition(text, { from, to: match.index }, match)) {
      pieces.push(...shortened(text, { from, to: match.index, openedBy }));
      from = match.index + match[0].length;
      openedBy = match[1]?.toLowerCase() ?? null;
    }
  }
  pieces.push(...shortened(text, { from, to: text.length, openedBy }));
  return pieces;
}

/** Beyond what anybody writes; every word of a clause is looked at for every other. */
const LONGEST_CLAUSE = 1000;

/**
 * Cuts what never ends, so that the time to read a text grows with its length alone: before an "and", across which nothing
 * is denied, or else at a space.
 */
function* shortened(text: string, whole: Piece): Generator<Piece> {
  let { from, openedBy } = whole;
  while (whole.to - from > LONGEST_CLAUSE) {
    const piece = text.slice(from, from + LONGEST_CLAUSE);
    const length = [" and ", " "].map((end) => piece.lastIndexOf(end)).find((end) => end > 0) ?? LONGEST_CLAUSE;
    const to = from + length;
    yield { from, to, openedBy };
    [from, openedBy] = [to, null];
  }
  yield { from, to: whole.to, openedBy };
}

const VERB = /^\s*(?:is|are|was|were|remains?|stays?)\b/i;

/** A comma cuts nothing after a bare code or before a verb: "AU4, the brow lowerer, is absent" is one clause. */
function isApposition(text: string, before: Span, comma: RegExpExecArray): boolean {
  if (!comma[0].startsWith(",")) return false;
  return text.slice(before.from, before.to).trim() === "" || VERB.test(text.slice(comma.index + comma[0].length));
}
