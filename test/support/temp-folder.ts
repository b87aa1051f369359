import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { cacheFolder } from "../../src/platform/cache-folder.ts";

/** A folder of its own for one test, removed when the test ends. */
export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "kuleshov-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const folders: string[] = [];

/** A folder of its own for the tests of one file, which `left-as-found.ts` removes after its last hook. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "kuleshov-test-"));
  folders.push(folder);
  return folder;
}

/** Removes the folders of the file. Not by a hook for each: a hook that is added in a hook never runs. */
export async function removeTemporaryFolders(): Promise<void> {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 3 })));
}

/**
 * A folder made a cache folder in which nothing is kept yet, for `KULESHOV_CACHE`. Compiled networks are those of the usual
 * cache: their names carry the hash of what they were made of and of what they are, so that none is taken for another.
 */
export async function emptyCache(folder: string): Promise<string> {
  const networks = join(cacheFolder(), "networks");
  await mkdir(networks, { recursive: true });
  await mkdir(folder, { recursive: true });
  await symlink(networks, join(folder, "networks"), "junction");
  return folder;
}
