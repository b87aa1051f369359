import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, onTestFinished } from "vitest";
import { cacheFolder } from "../../src/platform/cache-folder.ts";

/** A folder of its own for one test, removed when the test ends. */
export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "kuleshov-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder of its own for the tests of one file, made before them and removed after the last. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "kuleshov-test-"));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
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
