import { copyFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { ConfigurationError, ModelFileError } from "../domain/errors.ts";
import { cacheFolder } from "../platform/cache-folder.ts";
import { withFileLock } from "../platform/file-lock.ts";
import { hashOfFileIfThere } from "../platform/hash.ts";
import { makeFolder } from "../platform/make-folder.ts";
import type { CacheOptions } from "./build.ts";
import { download, type PullProgress } from "./download.ts";
import type { Licence, NetworkManifest } from "./manifest.ts";
import { loadManifests } from "./manifest-store.ts";
import { pulledFile, type UrlSource } from "./source.ts";

/** What is about to be fetched, for the user to agree to. */
export interface PullTerms {
  readonly download: string;
  readonly networks: readonly string[];
  readonly url: string;
  readonly sizeBytes: number;
  readonly licence: Licence;
}

export interface PullOptions extends CacheOptions {
  /** A file that was fetched by other means, for machines without internet. It must be the published one to the byte. */
  readonly from?: string;
  /** Asked once, before anything is fetched. */
  acceptLicence(terms: PullTerms): boolean | Promise<boolean>;
  onProgress?(progress: PullProgress): void;
}

export interface PullResult {
  readonly download: string;
  /** The networks that can be used now. */
  readonly networks: readonly string[];
  readonly path: string;
  /** `already-here`: an intact file was there before. */
  readonly outcome: "downloaded" | "copied" | "already-here";
}

/**
 * Fetches a published network that npm does not carry: from its official address, or from a file the user has. A broken
 * download is taken up where it broke, now or at the next call. The file is kept only if its hash is the manifest's.
 *
 * @param name The download's name (`face_landmarker`) or the id of one of its networks.
 * @throws {ConfigurationError} if nothing is pulled under that name, or the licence is not accepted.
 * @throws {ModelFileError} if it cannot be fetched, or is not what the manifest says.
 */
export async function pullNetwork(name: string, options: PullOptions, signal?: AbortSignal): Promise<PullResult> {
  const { terms, source } = await findDownload(name);
  const path = pulledFile(source, options.cacheDir ?? cacheFolder());
  const result = { download: terms.download, networks: terms.networks, path };
  if ((await hashOfFileIfThere(path)) === source.sha256) return { ...result, outcome: "already-here" };
  if (!(await options.acceptLicence(terms))) {
    throw new ConfigurationError(`Nothing was pulled as the licence of "${terms.download}" was not accepted`);
  }
  await makeFolder(dirname(path));
  return withFileLock(
    `${path}.lock`,
    (holder) => `Cannot pull "${terms.download}" as ${holder} is fetching it: wait for it, or end it`,
    async () => {
      if (options.from !== undefined) {
        await copyChecked(terms.download, options.from, { source, path });
        return { ...result, outcome: "copied" };
      }
      await download({ name: terms.download, source, path, onProgress: options.onProgress }, signal);
      return { ...result, outcome: "downloaded" };
    },
  );
}

async function findDownload(name: string): Promise<{ terms: PullTerms; source: UrlSource }> {
  const manifests = (await loadManifests()).map(({ manifest }) => manifest);
  const named = manifests.find(({ id, source }) => source.kind === "url" && (source.download === name || id === name));
  if (named?.source.kind !== "url") {
    const known = new Set(manifests.flatMap(({ source }) => (source.kind === "url" ? [source.download] : [])));
    throw new ConfigurationError(`Nothing can be pulled under the name "${name}": known are ${[...known].join(", ")}`);
  }
  const { source, licence } = named;
  const networks = manifests.filter((other) => sharesDownload(other, source)).map(({ id }) => id);
  const { download, url, sizeBytes } = source;
  return { terms: { download, networks, url, sizeBytes, licence }, source };
}

function sharesDownload({ source }: NetworkManifest, { sha256 }: UrlSource): boolean {
  return source.kind === "url" && source.sha256 === sha256;
}

async function copyChecked(name: string, from: string, to: { source: UrlSource; path: string }): Promise<void> {
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
