import { type Describer, describeInto } from "./discovery/describe-with-model.ts";
import { discoverCategories } from "./discovery/discover-categories.ts";
import { type FacesOfImage, GATHERED, gatherFaces } from "./discovery/gather-faces.ts";
import { nameWithModel } from "./discovery/name-with-model.ts";
import { DISCOVERY_FILES, portraitsOf, writeCheck, writeDiscovery } from "./discovery/write-discovery.ts";
import type { Discovery, PublishedSignature } from "./domain/discovery.ts";
import type { ExpressionSpace } from "./domain/expression-space.ts";
import { sha256 } from "./platform/hash.ts";
import { packageVersion } from "./platform/package-paths.ts";
import type { EmbeddedExemplar, ExemplarStore } from "./ports/exemplar-store.ts";
import type { FerToolbox } from "./ports/fer-toolbox.ts";
import { recordImages } from "./runs/record-images.ts";
import type { StepProgress } from "./runs/record-steps.ts";
import { openRunFolder, type RunFolder, type RunMode, type RunSettings } from "./runs/run-folder.ts";
import { ownInputs, type Shard } from "./runs/shard.ts";
import { type ExcludedFaces, exclusionSettings, withoutExcluded } from "./study/exclusions.ts";

/** Many images to find expressions in that no known category explains. */
export interface DiscoverQuery extends RunMode {
  readonly folder: string;
  /** Images, folders, globs and lists, as they were named. */
  readonly words: readonly string[];
  /** What the words name. */
  readonly inputs: readonly { readonly path: string; readonly excluded?: ExcludedFaces }[];
  /** Taxonomies and category names, as they were named. */
  readonly known: readonly string[];
  /** The categories that these words mean. */
  readonly knownCategories: readonly string[];
  /** How the literature says that faces show them; none unless told. */
  readonly signatures?: readonly PublishedSignature[] | undefined;
  readonly seed: number;
  readonly resamples: number;
  readonly minClusterSize?: number | undefined;
  readonly onProgress?: ((progress: StepProgress) => void) | undefined;
  /** Told what is being done, one sentence each. */
  readonly notify: (notice: string) => void;
}

/** What discovering takes. */
export interface DiscoverDependencies {
  readonly store: Pick<ExemplarStore, "placed">;
  readonly toolbox: Pick<FerToolbox, "id" | "networks" | "mirrored">;
  readonly space: ExpressionSpace;
  readonly measure: FacesOfImage;
  readonly concurrency: number;
  /** Describes faces and names groups; `null` leaves names to what is measured. */
  readonly describer: Describer | null;
}

/** A discovery, what could not be measured, and how many faces the blind check has. */
export interface Discovered {
  readonly discovery: Discovery;
  readonly failures: readonly { readonly path: string; readonly reason: string }[];
  readonly checkItems: number;
}

/**
 * Groups of faces that no known category explains, tested against chance and put into a blind check for raters. What is
 * measured and described stays in the folder, so a killed discovery goes on with the same query, and with no other.
 *
 * @throws {ConfigurationError} if the folder is in use or holds something else than this discovery.
 */
export async function discover(
  query: DiscoverQuery,
  dependencies: DiscoverDependencies,
  signal?: AbortSignal,
): Promise<Discovered> {
  const { space, describer } = dependencies;
  const gatherer = await gathererOf(query, dependencies, signal);
  const { settings } = gatherer;
  const run = await openRunFolder(query.folder, { ...query, command: "discover", settings, version: packageVersion() });
  let state: "interrupted" | "finished" = "interrupted";
  try {
    await run.claim(...DISCOVERY_FILES);
    await gatherer.into(run, query.inputs);
    const { faces: measured, failures } = await GATHERED.read(query.folder);
    const described = await describeInto(run, measured, { describer, notify: query.notify, signal });
    const found = await discoverCategories(
      { faces: described.faces, space, textEmbeddings: described.textEmbeddings },
      {
        known: query.known,
        signatures: query.signatures ?? [],
        seed: query.seed,
        resamples: query.resamples,
        ...(query.minClusterSize === undefined ? {} : { minClusterSize: query.minClusterSize }),
        describedBy: describer?.model.id ?? null,
        textEmbedder: described.textEmbeddings === null ? null : (describer?.embedder?.id ?? null),
        kuleshovVersion: packageVersion(),
        now: () => new Date(),
        onProgress: query.notify,
        ...(signal === undefined ? {} : { signal }),
      },
    );
    const discovery = describer === null ? found : await named(found, describer, signal);
    const cut = portraitsOf(discovery, signal);
    await writeDiscovery((name, content) => run.write(name, content), discovery, cut);
    const checkItems = await writeCheck((name, content) => run.write(name, content), discovery, cut);
    state = "finished";
    return { discovery, failures, checkItems };
  } finally {
    await run.close(state);
  }
}

/**
 * Measures the faces of one shard of the images; `merge` puts all together, and `discover` goes on with that.
 *
 * @throws {ConfigurationError} as `discover`.
 */
export async function gatherShard(
  query: DiscoverQuery,
  shard: Shard,
  dependencies: DiscoverDependencies,
  signal?: AbortSignal,
): Promise<StepProgress> {
  const { own, part } = ownInputs(query.inputs, ({ path }) => path, shard);
  const gatherer = await gathererOf(query, dependencies, signal);
  const { settings } = gatherer;
  const begun = { ...query, command: "discover", settings, version: packageVersion(), shard: part };
  const run = await openRunFolder(query.folder, begun);
  let state: "interrupted" | "finished" = "interrupted";
  try {
    const gathered = await gatherer.into(run, own);
    state = "finished";
    return gathered;
  } finally {
    await run.close(state);
  }
}

async function gathererOf(query: DiscoverQuery, dependencies: DiscoverDependencies, signal?: AbortSignal) {
  const { store, space, concurrency } = dependencies;
  const measure = withoutExcluded(dependencies.measure, query.inputs);
  const { knownCategories: known, onProgress } = query;
  const exemplars = await store.placed({ categories: known, measured: true, roles: ["instance"] });
  const gather = (path: string) =>
    GATHERED.rowsOf(path, () => gatherFaces(path, { space, measure, known, exemplars, signal }), signal);
  return {
    settings: settingsOf(query, exemplars, dependencies),
    async into(run: RunFolder, inputs: DiscoverQuery["inputs"]) {
      const rows = await run.openRows(GATHERED.headers);
      return recordImages(inputs, gather, { rows, concurrency, onProgress, signal }).finally(() => rows.close());
    },
  };
}

/** What decides the rows. Seed, resamples and sizes concern what is made of all of them together. */
function settingsOf(
  { words, inputs, known, knownCategories }: DiscoverQuery,
  exemplars: readonly EmbeddedExemplar[],
  { toolbox, describer }: DiscoverDependencies,
): RunSettings {
  const vectors = exemplars
    .map(({ exemplar, expression }) => `${exemplar.id} ${[...(expression ?? [])].join()}`)
    .sort();
  return {
    inputs: words,
    ...exclusionSettings(inputs),
    "--known": known,
    categories: { id: `${knownCategories.length} categories`, names: knownCategories },
    exemplars: { id: `${exemplars.length} exemplars`, sha256: sha256(vectors.join("\n")) },
    toolbox: { id: toolbox.id, networks: toolbox.networks },
    ...(toolbox.mirrored ? { "--mirrored": true } : {}),
    "--model": describer === null ? "rules" : whoDescribes(describer),
  };
}

/** A description is the model's as it was asked: with another seed or temperature it would be another. */
function whoDescribes({ model: { id, temperature, seed, identity } }: Describer) {
  return { id, temperature, seed, ...identity };
}

async function named(found: Discovery, { model, prompts }: Describer, signal?: AbortSignal): Promise<Discovery> {
  const options = { model, prompts, ...(signal === undefined ? {} : { signal }) };
  const { proposals, notes } = await nameWithModel(found.proposals, found.faces, options);
  return { ...found, proposals, notes: [...found.notes, ...notes] };
}
