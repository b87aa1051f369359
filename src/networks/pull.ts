import { copyFile, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ConfigurationError, ModelFileError } from "../domain/errors.ts";
import { cacheFolder } from "../platform/cache-folder.ts";
import { withFileLock } from "../platform/file-lock.ts";
import { hashOfFileIfThere } from "../platform/hash.ts";
import { makeFolder } from "../platform/make-folder.ts";
import type { CacheOptions } from "./build.ts";
import { download, type PullProgress } from "./download.ts";
import type { Licence } from "./manifest.ts";
import { loadManifests } from "./manifest-store.ts";
import { pulledFile, pulledSources, type UrlSource } from "./source.ts";

/** What is about to be fetched, for the user to agree to. */
export interface PullTerms {
  readonly download: string;
  readonly networks: readonly string[];
  readonly files: readonly { readonly url: string; readonly sizeBytes: number }[];
  readonly licence: Licence;
}

export interface PullOptions extends CacheOptions {
  /**
   * A file that was fetched by other means, for machines without internet, or a folder of them where there are several.
   * Each must be the published one to the byte.
   */
  readonly from?: string;
  /** Asked once, before anything is fetched. */
  acceptLicence(terms: PullTerms): boolean | Promise<boolean>;
  onProgress?(progress: PullProgress): void;
}

export interface PullResult {
  readonly download: string;
  /** The networks that can be used now. */
  readonly networks: readonly string[];
  readonly paths: readonly string[];
  /** `already-here`: intact files were there before. */
  readonly outcome: "downloaded" | "copied" | "already-here";
}

/**
 * Fetches published networks that npm does not carry, with what belongs to them: from their official addresses, or from files
 * the user has. A broken download is taken up where it broke, now or at the next call. A file is kept only if its hash is the
 * manifest's.
 *
 * @param name The download's name (`face_landmarker`) or the id of one of its networks.
 * @throws {ConfigurationError} if nothing is pulled under that name, or the licence is not accepted.
 * @throws {ModelFileError} if it cannot be fetched, or is not what the manifest says.
 */
export async function pullNetwork(name: string, options: PullOptions, signal?: AbortSignal): Promise<PullResult> {
  const { terms, sources } = await findDownload(name);
  const places = sources.map((source) => ({ source, path: pulledFile(source, options.cacheDir ?? cacheFolder()) }));
  const result = { download: terms.download, networks: terms.networks, paths: places.map(({ path }) => path) };
  const missing: Place[] = [];
  for (const place of places) if ((await hashOfFileIfThere(place.path)) !== place.source.sha256) missing.push(place);
  if (missing.length === 0) return { ...result, outcome: "already-here" };
  if (!(await options.acceptLicence(terms))) {
    throw new ConfigurationError(`Nothing was pulled as the licence of "${terms.download}" was not accepted`);
  }
  for (const place of missing) await bring(terms.download, place, { ...options, alone: sources.length === 1 }, signal);
  return { ...result, outcome: options.from === undefined ? "downloaded" : "copied" };
}

/** A file that is pulled, and where it is kept. */
interface Place {
  readonly source: UrlSource;
  readonly path: string;
}

async function bring(
  name: string,
  place: Place,
  { from, alone, onProgress }: PullOptions & { readonly alone: boolean },
  signal?: AbortSignal,
): Promise<void> {
  await makeFolder(dirname(place.path));
  await withFileLock(
    `${place.path}.lock`,
    (holder) => `Cannot pull "${name}" as ${holder} is fetching it: wait for it, or end it`,
    async () => {
      if (from === undefined) return await download({ name, ...place, onProgress }, signal);
      await copyChecked(name, alone ? from : await fileIn(from, name, place.source), place);
    },
  );
}

/** The file of a folder that has the published size. @throws {ModelFileError} if there is none. */
async function fileIn(folder: string, name: string, { url, sizeBytes }: UrlSource): Promise<string> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new ModelFileError(name, `it has several files, and \`${folder}\` is no folder of them`, { cause: error });
  });
  for (const path of names.map((file) => join(folder, file))) if ((await stat(path)).size === sizeBytes) return path;
  throw new ModelFileError(name, `no file of \`${folder}\` has the ${sizeBytes} bytes of ${url}`);
}

async function findDownload(name: string): Promise<{ terms: PullTerms; sources: readonly UrlSource[] }> {
  const manifests = (await loadManifests()).map(({ manifest }) => manifest);
  const named = manifests.find(({ id, source }) => source.kind === "url" && (source.download === name || id === name));
  if (named?.source.kind !== "url") {
    const known = new Set(manifests.flatMap(({ source }) => (source.kind === "url" ? [source.download] : [])));
    throw new ConfigurationError(`Nothing can be pulled under the name "${name}": known are ${[...known].join(", ")}`);
  }
  const { licence } = named;
  const { download } = named.source;
  const together = manifests.filter(({ source }) => source.kind === "url" && source.download === download);
  const sources = [...new Map(together.flatMap(pulledSources).map((source) => [source.sha256, source])).values()];
  const files = sources.map(({ url, sizeBytes }) => ({ url, sizeBytes }));
  return { terms: { download, networks: together.map(({ id }) => id), files, licence }, sources };
}

async function copyChecked(name: string, from: string, to: Place): Promise<void> {
  const found = await stat(from).catch(() => undefined);
  if (found === undefined || !found.isFile()) throw new ModelFileError(name, `there is no file \`${from}\``);
  if (found.size !== to.source.sizeBytes) {
    throw new ModelFileError(
      name,
      `\`${from}\` has ${found.size} bytes where the published file has ${to.source.sizeBytes}`,
    );
  }
  const temporary = `${to.path}.copy`;
  try {
    await copyFile(from, temporary);
    if ((await hashOfFileIfThere(temporary)) !== to.source.sha256) {
      throw new ModelFileError(name, `\`${from}\` is not the published file: its SHA-256 is another`);
    }
    await rename(temporary, to.path);
  } finally {
    await rm(temporary, { force: true });
  }
}
