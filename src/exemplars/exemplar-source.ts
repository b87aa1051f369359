import { sameCategory } from "../domain/category.ts";
import type { ExpressionSpace } from "../domain/expression-space.ts";
import { groupBy } from "../domain/group-by.ts";
import type { DecodedImage } from "../domain/image.ts";
import type { Face } from "../domain/measurement.ts";
import { DEFAULT_QUESTION, type Question } from "../domain/question.ts";
import { createRandom } from "../domain/statistics/random.ts";
import type { TextEmbedder } from "../ports/embedder.ts";
import type { ChosenExemplar, ExemplarSource } from "../ports/exemplar-source.ts";
import type { EmbeddedExemplar, ExemplarFilter, ExemplarStore } from "../ports/exemplar-store.ts";
import { type CategoryDescription, distilCategories, fittingDescriptions } from "./distil-category.ts";
import { type ImageIdentity, identifyImage, identityOf, leakReason } from "./leakage.ts";
import { embedMeasured, exemplarView } from "./make-exemplar.ts";
import { type ExemplarQuery, type Retrieval, retrieveExemplars } from "./retrieve-exemplars.ts";
import type { ShotMode } from "./shot-modes.ts";
import { describedShot, shotOf } from "./show-exemplar.ts";

export interface ShotOptions {
  readonly store: ExemplarStore;
  readonly space: ExpressionSpace;
  /** How many exemplars are shown, or in mode descriptions told of in words; in mode both, descriptions come in addition. */
  readonly shots: number;
  readonly mode: ShotMode;
  /** Whether some of the exemplars show what a category is not, where the store has such. */
  readonly negatives: boolean;
  /** Only these categories, in any letter case; `null` for all. */
  readonly categories: readonly string[] | null;
  /** Only from these packs; `null` for all. */
  readonly packs: readonly string[] | null;
  /** Order of the examples. The same seed gives the same order of the same examples. */
  readonly seed: number;
  readonly textEmbedder: TextEmbedder | null;
  /** Descriptions from a file instead of those that the store gives. */
  readonly distilled?: readonly CategoryDescription[];
}

/** What is asked, as far as examples depend on it. */
interface ShotQuery {
  readonly image: DecodedImage;
  readonly faces: readonly Face[];
  /** The question and the context given, as one text to search by; `null` when neither says anything. */
  readonly text: string | null;
  /** Ids of the faces to search by; all when left out. */
  readonly like?: readonly string[];
}

interface ChosenShots {
  /** In the order in which they are shown. */
  readonly exemplars: readonly ChosenExemplar[];
  /** What was left out or is missing, and why. */
  readonly warnings: readonly string[];
}

/**
 * The examples that a question is asked with. Exemplars are searched by the faces and by the words of the question and
 * the context; the standard question has no words to search by.
 */
export function createExemplarSource(options: ShotOptions): ExemplarSource {
  return {
    choose: ({ image, faces, question, like }, signal) =>
      chooseShots(
        { image, faces, text: searchText(question), ...(like === undefined ? {} : { like }) },
        options,
        signal,
      ),
  };
}

function searchText({ text, context }: Question): string | null {
  const words = [text === DEFAULT_QUESTION ? null : text, context].filter((part) => part !== null).join(" ");
  return words.trim() === "" ? null : words;
}

/** Chooses the examples for one question: retrieved exemplars, distilled descriptions, or both, in seeded order. */
export async function chooseShots(query: ShotQuery, options: ShotOptions, signal?: AbortSignal): Promise<ChosenShots> {
  const { store, space, mode } = options;
  const { filter, unknown } = await filterFor(options);
  const image = identifyImage(
    query.image,
    query.faces.map((face) => face.box),
  );
  const alike = query.faces.filter(({ faceId }) => query.like === undefined || query.like.includes(faceId));
  const faces = alike.flatMap((face) => {
    const expression = embedMeasured(space, face.measurements);
    return expression === null ? [] : [{ faceId: face.faceId, expression }];
  });
  const warnings = unknown.map((name) => `There is no exemplar of "${name}" in ${store.location}`);
  const described = mode === "images" ? [] : await descriptions({ faces, image, filter, text: query.text }, options);
  const shown =
    mode === "descriptions"
      ? { shots: [], warnings: [] }
      : await images(
          {
            faces,
            image,
            text: query.text,
            filter,
            looks: await looksOf(query.image, alike, options.textEmbedder, signal),
          },
          options,
          signal,
        );
  warnings.push(...shown.warnings);
  if (described.length + shown.shots.length === 0)
    warnings.push(`No exemplar could be shown: ${store.location} has none that fits`);
  const order = createRandom(`${options.seed} order of exemplars`);
  return { exemplars: [...order.shuffled(described), ...order.shuffled(shown.shots)], warnings };
}

interface Searching {
  readonly faces: ExemplarQuery["faces"];
  readonly image: ImageIdentity;
  readonly filter: ExemplarFilter;
  readonly text: string | null;
}

/** Category names as the store writes them, and those that it does not have. */
async function filterFor({ store, categories, packs }: ShotOptions) {
  const fromPacks: ExemplarFilter = packs === null ? {} : { packs };
  if (categories === null) return { filter: { ...fromPacks, roles: ["instance"] as const }, unknown: [] };
  const held = (await store.statistics()).categories.map(({ name }) => name);
  const wanted = held.filter((name) => categories.some((category) => sameCategory(category, name)));
  const unknown = categories.filter((category) => !held.some((name) => sameCategory(category, name)));
  return { filter: { ...fromPacks, categories: wanted, roles: ["instance"] as const }, unknown };
}

/** Of so many shots one may be a counter exemplar, which says what a category is not. */
const SHOTS_PER_COUNTER = 4;

/** How each face looks as exemplars are kept, for an embedder of images. */
export async function looksOf(
  image: DecodedImage,
  faces: readonly Face[],
  textEmbedder: TextEmbedder | null,
  signal?: AbortSignal,
): Promise<NonNullable<ExemplarQuery["looks"]>> {
  if (textEmbedder?.embedImages === undefined) return [];
  const views = await Promise.all(faces.map(({ box }) => exemplarView(image, box)));
  const embeddings = await textEmbedder.embedImages(views, signal);
  return faces.flatMap(({ faceId }, index) => {
    const embedding = embeddings[index];
    return embedding === undefined ? [] : [{ faceId, embedding }];
  });
}

async function images(
  { text, ...searching }: Searching & Pick<ExemplarQuery, "looks">,
  options: ShotOptions,
  signal?: AbortSignal,
) {
  const { store, shots, textEmbedder } = options;
  const [textEmbedding = null] =
    text === null || textEmbedder === null ? [] : await textEmbedder.embedTexts([text], signal);
  const query = { ...searching, text, textEmbedding };
  const found = await retrieveExemplars(store, query, { count: shots, filter: searching.filter, balanced: true });
  const against = await counters(query, found, options);
  const hits = [...found.hits.slice(0, shots - against.hits.length), ...against.hits];
  const chosen = await Promise.all(hits.map((hit) => shotOf(hit, searching.faces, options)));
  const missing = chosen.filter((shot) => shot.view === null).map((shot) => shot.id);
  const warnings = leakWarnings([...found.excluded, ...against.excluded]);
  if (missing.length > 0) {
    warnings.push(`Only the description is shown of ${missing.join(", ")}: the store keeps no image of it`);
  }
  return { shots: chosen, warnings };
}

/** The nearest exemplars of what the categories that are shown are not; they take the place of the least relevant shots. */
async function counters(
  query: ExemplarQuery & Pick<Searching, "filter">,
  { hits }: Retrieval,
  { store, shots, negatives }: ShotOptions,
): Promise<Pick<Retrieval, "hits" | "excluded">> {
  const categories = [...new Set(hits.map(({ exemplar }) => exemplar.category))];
  const count = negatives ? Math.floor(shots / SHOTS_PER_COUNTER) : 0;
  if (count === 0 || categories.length === 0) return { hits: [], excluded: [] };
  const filter = { ...query.filter, categories, roles: ["counter"] as const };
  return retrieveExemplars(store, query, { count, filter });
}

function leakWarnings(excluded: Retrieval["excluded"]): string[] {
  return [...groupBy(excluded, ({ reason }) => reason)].map(([reason, group]) => {
    const ids = group.map(({ id, category }) => `${id} ("${category}")`).join(", ");
    return `Left out as an example, since ${reason}: ${ids}`;
  });
}

/** Of the categories that are asked for those that were not distilled from the image that is asked about, nor a copy of it. */
function unspoiled(
  distilled: readonly CategoryDescription[],
  placed: readonly EmbeddedExemplar[],
  safe: readonly EmbeddedExemplar[],
): readonly CategoryDescription[] {
  const categories = new Set(placed.map(({ exemplar }) => exemplar.category));
  const isSafe = new Set(safe.map(({ exemplar }) => exemplar.id));
  const spoilt = new Set(placed.flatMap(({ exemplar: { id } }) => (isSafe.has(id) ? [] : [id])));
  return distilled.filter(
    ({ category, exemplars }) => categories.has(category) && !exemplars.some((id) => spoilt.has(id)),
  );
}

/**
 * Each category once, by the look that fits one of the faces and the words best; where faces fit several looks, by each of these. Of
 * more than are wanted those that fit best, face by face in turn.
 */
async function descriptions(
  { faces, image, filter, text }: Searching,
  options: ShotOptions,
): Promise<ChosenExemplar[]> {
  const placed = await options.store.placed({ ...filter, measured: true });
  const safe = placed.filter(({ exemplar }) => leakReason(image, identityOf(exemplar)) === undefined);
  const distilled = options.distilled
    ? unspoiled(options.distilled, placed, safe)
    : distilCategories(safe, options.space);
  const fitting = (faces.length === 0 ? [null] : faces).map((face) =>
    fittingDescriptions(distilled, { face: face?.expression ?? null, text }),
  );
  const inTurn = (fitting[0] ?? []).flatMap((_first, place) => fitting.flatMap((own) => own[place] ?? []));
  const most = options.mode === "descriptions" ? options.shots : undefined;
  return [...new Set(inTurn)].slice(0, most).map((one) => describedShot(one, faces));
}
