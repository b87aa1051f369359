import { type Exemplar, exemplarText } from "../domain/exemplar.ts";
import { coordinatesOf, type ExpressionSpace, type SpaceDimension } from "../domain/expression-space.ts";

/** A coordinate on both faces, in the units of its dimension. */
interface ComparedDimension {
  readonly name: string;
  readonly query: number;
  readonly exemplar: number;
}

/** In which named coordinates two faces are similar, and in which different. Both lists lead with the most telling. */
export interface ExpressionMatch {
  readonly similar: readonly ComparedDimension[];
  readonly different: readonly ComparedDimension[];
}

/** Both faces depart at least so far from an average face... */
const NOTABLE_DEPARTURE = 0.25;
/** ...and stand no farther apart than this: similar. */
const SIMILAR_WITHIN = 0.2;
/** From here on a difference is worth a word. */
const DIFFERENT_FROM = 0.35;
const MOST_SIMILAR = 4;
const MOST_DIFFERENT = 2;

/** Compares two stored vectors by name. Coordinates that were not measured stand at the centre and are never named. */
export function compareExpressions(
  space: ExpressionSpace,
  query: Float32Array,
  exemplar: Float32Array,
): ExpressionMatch {
  const [here, there] = [coordinatesOf(space, query), coordinatesOf(space, exemplar)];
  const compared = space.dimensions.map((dimension, index) => ({
    dimension,
    pair: { name: dimension.name, query: here[index] as number, exemplar: there[index] as number },
  }));
  const similar = compared
    .filter(({ dimension, pair }) => sharedDeparture(dimension, pair) >= NOTABLE_DEPARTURE)
    .filter(({ pair }) => Math.abs(pair.query - pair.exemplar) <= SIMILAR_WITHIN)
    .sort((a, b) => sharedDeparture(b.dimension, b.pair) - sharedDeparture(a.dimension, a.pair));
  const different = compared
    .filter(({ pair }) => Math.abs(pair.query - pair.exemplar) >= DIFFERENT_FROM)
    .sort((a, b) => weightedDifference(b) - weightedDifference(a));
  return {
    similar: similar.slice(0, MOST_SIMILAR).map(({ pair }) => pair),
    different: different.slice(0, MOST_DIFFERENT).map(({ pair }) => pair),
  };
}

/** How far both are from the centre; on the same side of it, where they stand close together. */
function sharedDeparture(dimension: SpaceDimension, pair: ComparedDimension): number {
  return Math.min(Math.abs(pair.query - dimension.centre), Math.abs(pair.exemplar - dimension.centre));
}

function weightedDifference({ dimension, pair }: { dimension: SpaceDimension; pair: ComparedDimension }): number {
  return dimension.weight * Math.abs(pair.query - pair.exemplar);
}

/** The comparison in words: `AU6 and AU12 similar (0.84 and 0.95 here, 0.79 and 0.93 there)`. */
export function expressionReasons(match: ExpressionMatch): string[] {
  const reasons: string[] = [];
  if (match.similar.length > 0) reasons.push(`${names(match.similar)} similar (${numbers(match.similar)})`);
  else reasons.push("nothing that stands out in common");
  if (match.different.length > 0) reasons.push(`${names(match.different)} different (${numbers(match.different)})`);
  return reasons;
}

/** Words of the query that the exemplar's text has too, as the query writes them, in their order. */
export function sharedWords(query: string, exemplar: Exemplar): string[] {
  return wordsInBoth(query, exemplarText(exemplar));
}

/** Words of the query that a text has too. */
export function wordsInBoth(query: string, text: string): string[] {
  const there = tellingWords(text);
  return [...tellingWords(query)].flatMap(([stemmed, word]) => (there.has(stemmed) ? [word] : []));
}

/** The words of a text that are not in every text, by their stems, in their order. */
export function tellingWords(text: string): ReadonlyMap<string, string> {
  const telling = words(text).filter((word) => word.length > 2 && !COMMON.has(word));
  return new Map(telling.map((word) => [stem(word), word]));
}

/** English words that match everything and explain nothing. */
const COMMON = new Set(
  "the and for with are was were this that from into what which who how has have had not but his her their its you".split(
    " ",
  ),
);

function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** Drops the English endings that the text index also ignores. Crude: it explains a match, it does not make one. */
function stem(word: string): string {
  const short = word.replace(/(ing|ed|es|s|er)$/u, "");
  return short.length < 3 || short === word ? word : stem(short);
}

function names(pairs: readonly ComparedDimension[]): string {
  return listed(pairs.map((pair) => pair.name));
}

function numbers(pairs: readonly ComparedDimension[]): string {
  const values = (side: "query" | "exemplar") => listed(pairs.map((pair) => pair[side].toFixed(2)));
  return `${values("query")} here, ${values("exemplar")} there`;
}

function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}
