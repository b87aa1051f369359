import type { Exemplar } from "../domain/exemplar.ts";
import { coordinatesOf, type ExpressionSpace, similarityAt, vectorDistance } from "../domain/expression-space.ts";
import { groupBy } from "../domain/group-by.ts";
import type { EmbeddedExemplar } from "../ports/exemplar-store.ts";
import { tellingWords, wordsInBoth } from "./explain-match.ts";

/** One way in which a category looks in one kind of context, distilled from the exemplars that are alike in both. */
export interface CategoryDescription {
  readonly category: string;
  /** `awe 1 of 2`: a category may have several looks. */
  readonly id: string;
  readonly text: string;
  /** Mean of its exemplars in expression space. */
  readonly centroid: Float32Array;
  /** What is to be seen around its exemplars, in the words of whoever labelled them. */
  readonly context: string;
  readonly exemplars: readonly string[];
}

/** One look for every so many exemplars, at most three: enough to keep a grin and a laugh apart. */
const EXEMPLARS_PER_LOOK = 6;
const MOST_LOOKS = 3;
const ROUNDS = 25;
/** Exemplars with no word in common are as far apart as faces that differ by a half in one action unit, and a little more. */
const CONTEXT_WEIGHT = 0.5;
/** Words of the context that are told. */
const MOST_WORDS = 4;
/** A coordinate is named when the look's mean stands so far from that of all other exemplars... */
const TELLING_GAP = 0.15;
/** ...and, to be called shown, reads at least this. */
const SHOWN_FROM = 0.35;
const MOST_NAMED = 5;

/**
 * Describes categories in words from clusters of their exemplars, several of one category where faces or contexts differ (as
 * EmoGist does with a language model; here by rule, from what was measured and what the labellers wrote). Small models read these where images would be too many.
 * Categories without a measured exemplar have no description.
 */
export function distilCategories(placed: readonly EmbeddedExemplar[], space: ExpressionSpace): CategoryDescription[] {
  const words = vocabularyOf(placed);
  const measured = placed.flatMap(({ exemplar, expression }) =>
    expression === null || exemplar.role === "counter"
      ? []
      : [{ exemplar, expression, place: placeOf(expression, contextOf(exemplar), words) }],
  );
  const byCategory = groupBy(measured, ({ exemplar }) => exemplar.category);
  return [...byCategory].flatMap(([category, members]) => {
    const looks = groupLooks(members, Math.min(MOST_LOOKS, Math.ceil(members.length / EXEMPLARS_PER_LOOK)));
    const others = measured.filter(({ exemplar }) => exemplar.category !== category);
    return looks.map((look, index) =>
      describeLook(
        { category, look, others, elsewhere: measured.filter((one) => !look.includes(one)), space },
        { index, of: looks.length },
      ),
    );
  });
}

/**
 * The description of each category that fits a face and what is said of the situation best, the best of all first: as much as the face
 * is like it, and half as much again for the share of the words that its context has too. Without either its first one.
 */
export function fittingDescriptions(
  descriptions: readonly CategoryDescription[],
  { face, text }: { readonly face: Float32Array | null; readonly text: string | null },
): CategoryDescription[] {
  const asked = text === null ? 0 : tellingWords(text).size;
  const fitOf = ({ centroid, context }: CategoryDescription) => {
    const alike = face === null ? 0 : similarityAt(vectorDistance(face, centroid));
    return alike + (asked === 0 ? 0 : (CONTEXT_WEIGHT * wordsInBoth(text ?? "", context).length) / asked);
  };
  const bestFirst = (some: readonly CategoryDescription[]) => some.toSorted((a, b) => fitOf(b) - fitOf(a));
  return bestFirst(
    [...groupBy(descriptions, ({ category }) => category).values()].flatMap((looks) => bestFirst(looks)[0] ?? []),
  );
}

interface Measured {
  readonly exemplar: Exemplar;
  readonly expression: Float32Array;
  /** Where its face is in expression space, and its words in the space of all words. */
  readonly place: Float32Array;
}

/** What is to be seen around a face; why it was labelled so is about the face itself. */
function contextOf({ caption, objects }: Exemplar): string {
  return [caption ?? "", ...(objects ?? []).map(({ label }) => label)].join(" ").trim();
}

/** Words that at least two exemplars have: the others tell nothing apart. */
function vocabularyOf(placed: readonly EmbeddedExemplar[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { exemplar } of placed) {
    for (const word of tellingWords(contextOf(exemplar)).keys()) counts.set(word, 1 + (counts.get(word) ?? 0));
  }
  return [...counts].flatMap(([word, count]) => (count > 1 ? [word] : [])).sort();
}

function placeOf(expression: Float32Array, context: string, words: readonly string[]): Float32Array {
  const own = tellingWords(context);
  const there = words.map((word) => (own.has(word) ? 1 : 0));
  const length = Math.hypot(...there);
  return Float32Array.from([
    ...expression,
    ...there.map((one) => (length === 0 ? 0 : (CONTEXT_WEIGHT * one) / length)),
  ]);
}

/** k-means with the first centre at the most typical exemplar and each next one farthest from those before it. */
function groupLooks(members: readonly Measured[], count: number): Measured[][] {
  const whole = meanOf(members);
  const first = members.reduce((best, member) => (distance(member, whole) < distance(best, whole) ? member : best));
  const centres = [first.place];
  while (centres.length < count) {
    const gap = (member: Measured) => Math.min(...centres.map((centre) => distance(member, centre)));
    centres.push(members.reduce((best, member) => (gap(member) > gap(best) ? member : best)).place);
  }
  let groups: Measured[][] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    groups = centres.map(() => []);
    for (const member of members) groups[nearestCentre(member, centres)]?.push(member);
    groups.forEach((group, index) => {
      if (group.length > 0) centres[index] = meanOf(group);
    });
  }
  return groups.filter((group) => group.length > 0).sort((a, b) => b.length - a.length);
}

function nearestCentre(member: Measured, centres: readonly Float32Array[]): number {
  return centres.reduce(
    (best, centre, index) =>
      distance(member, centre) < distance(member, centres[best] as Float32Array) ? index : best,
    0,
  );
}

function distance(member: Measured, place: Float32Array): number {
  return vectorDistance(member.place, place);
}

function meanOf(members: readonly Measured[], part: "place" | "expression" = "place"): Float32Array {
  const length = members[0]?.[part].length ?? 0;
  return Float32Array.from({ length }, (_, index) => {
    const sum = members.reduce((total, member) => total + (member[part][index] as number), 0);
    return sum / members.length;
  });
}

interface Look {
  readonly category: string;
  readonly look: readonly Measured[];
  /** Of other categories. */
  readonly others: readonly Measured[];
  /** Of other categories and other looks of this one. */
  readonly elsewhere: readonly Measured[];
  readonly space: ExpressionSpace;
}

function describeLook(
  { category, look, others, elsewhere, space }: Look,
  place: { readonly index: number; readonly of: number },
) {
  const centroid = meanOf(look, "expression");
  const context = look.map(({ exemplar }) => contextOf(exemplar)).join(" ");
  const parts = [
    place.of === 1 ? `${look.length} examples` : `one of ${place.of} looks, ${look.length} examples`,
    ...traits(centroid, others, space),
    ...contextWords(look, elsewhere),
    ...words(look),
  ];
  return {
    category,
    id: `${category} ${place.index + 1} of ${place.of}`,
    text: `${parts.join("; ")}.`,
    centroid,
    context,
    exemplars: look.map(({ exemplar }) => exemplar.id),
  };
}

/** What the look's mean shows and lacks beside the exemplars of all other categories. */
function traits(centroid: Float32Array, others: readonly Measured[], space: ExpressionSpace): string[] {
  const here = coordinatesOf(space, centroid);
  const there =
    others.length === 0
      ? space.dimensions.map(({ centre }) => centre)
      : coordinatesOf(space, meanOf(others, "expression"));
  const gaps = space.dimensions
    .map(({ name }, index) => ({ name, mean: here[index] as number, elsewhere: there[index] as number }))
    .filter(({ mean, elsewhere }) => Math.abs(mean - elsewhere) >= TELLING_GAP)
    .sort((a, b) => Math.abs(b.mean - b.elsewhere) - Math.abs(a.mean - a.elsewhere));
  const listed = (entries: typeof gaps) =>
    entries
      .slice(0, MOST_NAMED)
      .map(({ name, mean, elsewhere }) => `${name} ${mean.toFixed(2)} (${elsewhere.toFixed(2)} in the others)`)
      .join(", ");
  const shown = gaps.filter(({ mean, elsewhere }) => mean > elsewhere && mean >= SHOWN_FROM);
  const lacking = gaps.filter(({ mean, elsewhere }) => mean < elsewhere && elsewhere >= SHOWN_FROM);
  return [
    ...(shown.length === 0 ? [] : [`shows ${listed(shown)}`]),
    ...(lacking.length === 0 ? [] : [`shows less ${listed(lacking)}`]),
    ...(shown.length + lacking.length === 0 ? ["no measured coordinate sets it apart from the others"] : []),
  ];
}

/** Words around half of the look's exemplars or more that are rarer around all others: in which context it is met. */
function contextWords(look: readonly Measured[], others: readonly Measured[]): string[] {
  const shareOf = (members: readonly Measured[]) => {
    const shares = new Map<string, number>();
    for (const { exemplar } of members) {
      for (const word of tellingWords(contextOf(exemplar)).values())
        shares.set(word, (shares.get(word) ?? 0) + 1 / members.length);
    }
    return shares;
  };
  const [here, there] = [shareOf(look), shareOf(others)];
  const telling = [...here]
    .filter(([word, share]) => share >= 0.5 && share > 2 * (there.get(word) ?? 0))
    .sort((a, b) => b[1] - a[1])
    .slice(0, MOST_WORDS);
  if (look.length < 2 || telling.length === 0) return [];
  return [`in contexts with ${telling.map(([word]) => JSON.stringify(word)).join(", ")}`];
}

/** The labellers' definition, and the reason they gave for the most typical exemplar. */
function words(look: readonly Measured[]): string[] {
  const middle = meanOf(look);
  const definition = look.map(({ exemplar }) => exemplar.definition).find((text) => text !== null);
  const [typical] = look
    .filter(({ exemplar }) => exemplar.why !== null)
    .sort((a, b) => distance(a, middle) - distance(b, middle));
  return [
    ...(definition === undefined || definition === null ? [] : [`defined as ${JSON.stringify(definition)}`]),
    ...(typical?.exemplar.why ? [`typically because ${JSON.stringify(typical.exemplar.why)}`] : []),
  ];
}
