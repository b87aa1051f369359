import { type Category, sameCategory, type Taxonomy } from "../domain/category.ts";
import type { Face } from "../domain/measurement.ts";
import { DEFAULT_QUESTION, type Question } from "../domain/question.ts";
import { shareOfScale } from "../domain/scale-range.ts";
import type { ChosenExemplar, ExemplarSource } from "../ports/exemplar-source.ts";
import { wordsInBoth } from "./explain-match.ts";
import { fuseRanks, type Ranking } from "./rank-exemplars.ts";

/**
 * What a taxonomy's labels mean, without any image: of all definitions the ones that fit best, by what the faces show and by the
 * words of question and context. Labels themselves are not narrowed by it.
 */
export function createDefinitionSource(
  taxonomy: Taxonomy,
  { count, among }: { readonly count: number; readonly among: readonly string[] | null },
): ExemplarSource {
  const categories = taxonomy.categories.filter(
    ({ name, definition }) => definition !== null && (among === null || among.some((one) => sameCategory(one, name))),
  );
  return {
    async choose({ faces, question, like }) {
      const shown = faces.filter(({ faceId }) => like === undefined || like.includes(faceId));
      const chosen = fittingDefinitions(categories, { faces: shown, text: wordsOf(question) }).slice(0, count);
      const warnings =
        chosen.length > 0 ? [] : [`No definition could be told: ${taxonomy.id} has none for these labels`];
      return { exemplars: chosen.map((category) => definedShot(category, taxonomy)), warnings };
    },
  };
}

function wordsOf({ text, context }: Question): string {
  return [text === DEFAULT_QUESTION ? "" : text, context ?? ""].join(" ");
}

/** All categories, those first whose signature the faces show and whose situations the words name; else as the taxonomy has them. */
function fittingDefinitions(
  categories: readonly Category[],
  { faces, text }: { readonly faces: readonly Face[]; readonly text: string },
): readonly Category[] {
  const ranked = (channel: string, fitOf: (category: Category) => number): Ranking => ({
    channel,
    weight: 1,
    ids: categories
      .map((category) => ({ name: category.name, fit: fitOf(category) }))
      .filter(({ fit }) => fit > 0)
      .sort((a, b) => b.fit - a.fit)
      .map(({ name }) => name),
  });
  const shared = new Map(
    categories.map(({ name, definition, situations = [] }) => [
      name,
      wordsInBoth(text, [name, definition ?? "", ...situations].join(" ")),
    ]),
  );
  const all = [...shared.values()].flat();
  // A word that many definitions have says little.
  const byWords = ranked("words", ({ name }) =>
    (shared.get(name) ?? []).reduce((sum, word) => sum + 1 / all.filter((other) => other === word).length, 0),
  );
  const byFace = faces.map((face) => ({
    ...ranked(face.faceId, ({ face: signature }) => likenessTo(face, signature?.units ?? [])),
    weight: 1 / faces.length,
  }));
  const places = new Map(fuseRanks([byWords, ...byFace]).map(({ id }, place) => [id, place]));
  const placeOf = ({ name }: Category) => places.get(name) ?? places.size;
  return categories.toSorted((a, b) => placeOf(a) - placeOf(b));
}

/** Cosine of what a face shows, above what faces at rest read, and a signature, over the units that were measured. */
function likenessTo({ measurements }: Face, units: readonly string[]): number {
  const [measured] = measurements;
  const shown = (measured?.actionUnits ?? []).flatMap(({ au, side, value, scale }) =>
    side === "both" ? [{ isPart: units.includes(au), degree: Math.max(0, shareOfScale(value, scale) - AT_REST) }] : [],
  );
  const parts = shown.filter(({ isPart }) => isPart);
  const length = Math.hypot(...shown.map(({ degree }) => degree));
  if (parts.length === 0 || length === 0) return 0;
  return parts.reduce((sum, { degree }) => sum + degree, 0) / (length * Math.sqrt(parts.length));
}

/** Action units read about so much on faces that do not show them, as in the expression space. */
const AT_REST = 0.15;

function definedShot(category: Category, { id, sources = {} }: Taxonomy): ChosenExemplar {
  const { name } = category;
  return {
    id: `definition:${id}:${name}`,
    view: null,
    item: {
      kind: "exemplar",
      faceId: null,
      region: null,
      statement: `What ${JSON.stringify(name)} means: ${definitionText(category, sources)}`,
      value: { type: "text", text: name },
      source: { type: "store", name: `definition:${id}` },
    },
  };
}

/** A category in words: what it is and is not, where it is met, and how faces show it, with how sure that is and who says so. */
function definitionText(
  { definition, contrast, situations = [], face }: Category,
  sources: Readonly<Record<string, string>> = {},
): string {
  const said = [definition, contrast].filter((text) => text !== null).join(" ");
  const typical = situations.length === 0 ? "" : ` Typically: ${situations.join("; ")}.`;
  return `${said}${typical}${face === undefined ? "" : ` ${signatureText(face, sources)}`}`;
}

function signatureText(
  { units, shown, evidence, sources: keys }: NonNullable<Category["face"]>,
  sources: Readonly<Record<string, string>>,
): string {
  const cited = keys.flatMap((key) => (sources[key] === undefined ? [] : [shortCitation(sources[key])]));
  const by = cited.length === 0 ? "" : ` (${cited.join("; ")})`;
  if (units.length === 0) return `On the face: ${shown}${by}.`;
  return `On the face: ${shown}: ${units.join(", ")}; evidence: ${evidence}${by}.`;
}

/** `Keltner & Cordaro 2017`, `Barrett et al. 2019`. */
function shortCitation(source: string): string {
  const year = /\((\d{4})\)/.exec(source);
  if (year === null) return source;
  const surnames = [...source.slice(0, year.index).matchAll(/([\p{L}'’ -]+?),(?: \p{L}\.(?:[ -]\p{L}\.)*)/gu)].map(
    ([, surname = ""]) => surname.replace(/^[\s&]+/, "").trim(),
  );
  const [first = source, second] = surnames;
  const who = surnames.length > 2 ? `${first} et al.` : second === undefined ? first : `${first} & ${second}`;
  return `${who} ${year[1]}`;
}
