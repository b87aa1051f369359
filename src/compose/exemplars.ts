import { existsSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { createLanceExemplarStore } from "../adapters/lancedb/exemplar-store.ts";
import { ConfigurationError, PackError } from "../domain/errors.ts";
import type { ExpressionSpace } from "../domain/expression-space.ts";
import type { ExemplarCandidate } from "../exemplars/exemplar-candidate.ts";
import { type ImportOutcome, importExemplars } from "../exemplars/import-exemplars.ts";
import { type MeasureImage, toolboxSpace } from "../exemplars/make-exemplar.ts";
import { readPack } from "../exemplars/pack.ts";
import { STARTER_PACKS } from "../exemplars/starter-packs.ts";
import { measureImage } from "../measuring/measure-image.ts";
import { ownPath } from "../platform/package-paths.ts";
import { walkFolder } from "../platform/walk-folder.ts";
import type { ExemplarStore } from "../ports/exemplar-store.ts";
import type { FerToolbox } from "../ports/fer-toolbox.ts";
import { createToolboxes } from "./toolboxes.ts";

/** Where exemplars are kept unless the user says otherwise: beside the study, in the current folder. */
const DEFAULT_STORE = ".kuleshov/exemplars";

export function storePlace(location: string | undefined): string {
  return location ?? process.env.KULESHOV_EXEMPLARS ?? DEFAULT_STORE;
}

/** The store that is meant without asking for one: named by the user or a setting, or there in the current folder. */
export function existingStore(location: string | undefined): string | undefined {
  const named = location ?? process.env.KULESHOV_EXEMPLARS;
  return named ?? (existsSync(DEFAULT_STORE) ? DEFAULT_STORE : undefined);
}

/** Exemplar stores that lie in the folders, at whatever depth. */
export async function storesIn(folders: readonly string[]): Promise<string[]> {
  const stores = new Set<string>();
  for (const folder of folders.filter((one) => statSync(one, { throwIfNoEntry: false })?.isDirectory())) {
    for await (const path of walkFolder(folder)) {
      const [store, inside] = path.split(/[\\/]exemplars\.lance[\\/]/);
      if (store !== undefined && inside !== undefined) stores.add(store);
    }
  }
  return [...stores];
}

/** One spelling for every way to name a store. */
export function storeKey(location: string): string {
  return /^[a-z][a-z0-9+]*:\/\//i.test(location) ? location : resolve(location);
}

/** The store that the user named, for parts that open it themselves. */
export function storeNames({ store }: { readonly store?: string }): { readonly store?: string } {
  return store === undefined ? {} : { store };
}

/** A store as it is, for what needs no toolbox: list, show, export, remove, search by words. */
export function openStore(location: string | undefined): ExemplarStore {
  return createLanceExemplarStore(storePlace(location), null);
}

/** A toolbox with a store of its space: what adding, searching by face, finding and discovering need. */
export interface ExemplarSession {
  readonly store: ExemplarStore;
  readonly toolbox: FerToolbox;
  readonly space: ExpressionSpace;
  readonly measure: MeasureImage;
  readonly concurrency: number;
  close(): Promise<void>;
}

export interface ExemplarSessionOptions {
  readonly store?: string;
  /** `mesh` unless told. */
  readonly toolbox?: string;
  /** Whether images that were measured before are taken from the measurement store; they are unless told. */
  readonly cache?: boolean | undefined;
  /** Whether the images are mirrored, as selfies are. */
  readonly mirrored?: boolean | undefined;
}

export async function openExemplarSession({
  store: location,
  toolbox: name = "mesh",
  cache,
  mirrored,
}: ExemplarSessionOptions): Promise<ExemplarSession> {
  const [toolbox] = await createToolboxes([name], { cache, mirrored });
  if (toolbox === undefined) throw new ConfigurationError(`There is no toolbox "${name}"`);
  const space = toolboxSpace(toolbox);
  const store = createLanceExemplarStore(storePlace(location), space);
  return {
    store,
    toolbox,
    space,
    measure: (path, signal) => measureImage(path, [toolbox], signal),
    // One image more than workers: its decoding overlaps with their measuring.
    concurrency: availableParallelism() + 1,
    async close() {
      await toolbox.close();
      await store.close();
    },
  };
}

/**
 * The packs that a user names: those in the store by name, pack files by path, and starter packs. What is not in the
 * store yet is imported first; exemplars that are there already are passed over.
 * @throws {PackError} if a pack has a line that cannot be used. @throws {ConfigurationError} if there is no such pack.
 */
export async function openPacks(
  names: readonly string[],
  toolContext: AddingSession,
  signal?: AbortSignal,
): Promise<string[]> {
  const held = new Set((await toolContext.store.statistics()).packs.map(({ name }) => name));
  const packs: string[] = [];
  for (const name of names) {
    const file = packFile(name);
    if (file === undefined && held.has(name)) packs.push(name);
    else if (file === undefined) throw noPack(name, toolContext.store.location);
    else packs.push(await importPack(file, toolContext, signal));
  }
  return packs;
}

/** The packs that ship with examples of something, each with its categories. */
export async function starterPacks(): Promise<{ readonly name: string; readonly categories: readonly string[] }[]> {
  const packs = await Promise.all(
    STARTER_PACKS.map(async (name) => {
      const { candidates } = await readPack(ownPath("fewshot", `${name}.jsonl`));
      const shown = candidates.flatMap(({ label }) => (label.role === "instance" ? [label.category] : []));
      return { name, categories: [...new Set(shown)].sort() };
    }),
  );
  return packs.filter(({ categories }) => categories.length > 0);
}

function noPack(name: string, place: string): ConfigurationError {
  if (place.includes("://") || existsSync(place))
    return new ConfigurationError(`There is no pack "${name}" in ${place}`);
  return new ConfigurationError(`There is no exemplar store that could hold the pack "${name}": \`${place}\``);
}

function packFile(name: string): string | undefined {
  if (name.endsWith(".jsonl")) return name;
  const shipped = ownPath("fewshot", `${name}.jsonl`);
  return /^[a-z0-9-]+$/.test(name) && existsSync(shipped) ? shipped : undefined;
}

async function importPack(file: string, session: AddingSession, signal?: AbortSignal): Promise<string> {
  const { candidates, problems } = await readPack(file);
  const [first] = candidates;
  if (problems.length > 0 || first === undefined) throw new PackError(file, problems);
  await addExemplars(session, candidates, "link", signal);
  return first.pack as string;
}

/** Adds exemplars as the command does unless told otherwise. */
export function addExemplars(
  { store, space, measure, concurrency }: AddingSession,
  candidates: readonly ExemplarCandidate[],
  duplicates: "refuse" | "link",
  signal?: AbortSignal,
): Promise<ImportOutcome> {
  return importExemplars(store, candidates, {
    ...{ space, measure, concurrency, duplicates, keepViews: true, textEmbedder: null, now: () => new Date() },
    ...(signal === undefined ? {} : { signal }),
  });
}

type AddingSession = Pick<ExemplarSession, "store" | "space" | "measure" | "concurrency">;
