import { access, lstat, readdir, rm, utimes } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { sha256 } from "./hash.ts";
import { readBytes } from "./read-file.ts";
import { inWordsIfDiskFull } from "./system-error.ts";
import { writeFileAtomic } from "./write-file-atomic.ts";

/**
 * JSON values kept in a folder under the hash of whatever determines them, each a gzipped file that is written whole or
 * not at all. Many processes may share one.
 */
export interface ContentStore {
  /** `undefined` when there is none, or when what is there is damaged. */
  get(key: string): Promise<unknown>;
  /** Whether there is a value, without reading it. */
  has(key: string): Promise<boolean>;
  /** Resolves when the value is safe on disk. @throws {ConfigurationError} on a full disk, and what the system says. */
  put(key: string, value: unknown): Promise<void>;
  /** Where a value is kept. */
  path(key: string): string;
}

/** What a store takes. */
export interface StoreSize {
  readonly entries: number;
  readonly bytes: number;
}

/** A value of such a key has the size of the store looked at: one in 256, as keys are hashes, and not the first of every run. */
const TELLS_TO_LOOK = /00$/;
/** To what part of its limit a store that has outgrown it is cut back. */
const CUT_BACK_TO = 0.8;

/** @param maxBytes Beyond this, the values that were not asked for the longest go. */
export function createContentStore(folder: string, maxBytes = Number.POSITIVE_INFINITY): ContentStore {
  const pathOf = (key: string) => join(folder, key.slice(0, 2), `${key}.json.gz`);
  return {
    path: pathOf,
    has: (key) =>
      access(pathOf(key)).then(
        () => true,
        () => false,
      ),
    async get(key) {
      const path = pathOf(key);
      const bytes = await readBytes(path).catch(() => undefined);
      if (bytes === undefined) return undefined;
      const value = await unpacked(bytes);
      const now = new Date();
      if (value !== undefined) await utimes(path, now, now).catch(() => undefined);
      return value;
    },
    async put(key, value) {
      const bytes = await promisify(gzip)(JSON.stringify(value), { level: 1 });
      const path = pathOf(key);
      await writeFileAtomic(path, bytes).catch((error: unknown) => {
        throw inWordsIfDiskFull(error, path);
      });
      if (Number.isFinite(maxBytes) && TELLS_TO_LOOK.test(key)) await evict(folder, maxBytes);
    },
  };
}

/** The key of a value: the hash of everything that determines it, as JSON with its keys in one order. */
export function contentKey(determinants: unknown): string {
  return sha256(canonicalJson(determinants));
}

/** JSON with keys in one order, so that equal values have equal texts. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(",")}}`;
}

/** How much a store holds. A folder that is not there holds nothing. */
export async function sizeOfStore(folder: string): Promise<StoreSize> {
  const entries = await entriesOf(folder);
  return { entries: entries.length, bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/** Removes every value, and no other file. @returns what was removed. */
export async function clearStore(folder: string): Promise<StoreSize> {
  const size = await sizeOfStore(folder);
  for (const { path } of await entriesOf(folder)) await rm(path, { force: true });
  return size;
}

/** gzip carries a checksum, so what was cut short or altered does not unpack. */
async function unpacked(bytes: Buffer): Promise<unknown> {
  try {
    return JSON.parse((await promisify(gunzip)(bytes)).toString("utf8"));
  } catch {
    return undefined;
  }
}

interface Entry {
  readonly path: string;
  readonly bytes: number;
  readonly usedMs: number;
}

const PART = /^[0-9a-f]{2}$/;
const VALUE = /^[0-9a-f]{64}\.json\.gz$/;

async function entriesOf(folder: string): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (const part of await readdir(folder).catch(() => [])) {
    if (!PART.test(part)) continue;
    for (const name of await readdir(join(folder, part)).catch(() => [])) {
      if (!VALUE.test(name) || !name.startsWith(part)) continue;
      const path = join(folder, part, name);
      const found = await lstat(path).catch(() => undefined);
      if (found?.isFile()) entries.push({ path, bytes: found.size, usedMs: found.mtimeMs });
    }
  }
  return entries;
}

async function evict(folder: string, maxBytes: number): Promise<void> {
  const entries = [...(await entriesOf(folder))].sort((a, b) => a.usedMs - b.usedMs);
  let bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  if (bytes <= maxBytes) return;
  for (const entry of entries) {
    if (bytes <= maxBytes * CUT_BACK_TO) return;
    await rm(entry.path, { force: true });
    bytes -= entry.bytes;
  }
}
