import { availableParallelism } from "node:os";
import { createLanceExemplarStore } from "../adapters/lancedb/exemplar-store.ts";
import type { Taxonomy } from "../domain/category.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { createDefinitionSource } from "../exemplars/define-categories.ts";
import { readDistilled } from "../exemplars/distilled-definitions.ts";
import { createExemplarSource } from "../exemplars/exemplar-source.ts";
import { loadTaxonomy } from "../exemplars/load-taxonomy.ts";
import { toolboxSpace } from "../exemplars/make-exemplar.ts";
import type { ShotMode } from "../exemplars/shot-modes.ts";
import { measureImage } from "../measuring/measure-image.ts";
import type { ExemplarSource } from "../ports/exemplar-source.ts";
import type { ExemplarStore } from "../ports/exemplar-store.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import type { RemotePolicy } from "./consent.ts";
import { openPacks, storePlace } from "./exemplars.ts";
import { openTextEmbedder } from "./models.ts";

/** What a user says of the examples to be shown with a question. */
export interface ShotRequest extends RemotePolicy {
  readonly store?: string;
  readonly shots: number;
  readonly mode?: ShotMode;
  /** Whether some may show what a category is not; they may unless told. */
  readonly negatives?: boolean;
  readonly categories?: readonly string[];
  /** Id of a taxonomy that ships, or a file. */
  readonly taxonomy?: string;
  readonly packs?: readonly string[];
  readonly seed?: number;
  readonly embedder?: string;
  /** File of definitions that are told as descriptions. */
  readonly distilled?: string;
}

/** Examples for questions, with the labels that the user's words imply; `labels` is null when they leave them open. */
export interface ShotSource {
  readonly source: ExemplarSource | null;
  readonly labels: readonly string[] | null;
  close(): Promise<void>;
}

/** Opens the store behind `--shots`. The first toolbox in use is the one whose space is searched. */
export async function openShotSource(
  request: ShotRequest,
  toolboxes: readonly FerToolbox[],
  signal?: AbortSignal,
): Promise<ShotSource> {
  const taxonomy = request.taxonomy === undefined ? undefined : await loadTaxonomy(request.taxonomy);
  const asked = request.categories ?? taxonomy?.categories.map(({ name }) => name) ?? null;
  if (request.mode === "definitions") return definitions(request.shots, taxonomy, asked);
  const [toolbox] = toolboxes;
  if (request.shots === 0 || toolbox === undefined)
    return { source: null, labels: asked, close: async () => undefined };
  const space = toolboxSpace(toolbox);
  const store = createLanceExemplarStore(storePlace(request.store), space);
  const toolContext = {
    store,
    space,
    measure: (path: string, abort?: AbortSignal) => measureImage(path, [toolbox], abort),
    concurrency: availableParallelism() + 1,
  };
  const packs = request.packs === undefined ? null : await openPacks(request.packs, toolContext, signal);
  const needsStore = packs === null && request.distilled === undefined;
  if (needsStore && (await store.statistics()).exemplars === 0) {
    await store.close();
    throw new ConfigurationError(
      `Cannot show examples as there are none in the exemplar store: fill it with \`kuleshov exemplars import\`, or name a pack (\`${store.location}\`)`,
    );
  }
  return {
    source: createExemplarSource({
      store,
      space,
      shots: request.shots,
      mode: request.mode ?? "images",
      negatives: request.negatives ?? true,
      categories: asked,
      packs,
      seed: request.seed ?? 1,
      ...(request.distilled === undefined ? {} : { distilled: await readDistilled(request.distilled, space) }),
      textEmbedder: await openTextEmbedder(request.embedder ?? (await embedderOfImages(store)), request),
    }),
    labels: asked ?? (packs === null ? null : await categoriesOf(store, packs)),
    close: () => store.close(),
  };
}

/** The embedder of a store that keeps how exemplars look: it is on this machine, so that nobody has to name it. */
export async function embedderOfImages(store: ExemplarStore): Promise<string | undefined> {
  const holder = await store.textEmbedder();
  return holder?.startsWith("clip:") ? holder : undefined;
}

/** @throws {ConfigurationError} if nobody says whose definitions. */
function definitions(count: number, taxonomy: Taxonomy | undefined, labels: readonly string[] | null): ShotSource {
  if (taxonomy === undefined) {
    throw new ConfigurationError("Definitions are a taxonomy's: name one, e.g. literature, or a file of your own");
  }
  const source = count === 0 ? null : createDefinitionSource(taxonomy, { count, among: labels });
  return { source, labels, close: async () => {} };
}

async function categoriesOf(store: ExemplarStore, packs: readonly string[]): Promise<string[]> {
  return [...new Set((await store.list({ filter: { packs } })).map(({ category }) => category))].sort();
}
