import { resolve } from "node:path";
import { addExemplars, existingStore, openExemplarSession, openStore } from "../compose/exemplars.ts";
import { issueInWords } from "../domain/complaint.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { type Exemplar, ExemplarLabel } from "../domain/exemplar.ts";
import type { PixelBox } from "../domain/geometry.ts";
import type { ExemplarCandidate } from "../exemplars/exemplar-candidate.ts";
import type { NotImported } from "../exemplars/import-exemplars.ts";
import { exemplarId } from "../exemplars/make-exemplar.ts";
import { type CategoryReview, reviewCategories } from "../exemplars/review-categories.ts";
import type { ExemplarStore } from "../ports/exemplar-store.ts";

/** What a person calls faces: examples of a category, or what is taken for it and is not. */
export interface FaceLabel extends Pick<ExemplarLabel, "category" | "role" | "why"> {
  /** What the category means; as its other examples say when `null`. */
  readonly definition: string | null;
}

/** A face of an image, by its id or by its place. */
export interface NamedFace {
  readonly image: string;
  readonly face: { readonly faceId: string } | { readonly box: PixelBox };
}

/**
 * Adds faces to a category of the store that `--categories` reads, as `kuleshov exemplars add` does.
 *
 * @returns how many were added, and those that could not be, each with the reason.
 * @throws {ConfigurationError} if none could be added; the message says why.
 */
export async function addToCategory(
  faces: readonly NamedFace[],
  named: FaceLabel,
  signal?: AbortSignal,
): Promise<{ readonly added: number; readonly refused: readonly NotImported[] }> {
  const about = { caption: null, labeller: "user", licence: null, source: null };
  const read = ExemplarLabel.safeParse({ ...about, ...named });
  if (!read.success) throw new ConfigurationError(`Cannot add exemplar as ${issueInWords(read.error)}`);
  const session = await openExemplarSession({});
  try {
    const { store, measure } = session;
    const [earlier] = await store.list({ filter: { categories: [read.data.category] }, limit: 1 });
    const label = { ...read.data, definition: read.data.definition ?? earlier?.definition ?? null };
    const candidates: ExemplarCandidate[] = [];
    for (const { image, face } of faces) {
      const path = resolve(image);
      const region =
        "box" in face
          ? face.box
          : (await measure(path, signal)).faces.find(({ faceId }) => faceId === face.faceId)?.box;
      if (region === undefined)
        throw new ConfigurationError("Cannot add exemplar as there is no such face in the image");
      candidates.push({ label, path, name: path, sha256: null, region, pack: null, line: null, measurements: null });
    }
    const outcome = await addExemplars(session, candidates, "refuse", signal);
    const refused = [...outcome.failures, ...outcome.duplicates];
    const [first] = refused;
    if (outcome.added.length === 0 && first !== undefined) {
      throw new ConfigurationError(`Cannot add exemplar as ${first.reason}`);
    }
    return { added: outcome.added.length, refused };
  } finally {
    await session.close();
  }
}

/** Opens the store of the folder, if there is one, for a moment. */
export async function withStore<T>(otherwise: T, work: (store: ExemplarStore) => Promise<T>): Promise<T> {
  const place = existingStore(undefined);
  if (place === undefined) return otherwise;
  const store = openStore(place);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** Names of the categories that the store has, none where there is no store. */
export function categoryNames(): Promise<readonly string[]> {
  return withStore<readonly string[]>([], async (store) =>
    (await store.statistics()).categories.map(({ name }) => name),
  );
}

/** An exemplar as it lies in a column. */
export interface BoardFace extends Pick<Exemplar, "id" | "category" | "role" | "why" | "labeller"> {
  /** Its image, by its last name. */
  readonly image: string;
  readonly isMeasured: boolean;
}

/** Every category of the store with its faces and how well they hold together. */
export interface CategoryBoard {
  readonly reviews: readonly CategoryReview[];
  readonly faces: readonly BoardFace[];
}

export function categoryBoard(): Promise<CategoryBoard> {
  return withStore<CategoryBoard>({ reviews: [], faces: [] }, async (store) => {
    const [placed, space] = [await store.placed(), await store.space()];
    if (space === null) return { reviews: [], faces: [] };
    const faces = placed.map(({ exemplar: { id, category, role, why, labeller, image }, expression }) => ({
      ...{ id, category, role, why, labeller, isMeasured: expression !== null },
      image: image.path.split(/[\\/]/).at(-1) ?? image.path,
    }));
    return { reviews: reviewCategories(placed, space), faces };
  });
}

/**
 * Puts exemplars under another category, or on the other pile of theirs. The new is written before the old goes.
 *
 * @throws {ConfigurationError} if one is gone, or the name is none for a category.
 */
export function moveExemplars(ids: readonly string[], to: Pick<FaceLabel, "category" | "role">): Promise<void> {
  return withStore(undefined, async (store) => {
    const textEmbedder = await store.textEmbedder();
    for (const id of ids) {
      const entry = await store.get(id);
      if (entry === undefined)
        throw new ConfigurationError("Cannot move the face as it is in no category any more: reload the page");
      const { exemplar } = entry;
      const label = ExemplarLabel.pick({ category: true, role: true }).safeParse(to);
      if (!label.success) throw new ConfigurationError(`Cannot move the face as ${issueInWords(label.error)}`);
      const { category, role } = label.data;
      if (exemplar.category === category) {
        await store.replace([{ ...entry, exemplar: { ...exemplar, role } }]);
        continue;
      }
      const newId = exemplarId({
        sha256: exemplar.image.sha256,
        region: exemplar.region,
        category,
        labeller: exemplar.labeller,
      });
      // What another category is defined as, and why the face is one of it, is not said of this one.
      const moved = { ...exemplar, id: newId, category, role, definition: null, why: null };
      await store.add([{ ...entry, exemplar: moved, textEmbedding: null }], textEmbedder);
      await store.remove({ ids: [id] });
    }
  });
}
