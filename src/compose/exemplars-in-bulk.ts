import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { extname } from "node:path";
import { ConfigurationError, PackError } from "../domain/errors.ts";
import type { CandidateList, ExemplarCandidate } from "../exemplars/exemplar-candidate.ts";
import { locateImage } from "../exemplars/image-reference.ts";
import { type ImportOptions, type ImportOutcome, importExemplars } from "../exemplars/import-exemplars.ts";
import { readPack, writePack } from "../exemplars/pack.ts";
import { readCategoryFolders, readExemplarTable } from "../exemplars/read-labelled-images.ts";
import { STARTER_PACKS } from "../exemplars/starter-packs.ts";
import { ownPath } from "../platform/package-paths.ts";
import { systemPath } from "../platform/system-path.ts";
import type { ExemplarFilter } from "../ports/exemplar-store.ts";
import { type ExemplarSession, openExemplarSession, openStore } from "./exemplars.ts";
import { type ModelFlags, modelSettings } from "./model-settings.ts";
import { openTextEmbedder } from "./models.ts";

/** Whose labels are read, and who hears what is left out. */
interface Reading {
  readonly labeller: string;
  /** Whether what can be used is taken where other entries cannot. */
  readonly partial?: boolean | undefined;
  readonly notify: (notice: string) => void;
}

/**
 * What is to become exemplars: of packs, tables, folders with one folder per category, and starter packs.
 *
 * @returns them, and how many entries were left out.
 * @throws {PackError} if an entry cannot be used, unless `partial`. @throws {ConfigurationError} if there is no such source.
 */
export async function readExemplarSources(sources: readonly string[], { partial = false, ...reading }: Reading) {
  const { notify } = reading;
  const lists = await Promise.all(sources.map(async (source) => ({ source, list: await readSource(source, reading) })));
  for (const { source, list } of lists) {
    if (list.problems.length === 0) continue;
    for (const { line, reason } of list.problems)
      notify(`${source}${line === null ? "" : `, line ${line}`}: ${reason}`);
    if (partial) continue;
    notify("Nothing was imported. Correct these entries, or pass --partial to import the others.");
    throw new PackError(source, list.problems);
  }
  return {
    candidates: lists.flatMap(({ list }) => list.candidates),
    left: lists.reduce((sum, { list }) => sum + list.problems.length, 0),
  };
}

/** What kind of source a word names: a folder, a file by its ending, or a pack that ships. */
async function readSource(source: string, options: Omit<Reading, "partial">): Promise<CandidateList> {
  const found = await stat(systemPath(source)).catch(() => undefined);
  if (found?.isDirectory()) return await readCategoryFolders(source, options);
  const ending = extname(source).toLowerCase();
  if (found === undefined && ending === "" && !/[\\/]/.test(source)) {
    const shipped = ownPath("fewshot", `${source}.jsonl`);
    if ((await stat(shipped).catch(() => undefined)) === undefined) {
      throw new ConfigurationError(
        `There is no file, folder or starter pack "${source}" (starter packs: ${STARTER_PACKS.join(", ")})`,
      );
    }
    return await readPack(shipped);
  }
  if (ending === ".csv" || ending === ".tsv") return await readExemplarTable(source, options);
  if (ending === ".jsonl" || ending === ".ndjson") return await readPack(source);
  throw new ConfigurationError(
    `Cannot import as it is neither a pack (.jsonl), a table (.csv) nor a folder: \`${source}\``,
  );
}

/** How exemplars are added, as the flags of `kuleshov exemplars import` say. */
interface TakeOptions extends ModelFlags, Pick<ImportOptions, "duplicates" | "keepViews"> {
  readonly embedder?: string | undefined;
}

type Watching = Pick<ImportOptions, "onProgress" | "signal">;

/** Measures candidates and puts them into the store of a session. */
export async function takeExemplars(
  { store, space, measure, concurrency }: ExemplarSession,
  candidates: readonly ExemplarCandidate[],
  { duplicates, keepViews, embedder, ...flags }: TakeOptions,
  watching: Watching,
): Promise<ImportOutcome> {
  const textEmbedder = await openTextEmbedder(embedder, await modelSettings(flags));
  const outcome = await importExemplars(store, candidates, {
    ...{ space, measure, concurrency, duplicates, keepViews, textEmbedder, now: () => new Date() },
    ...watching,
  });
  if (outcome.added.length >= 64) await store.optimize();
  return outcome;
}

/** @throws {ConfigurationError} if there is a file of that name that is not to be replaced. */
export function refuseExisting(file: string, force = false): void {
  if (force || !existsSync(systemPath(file))) return;
  throw new ConfigurationError(
    `Cannot write as the file exists (name another, or add --force to replace it): \`${file}\``,
  );
}

interface Exporting {
  readonly store?: string | undefined;
  readonly filter: ExemplarFilter;
  readonly force?: boolean | undefined;
}

/** Writes exemplars as a pack; no file where there are none. @returns how many, and where they were. */
export async function exportExemplars(file: string, { store: place, filter, force }: Exporting) {
  if (!file.endsWith(".jsonl")) throw new ConfigurationError(`A pack's name ends in .jsonl, unlike \`${file}\``);
  refuseExisting(file, force);
  const store = openStore(place);
  try {
    const exemplars = await store.list({ filter });
    if (exemplars.length > 0) await writePack(file, exemplars);
    return { count: exemplars.length, location: store.location };
  } finally {
    await store.close();
  }
}

interface Remeasuring {
  readonly store?: string | undefined;
  readonly to: string;
  readonly cache?: boolean | undefined;
}

/**
 * Measures all exemplars again, into a store of their own: vectors of two toolbox versions are never mixed.
 *
 * @returns what became of how many, and the space that they are in now.
 */
export async function remeasureExemplars({ store: place, to, cache }: Remeasuring, watching: Watching) {
  const old = openStore(place);
  const exemplars = await old.list().finally(() => old.close());
  const session = await openExemplarSession({ store: to, cache });
  try {
    const { store, space, measure, concurrency } = session;
    const outcome = await importExemplars(
      store,
      exemplars.map(({ category, role, caption, definition, why, labeller, licence, source, image, region, pack }) => ({
        label: { category, role, caption, definition, why, labeller, licence, source },
        path: locateImage(image.path, "") ?? image.path,
        name: image.path,
        sha256: image.sha256,
        region,
        pack,
        line: null,
        measurements: null,
      })),
      {
        ...{ space, measure, concurrency, duplicates: "link", keepViews: true, textEmbedder: null },
        now: () => new Date(),
        ...watching,
      },
    );
    return { outcome, total: exemplars.length, space };
  } finally {
    await session.close();
  }
}
