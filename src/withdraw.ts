import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, relative, resolve } from "node:path";
import { ConfigurationError } from "./domain/errors.ts";
import type { Exemplar } from "./domain/exemplar.ts";
import type { StoreSize } from "./platform/content-store.ts";
import { systemPath } from "./platform/system-path.ts";
import type { ExemplarStore } from "./ports/exemplar-store.ts";
import { aloneInRun } from "./runs/run-folder.ts";
import { createByteSearch, imageSlices } from "./withdrawal/byte-search.ts";
import { changeFile, type FileChange, filesOfPlace, learnFrom, type PlacedFile, rowPlace } from "./withdrawal/files.ts";
import { fieldsOf } from "./withdrawal/prune-json.ts";
import { rewriteRunJournal } from "./withdrawal/run-journal.ts";
import { createTraces, type Traces } from "./withdrawal/traces.ts";

/** Who withdraws, and from where. */
interface WithdrawQuery {
  /** As tables call them in a column subject, person or participant, or as folders and files are named. */
  readonly name: string;
  /** Other columns that name people. */
  readonly columns?: readonly string[] | undefined;
  /** Folders and files to be cleared of them: studies, runs, answers, lists, images. */
  readonly places: readonly string[];
}

/** What else than files keeps something of a person. */
export interface WithdrawDependencies {
  readonly stores: readonly ExemplarStore[];
  /** What is kept between runs under hashes that name nobody, so that all of it goes. */
  readonly caches: {
    size(): Promise<StoreSize>;
    clear(): Promise<void>;
    readonly folder: string;
  };
}

/** What is theirs, and what would be left of it where. Nothing is changed yet. */
export interface Withdrawal {
  readonly traces: Traces;
  readonly files: readonly PlacedFile[];
  readonly changes: readonly FileChange[];
  readonly exemplars: readonly { readonly store: ExemplarStore; readonly ids: readonly string[] }[];
  readonly caches: StoreSize;
  /** Their images that are there, in none of the places: whoever keeps them has to delete them. */
  readonly imagesElsewhere: readonly string[];
}

/** A file that still holds something of theirs. */
export interface Remainder {
  readonly path: string;
  readonly trace: string;
}

/**
 * Finds everything of a person in the places, the exemplar stores and the caches.
 *
 * @throws {ConfigurationError} if a place is not there, or nothing is found of them.
 */
export async function planWithdrawal(query: WithdrawQuery, dependencies: WithdrawDependencies): Promise<Withdrawal> {
  const traces = createTraces(query.name, query.columns);
  const files = (await Promise.all(query.places.map(filesAt))).flat();
  await learnFrom(files, traces);
  const changes = await changeAll(files, traces, false);
  const exemplars = await Promise.all(dependencies.stores.map((store) => theirExemplars(store, traces)));
  if (changes.length === 0 && exemplars.every(({ ids }) => ids.length === 0)) {
    throw new ConfigurationError(
      `Cannot find "${query.name}" in these places: name the column that names people with --column, or the list that says whose images are whose`,
    );
  }
  const named = new Set(files.map(({ path }) => path));
  const imagesElsewhere = [...traces.images].filter((path) => existsSync(systemPath(path)) && !named.has(path));
  return { traces, files, changes, exemplars, caches: await dependencies.caches.size(), imagesElsewhere };
}

/** Removes what was found, then looks for their bytes in every place. @returns where some are left. */
export async function withdraw(
  { traces, files, exemplars }: Withdrawal,
  { caches }: WithdrawDependencies,
): Promise<{ readonly searched: number; readonly left: readonly Remainder[] }> {
  const slices = (await Promise.all([...traces.images].map(imageSlices))).flat();
  await caches.clear();
  for (const { store, ids } of exemplars) await store.forget(ids);
  const runs = new Map(files.flatMap(({ run }) => (run === null ? [] : [[run.folder, run.history] as const])));
  await lockedAll([...runs.keys()], async () => {
    const changes = await changeAll(files, traces, true);
    for (const [folder, history] of runs) {
      const own = changes.filter(({ file }) => file.run?.folder === folder);
      const removed = new Map(
        own.flatMap(({ file, removes }) => (removes === "all" ? [] : [[basename(file.path), removes]])),
      );
      const [first] = files.filter(({ run }) => run?.folder === folder);
      if (first !== undefined) await rewriteRunJournal(folder, history, { traces, place: rowPlace(first), removed });
    }
  });
  const places = [
    ...new Set(files.map(({ place }) => place)),
    ...exemplars.map(({ store }) => resolve(store.location)),
  ];
  const search = createByteSearch(traces.spellings(), slices);
  return searchPlaces([...places, caches.folder], (path, name) => (traces.ownsText(name) ? name : search.find(path)));
}

async function filesAt(place: string): Promise<PlacedFile[]> {
  const path = resolve(place);
  const info = await stat(systemPath(path)).catch(() => undefined);
  if (info === undefined)
    throw new ConfigurationError(`Cannot withdraw anybody from a place that is not there: \`${place}\``);
  return filesOfPlace(path, info.isFile());
}

/** Tables go last: if this ends in between, they still say whose everything is. */
async function changeAll(files: readonly PlacedFile[], traces: Traces, write: boolean): Promise<FileChange[]> {
  const changes: FileChange[] = [];
  const texts = files.filter(({ path }) => IS_TEXT.test(path));
  const touchedRuns = new Set<string>();
  for (const file of texts) {
    const change = await changeFile(file, { traces, touchedRuns, write: false });
    if (change !== undefined && file.run !== null) touchedRuns.add(file.run.folder);
  }
  for (const file of [...files.filter((one) => !texts.includes(one)), ...texts]) {
    const change = await changeFile(file, { traces, touchedRuns, write });
    if (change !== undefined) changes.push(change);
  }
  return changes;
}

const IS_TEXT = /\.(?:csv|tsv|jsonl|ndjson|json|txt|md|ya?ml|vtt|srt)$/i;

async function theirExemplars(store: ExemplarStore, traces: Traces) {
  const place = { place: store.location, bases: [process.cwd()] };
  const isTheirs = (exemplar: Exemplar) => traces.ownsRow(fieldsOf(exemplar), place);
  return { store, ids: (await store.list()).filter(isTheirs).map(({ id }) => id) };
}

async function lockedAll(folders: readonly string[], act: () => Promise<void>): Promise<void> {
  const [folder, ...others] = folders;
  return folder === undefined ? act() : aloneInRun(folder, () => lockedAll(others, act));
}

type Search = (path: string, name: string) => Promise<string | null> | string;

async function searchPlaces(places: readonly string[], search: Search) {
  const left: Remainder[] = [];
  let searched = 0;
  for (const place of places) {
    const info = await stat(systemPath(place)).catch(() => undefined);
    if (info === undefined) continue;
    for (const { path } of await filesOfPlace(place, info.isFile())) {
      searched += 1;
      const trace = await search(path, relative(place, path));
      if (trace !== null) left.push({ path, trace });
    }
  }
  return { searched, left };
}
