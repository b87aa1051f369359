import type { AskDependencies } from "./ask-dependencies.ts";
import { sameCategory } from "./domain/category.ts";
import { ConfigurationError } from "./domain/errors.ts";
import { didYouMean } from "./domain/nearest-name.ts";
import type { MeasureImage } from "./exemplars/make-exemplar.ts";
import type { SimilarityExamples } from "./exemplars/score-similarity.ts";
import { sha256 } from "./platform/hash.ts";
import { packageVersion } from "./platform/package-paths.ts";
import type { ExemplarStore } from "./ports/exemplar-store.ts";
import type { FerToolbox } from "./ports/fer-toolbox.ts";
import { recordImages } from "./runs/record-images.ts";
import type { StepProgress } from "./runs/record-steps.ts";
import { openRunFolder, type RunMode, type RunSettings } from "./runs/run-folder.ts";
import { type ExcludedFaces, exclusionSettings, withoutExcluded } from "./study/exclusions.ts";
import { type FoundFaces, readFound, SEARCHED, searchImage } from "./study/found-faces.ts";
import { type FoundVerdict, judgeFound } from "./study/judge-found.ts";
import { FOUND_FILES, writeFound } from "./study/write-found.ts";

/** A category that many images are searched for. */
export interface FindQuery extends RunMode {
  readonly folder: string;
  readonly category: string;
  /** Images, folders, globs and lists, as they were named. */
  readonly words: readonly string[];
  /** What the words name. */
  readonly inputs: readonly { readonly path: string; readonly excluded?: ExcludedFaces }[];
  /** Packs that the examples are taken from; the whole store when left out. */
  readonly packs?: readonly string[] | undefined;
  /** Faces on the contact sheet and for the model. */
  readonly top: number;
  readonly onProgress?: ((progress: StepProgress) => void) | undefined;
  readonly onJudged?: ((done: number, total: number) => void) | undefined;
}

/** What finding takes. */
export interface FindDependencies {
  readonly store: Pick<ExemplarStore, "placed" | "location">;
  readonly toolbox: Pick<FerToolbox, "id" | "networks" | "mirrored">;
  readonly space: SimilarityExamples["space"];
  readonly measure: MeasureImage;
  readonly concurrency: number;
  /** Opens the model that judges the best faces; `null` for none. */
  readonly openJudge:
    | ((signal?: AbortSignal) => Promise<{ dependencies: AskDependencies; close(): Promise<void> }>)
    | null;
}

/** Every face, best first, what could not be searched, and what the model says of the best. */
export interface Found extends FoundFaces {
  readonly verdicts: readonly FoundVerdict[];
}

/**
 * Every face of many images, ranked by how far it shows the same expression as the examples of a category, and the best
 * of them judged by a model. A killed search goes on with the same query, and with no other.
 *
 * @throws {ConfigurationError} if there is no example, or the folder is in use or holds something else than this search.
 */
export async function find(query: FindQuery, dependencies: FindDependencies, signal?: AbortSignal): Promise<Found> {
  const examples = await examplesOf(query, dependencies.store, dependencies.space);
  const settings = settingsOf(query, examples, dependencies.toolbox);
  const run = await openRunFolder(query.folder, { ...query, command: "find", settings, version: packageVersion() });
  let state: "interrupted" | "finished" = "interrupted";
  try {
    await run.claim(...FOUND_FILES);
    const rows = await run.openRows(SEARCHED.headers);
    const { concurrency } = dependencies;
    const measure = withoutExcluded(dependencies.measure, query.inputs);
    const search = (path: string) =>
      SEARCHED.rowsOf(path, () => searchImage(path, { examples, measure, signal }), signal);
    const { onProgress } = query;
    await recordImages(query.inputs, search, { rows, concurrency, onProgress, signal }).finally(() => rows.close());
    const found = await readFound(query.folder);
    const candidates = found.faces.filter(({ copyOf }) => copyOf === null).slice(0, query.top);
    const verdicts = await verdictsOn(candidates, examples, { query, dependencies, signal });
    await writeFound(run, found, { category: nameOf(examples, query), verdicts, candidates }, signal);
    state = "finished";
    return { ...found, verdicts };
  } finally {
    await run.close(state);
  }
}

/** Examples of the category, and everything else in the store (or packs) as contrast. */
async function examplesOf(
  { category, packs }: FindQuery,
  store: FindDependencies["store"],
  space: SimilarityExamples["space"],
): Promise<SimilarityExamples> {
  const embedded = await store.placed({ measured: true, ...(packs === undefined ? {} : { packs }) });
  const positives = embedded.filter(
    ({ exemplar }) => sameCategory(exemplar.category, category) && exemplar.role === "instance",
  );
  if (positives.length === 0) {
    const known = [...new Set(embedded.map(({ exemplar }) => exemplar.category))].sort();
    const where = packs === undefined ? store.location : packs.join(", ");
    throw new ConfigurationError(
      `There is no measured example of "${category}" in ${where}. ${didYouMean(category, known)}`.trim(),
    );
  }
  const chosen = new Set(positives.map(({ exemplar }) => exemplar.id));
  return { space, positives, negatives: embedded.filter(({ exemplar }) => !chosen.has(exemplar.id)) };
}

function nameOf({ positives }: SimilarityExamples, { category }: FindQuery): string {
  return positives[0]?.exemplar.category ?? category;
}

/** What decides the scores. Which model judges the best, and how many, may change from one process to the next. */
function settingsOf(query: FindQuery, examples: SimilarityExamples, toolbox: FindDependencies["toolbox"]): RunSettings {
  const { positives, negatives } = examples;
  const vectors = [...positives, ...negatives]
    .map(({ exemplar, expression }) => `${exemplar.id} ${exemplar.category} ${[...(expression ?? [])].join()}`)
    .sort();
  return {
    query: nameOf(examples, query),
    inputs: query.words,
    ...(query.packs === undefined ? {} : { "--pack": query.packs }),
    ...exclusionSettings(query.inputs),
    examples: { id: `${positives.length} and ${negatives.length} others`, sha256: sha256(vectors.join("\n")) },
    toolbox: { id: toolbox.id, networks: toolbox.networks },
    ...(toolbox.mirrored ? { "--mirrored": true } : {}),
  };
}

async function verdictsOn(
  candidates: FoundFaces["faces"],
  examples: SimilarityExamples,
  {
    query,
    dependencies,
    signal,
  }: { query: FindQuery; dependencies: FindDependencies; signal: AbortSignal | undefined },
): Promise<FoundVerdict[]> {
  if (dependencies.openJudge === null || candidates.length === 0) return [];
  const name = nameOf(examples, query);
  const rivals = [...new Set(examples.negatives.map(({ exemplar }) => exemplar.category))].filter(
    (other) => !sameCategory(other, name),
  );
  const judge = await dependencies.openJudge(signal);
  try {
    const onProgress = (done: number) => query.onJudged?.(done, candidates.length);
    return await judgeFound(candidates, name, { dependencies: judge.dependencies, rivals, onProgress, signal });
  } finally {
    await judge.close();
  }
}
