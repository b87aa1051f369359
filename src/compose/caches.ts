import { existsSync } from "node:fs";
import { readFile, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { ConfigurationError } from "../domain/errors.ts";
import type { MeasurementStore } from "../measuring/measurement-store.ts";
import { cacheFolder } from "../platform/cache-folder.ts";
import {
  type ContentStore,
  clearStore,
  createContentStore,
  type StoreSize,
  sizeOfStore,
} from "../platform/content-store.ts";
import { sha256 } from "../platform/hash.ts";
import { ownPath } from "../platform/package-paths.ts";
import { walkFolder } from "../platform/walk-folder.ts";

/** What is kept between runs, and how much of each at most: 2 GB are some 200 000 faces of the mesh toolbox. */
const MAX_BYTES = {
  measurements: 2_000_000_000,
  answers: 2_000_000_000,
  checks: 1_000_000,
  probes: 1_000_000,
} as const;
type CacheName = keyof typeof MAX_BYTES;
const CACHE_NAMES = Object.keys(MAX_BYTES) as readonly CacheName[];

/** Where values of a kind are kept. */
export function cachePlace(name: CacheName): string {
  return join(cacheFolder(), name);
}

/** The values of a kind. @param folder another place than the usual one. */
export function openCache(name: CacheName, folder = cachePlace(name)): ContentStore {
  return createContentStore(folder, MAX_BYTES[name]);
}

/** What is kept of a kind. */
export interface CacheSize extends StoreSize {
  readonly name: CacheName;
  readonly folder: string;
  readonly maxBytes: number;
}

/** How much is kept, kind by kind. */
export function cacheSizes(): Promise<CacheSize[]> {
  return ofEach(CACHE_NAMES, sizeOfStore);
}

/** Removes everything that is kept, or of one kind. @returns what was removed. @throws {ConfigurationError} if there is no such kind. */
export async function clearCaches(kind?: string): Promise<CacheSize[]> {
  const names = CACHE_NAMES.filter((name) => kind === undefined || name === kind);
  if (names.length > 0) return ofEach(names, clearStore);
  throw new ConfigurationError(`No "${kind}" are kept: choose ${CACHE_NAMES.join(", ")}`);
}

/** Kinds that may hold something of a person, and images that data sets and clips were unpacked into. */
const OF_PEOPLE = ["measurements", "answers", "dataset-images"];

/** How their files are named; drafts of killed processes count too. A folder of the user's own may have a kind's name. */
const KEPT_OF_PEOPLE =
  /^(?:\w+\/[0-9a-f]{2}\/[0-9a-f]{64}\.json\.gz|dataset-images\/(?:[0-9a-f]{64}|frames\/[^/]+-[0-9a-f]{16}\/[^/]+)\.png)(?:\.[0-9a-f-]{36}\.part)?$/;

/** What may hold something of a person, under hashes that do not say of whom: to be removed as a whole. */
export const cachesOfPeople = {
  get folder(): string {
    return cacheFolder();
  },
  async size(): Promise<StoreSize> {
    let [entries, bytes] = [0, 0];
    for await (const path of keptOfPeople()) {
      entries += 1;
      bytes += (await stat(path)).size;
    }
    return { entries, bytes };
  },
  async clear(): Promise<void> {
    for await (const path of keptOfPeople()) {
      await rm(path, { force: true });
      // The folder of a clip's frames has the clip's name; one that holds more stays.
      await rmdir(dirname(path)).catch(() => undefined);
    }
  },
};

async function* keptOfPeople(): AsyncGenerator<string> {
  for (const name of OF_PEOPLE) {
    const folder = join(cacheFolder(), name);
    for await (const path of existsSync(folder) ? walkFolder(folder) : []) {
      if (KEPT_OF_PEOPLE.test(relative(cacheFolder(), path).replaceAll("\\", "/"))) yield path;
    }
  }
}

function ofEach(names: readonly CacheName[], work: (folder: string) => Promise<StoreSize>): Promise<CacheSize[]> {
  const one = async (name: CacheName) => {
    const folder = cachePlace(name);
    return { name, folder, ...(await work(folder)), maxBytes: MAX_BYTES[name] };
  };
  return Promise.all(names.map(one));
}

/** The measurements of this machine. */
export async function openMeasurements(): Promise<MeasurementStore> {
  fingerprint ??= fingerprintOfMeasuring();
  return {
    values: openCache("measurements"),
    fingerprint: await fingerprint,
  };
}

let fingerprint: Promise<string> | undefined;

/** A version number would do for releases; between them, a change of the code must not bring back old numbers. */
async function fingerprintOfMeasuring(): Promise<string> {
  const code = typeof MEASURING_CODE === "string" ? MEASURING_CODE : await hashOfMeasuringCode();
  return sha256(`${code} ${await hashOfFiles(ownPath("models"), /\.json$/)}`);
}

/** Put there by `bundle.mjs`, whose chunks are no longer the files that they were. */
declare const MEASURING_CODE: string | undefined;

/** Of the rooms whose code decides what is measured. */
export async function hashOfMeasuringCode(): Promise<string> {
  const source = join(dirname(fileURLToPath(import.meta.url)), "..");
  const rooms = ["adapters", "domain", "facs", "measuring", "networks"];
  return sha256((await Promise.all(rooms.map((room) => hashOfFiles(join(source, room), /\.[jt]s$/)))).join("\n"));
}

async function hashOfFiles(folder: string, ending: RegExp): Promise<string> {
  const paths: string[] = [];
  for await (const path of walkFolder(folder)) if (ending.test(path)) paths.push(path);
  const hashOf = async (path: string) => `${relative(folder, path)} ${sha256(await readFile(path))}`;
  return sha256((await Promise.all(paths.map(hashOf))).sort().join("\n"));
}
