import sharp from "sharp";
import { sameCategory } from "../domain/category.ts";
import type { Exemplar } from "../domain/exemplar.ts";
import type { ExpressionSpace } from "../domain/expression-space.ts";
import { groupBy } from "../domain/group-by.ts";
import type { DecodedImage, ImageView } from "../domain/image.ts";
import type { Face } from "../domain/measurement.ts";
import { presenceOf } from "../domain/presence.ts";
import { DEFAULT_QUESTION, type Question } from "../domain/question.ts";
import { createRandom } from "../domain/statistics/random.ts";
import type { TextEmbedder } from "../ports/embedder.ts";
import type { ChosenExemplar, ExemplarSource } from "../ports/exemplar-source.ts";
import type { ExemplarFilter, ExemplarStore } from "../ports/exemplar-store.ts";
import { type CategoryDescription, distilCategories, nearestDescriptions } from "./distil-category.ts";
import { type ImageIdentity, identifyImage, identityOf, leakReason } from "./leakage.ts";
import { embedMeasured } from "./make-exemplar.ts";
import { type ExemplarHit, type ExemplarQuery, type Retrieval, retrieveExemplars } from "./retrieve-exemplars.ts";

/** How examples are put before a question. */
export type ShotMode = "images" | "descriptions" | "both";

export interface ShotOptions {
  readonly store: ExemplarStore;
  readonly space: ExpressionSpace;
  /** How many exemplars are shown; descriptions come in addition. */
  readonly shots: number;
  readonly mode: ShotMode;
  /** Only these categories, in any letter case; `null` for all. */
  readonly categories: readonly string[] | null;
  /** Only from these packs; `null` for all. */
  readonly packs: readonly string[] | null;
  /** Order of the examples. The same seed gives the same order of the same examples. */
  readonly seed: number;
  readonly textEmbedder: TextEmbedder | null;
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
  const described = mode === "images" ? [] : await descriptions({ faces, image, filter }, options);
  const shown =
    mode === "descriptions"
      ? { shots: [], warnings: [] }
      : await images({ faces, image, text: query.text, filter }, options, signal);
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

async function images(
  { text, ...searching }: Searching & { readonly text: string | null },
  options: ShotOptions,
  signal?: AbortSignal,
) {
  const { store, shots, textEmbedder } = options;
  const [textEmbedding = null] =
    text === null || textEmbedder === null ? [] : await textEmbedder.embedTexts([text], signal);
  const { hits, excluded } = await retrieveExemplars(
    store,
    { ...searching, text, textEmbedding },
    { count: shots, filter: searching.filter, balanced: true },
  );
  const chosen = await Promise.all(hits.map((hit) => shotOf(hit, options)));
  const missing = chosen.filter((shot) => shot.view === null).map((shot) => shot.id);
  const warnings = leakWarnings(excluded);
  if (missing.length > 0) {
    warnings.push(`Only the description is shown of ${missing.join(", ")}: the store keeps no image of it`);
  }
  return { shots: chosen, warnings };
}

function leakWarnings(excluded: Retrieval["excluded"]): string[] {
  return [...groupBy(excluded, ({ reason }) => reason)].map(([reason, group]) => {
    const ids = group.map(({ id, category }) => `${id} ("${category}")`).join(", ");
    return `Left out as an example, since ${reason}: ${ids}`;
  });
}

async function shotOf(hit: ExemplarHit, { store, space }: ShotOptions): Promise<ChosenExemplar> {
  const { exemplar, face } = hit;
  const entry = await store.get(exemplar.id);
  const similarity = face?.similarity;
  return {
    id: exemplar.id,
    view: entry === undefined || entry.view === null ? null : await viewOf(entry.view, exemplar.category),
    item: {
      kind: "exemplar",
      faceId: face?.faceId ?? null,
      region: null,
      statement: [labelSentence(exemplar), similaritySentence(hit), measuredSentence(exemplar, space)].join(" ").trim(),
      value:
        similarity === undefined
          ? { type: "text", text: exemplar.category }
          : { type: "distribution", distribution: [{ label: exemplar.category, probability: similarity }] },
      source: { type: "store", name: exemplar.id },
    },
  };
}

async function viewOf(data: Uint8Array, category: string): Promise<ImageView> {
  const { width, height } = await sharp(data).metadata();
  return { mimeType: "image/jpeg", data, widthPx: width, heightPx: height, caption: `an example of ${category}` };
}

/** Texts come from whoever wrote the pack: they are quoted, so that they cannot pose as instructions or items. */
function labelSentence({ category, labeller, caption, why }: Exemplar): string {
  const details = [
    caption === null ? undefined : `caption ${JSON.stringify(caption)}`,
    why === null ? undefined : `reason ${JSON.stringify(why)}`,
  ].filter((part) => part !== undefined);
  const rest = details.length === 0 ? "" : `, ${details.join(", ")}`;
  return `Labelled ${JSON.stringify(category)} by ${JSON.stringify(labeller)}${rest}.`;
}

function similaritySentence({ face, why }: ExemplarHit): string {
  const found = why.length === 0 ? "" : `: ${why.join("; ")}`;
  return face === null ? `Found${found}.` : `Like ${face.faceId} to ${face.similarity.toFixed(2)} of 1${found}.`;
}

/** What the toolbox in use measured on the example, as far as it is present. */
function measuredSentence({ measurements }: Exemplar, space: ExpressionSpace): string {
  const measurement = measurements.find(({ toolbox }) => toolbox === space.toolbox);
  if (measurement === undefined) return "No face was measured on it.";
  const units = measurement.actionUnits
    .filter((unit) => unit.side === "both" && presenceOf(unit) === "present")
    .map((unit) => `${unit.au} ${unit.value.toFixed(2)}`);
  const tops = measurement.expressions.flatMap(({ distribution }) =>
    distribution
      .filter(({ probability }) => probability >= 0.3)
      .map(({ label, probability }) => `${label} ${probability.toFixed(2)}`),
  );
  const present = units.length === 0 ? "no action unit present" : units.join(", ");
  return `Measured on it by ${measurement.toolbox}: ${[present, ...tops].join(", ")}.`;
}

async function descriptions({ faces, image, filter }: Searching, options: ShotOptions): Promise<ChosenExemplar[]> {
  const placed = await options.store.placed({ ...filter, measured: true });
  const safe = placed.filter(({ exemplar }) => leakReason(image, identityOf(exemplar)) === undefined);
  const distilled = distilCategories(safe, options.space);
  if (faces.length === 0)
    return nearestDescriptions(distilled, null).map((one) => describedShot(one.description, null));
  return faces.flatMap(({ faceId, expression }) =>
    nearestDescriptions(distilled, expression).map(({ description, similarity }) =>
      describedShot(description, similarity === null ? null : { faceId, similarity }),
    ),
  );
}

function describedShot(
  description: CategoryDescription,
  face: { faceId: string; similarity: number } | null,
): ChosenExemplar {
  const { category, id, text } = description;
  const like = face === null ? "" : ` Like ${face.faceId} to ${face.similarity.toFixed(2)} of 1.`;
  return {
    id: `distilled:${id}`,
    view: null,
    item: {
      kind: "exemplar",
      faceId: face?.faceId ?? null,
      region: null,
      statement: `What ${JSON.stringify(category)} looks like, distilled from exemplars: ${text}${like}`,
      value:
        face === null
          ? { type: "text", text: category }
          : { type: "distribution", distribution: [{ label: category, probability: face.similarity }] },
      source: { type: "store", name: `distilled:${id}` },
    },
  };
}
