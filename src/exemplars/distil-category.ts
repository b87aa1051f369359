import type { Exemplar } from "../domain/exemplar.ts";
import { coordinatesOf, type ExpressionSpace, similarityAt, vectorDistance } from "../domain/expression-space.ts";
import { groupBy } from "../domain/group-by.ts";
import type { EmbeddedExemplar } from "../ports/exemplar-store.ts";

/** One way in which a category looks, distilled from the exemplars that look that way. */
export interface CategoryDescription {
  readonly category: string;
  /** `awe 1 of 2`: a category may have several looks. */
  readonly id: string;
  readonly text: string;
  /** Mean of its exemplars in expression space. */
  readonly centroid: Float32Array;
  readonly exemplars: readonly string[];
}

/** One look for every so many exemplars, at most three: enough to keep a grin and a laugh apart. */
const EXEMPLARS_PER_LOOK = 6;
const MOST_LOOKS = 3;
const ROUNDS = 25;
/** A coordinate is named when the look's mean stands so far from that of all other exemplars... */
const TELLING_GAP = 0.15;
/** ...and, to be called shown, reads at least this. */
const SHOWN_FROM = 0.35;
const MOST_NAMED = 5;

/**
 * Describes categories in words from the centroids of their exemplars (as EmoGist does with a language model; here by
 * rule, from what was measured and what the labellers wrote). Small models read these where images would be too many.
 * Categories without a measured exemplar have no description.
 */
export function distilCategories(placed: readonly EmbeddedExemplar[], space: ExpressionSpace): CategoryDescription[] {
  const measured = placed.flatMap(({ exemplar, expression }) =>
    expression === null || exemplar.role === "counter" ? [] : [{ exemplar, expression }],
  );
  const byCategory = groupBy(measured, ({ exemplar }) => exemplar.category);
  return [...byCategory].flatMap(([category, members]) => {
    const looks = groupLooks(members, Math.min(MOST_LOOKS, Math.ceil(members.length / EXEMPLARS_PER_LOOK)));
    const others = measured.filter(({ exemplar }) => exemplar.category !== category);
    return looks.map((look, index) => describeLook({ category, look, others, space }, { index, of: looks.length }));
  });
}

/** The description of each category that is nearest to a face, or its first one when no face is given. */
export function nearestDescriptions(
  descriptions: readonly CategoryDescription[],
  face: Float32Array | null,
): { readonly description: CategoryDescription; readonly similarity: number | null }[] {
  return [...groupBy(descriptions, ({ category }) => category).values()].flatMap((looks) => {
    const [nearest] = looks
      .map((description) => {
        const apart = face === null ? null : vectorDistance(face, description.centroid);
        return { description, similarity: apart === null ? null : similarityAt(apart) };
      })
      .sort((a, b) => Number(b.similarity) - Number(a.similarity));
    return nearest === undefined ? [] : [nearest];
  });
}

interface Measured {
  readonly exemplar: Exemplar;
  readonly expression: Float32Array;
}

/** k-means with the first centre at the most typical exemplar and each next one farthest from those before it. */
function groupLooks(members: readonly Measured[], count: number): Measured[][] {
  const whole = meanOf(members);
  const first = members.reduce((best, member) => (distance(member, whole) < distance(best, whole) ? member : best));
  const centres = [first.expression];
  while (centres.length < count) {
    const gap = (member: Measured) => Math.min(...centres.map((centre) => distance(member, centre)));
    centres.push(members.reduce((best, member) => (gap(member) > gap(best) ? member : best)).expression);
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
  return vectorDistance(member.expression, place);
}

function meanOf(members: readonly Measured[]): Float32Array {
  const length = members[0]?.expression.length ?? 0;
  return Float32Array.from({ length }, (_, index) => {
    const sum = members.reduce((total, { expression }) => total + (expression[index] as number), 0);
    return sum / members.length;
  });
}

interface Look {
  readonly category: string;
  readonly look: readonly Measured[];
  readonly others: readonly Measured[];
  readonly space: ExpressionSpace;
}

function describeLook({ category, look, others, space }: Look, place: { readonly index: number; readonly of: number }) {
  const centroid = meanOf(look);
  const parts = [
    place.of === 1 ? `${look.length} examples` : `one of ${place.of} looks, ${look.length} examples`,
    ...traits(centroid, others, space),
    ...words(look, centroid),
  ];
  return {
    category,
    id: `${category} ${place.index + 1} of ${place.of}`,
    text: `${parts.join("; ")}.`,
    centroid,
    exemplars: look.map(({ exemplar }) => exemplar.id),
  };
}

/** What the look's mean shows and lacks beside the exemplars of all other categories. */
function traits(centroid: Float32Array, others: readonly Measured[], space: ExpressionSpace): string[] {
  const here = coordinatesOf(space, centroid);
  const there =
    others.length === 0 ? space.dimensions.map(({ centre }) => centre) : coordinatesOf(space, meanOf(others));
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

/** The labellers' definition, and the reason they gave for the most typical exemplar. */
function words(look: readonly Measured[], centroid: Float32Array): string[] {
  const definition = look.map(({ exemplar }) => exemplar.definition).find((text) => text !== null);
  const [typical] = look
    .filter(({ exemplar }) => exemplar.why !== null)
    .sort((a, b) => distance(a, centroid) - distance(b, centroid));
  return [
    ...(definition === undefined || definition === null ? [] : [`defined as ${JSON.stringify(definition)}`]),
    ...(typical?.exemplar.why ? [`typically because ${JSON.stringify(typical.exemplar.why)}`] : []),
  ];
}
