import { existsSync } from "node:fs";
import { cacheFolder } from "../platform/cache-folder.ts";
import { type CacheOptions, isCompiled } from "./build.ts";
import type { NetworkManifest } from "./manifest.ts";
import { loadManifests, type StoredManifest } from "./manifest-store.ts";
import { pulledFile, pulledSources, readSource, type UrlSource } from "./source.ts";

/**
 * What can be done with a network now. `ready`: compiled, or published as ONNX. `to-compile`: its file is here and is
 * compiled on first use. `to-pull`: its file has to be downloaded first, under the name `download`. `unavailable`: its
 * file is missing or damaged; `reason` says which.
 */
type NetworkState =
  | { readonly state: "ready" }
  | { readonly state: "to-compile" }
  | { readonly state: "to-pull"; readonly download: string; readonly sizeBytes: number }
  | { readonly state: "unavailable"; readonly reason: string };

export interface NetworkListing {
  readonly manifest: NetworkManifest;
  /** Where the published bytes come from, in one phrase: `@mediapipe/face_mesh@0.4.1657299874`. */
  readonly origin: string;
  readonly status: NetworkState;
}

/** Every known network and whether it can be used. Nothing is compiled, nothing downloaded. */
export async function listNetworks({
  cacheDir = cacheFolder(),
}: CacheOptions = {}): Promise<readonly NetworkListing[]> {
  const stored = await loadManifests();
  return Promise.all(
    stored.map(async (one) => ({
      manifest: one.manifest,
      origin: originOf(one.manifest),
      status: await networkState(one, cacheDir),
    })),
  );
}

/** Whether a network can be used now. */
export async function networkState(stored: StoredManifest, cacheDir: string): Promise<NetworkState> {
  const missing = missingDownload(stored.manifest, cacheDir);
  if (missing !== undefined) return { state: "to-pull", download: missing.download, sizeBytes: missing.sizeBytes };
  if (stored.manifest.format !== "onnx" && (await isCompiled(stored.manifest, cacheDir))) return { state: "ready" };
  try {
    await readSource(stored, cacheDir);
    return { state: stored.manifest.format === "onnx" ? "ready" : "to-compile" };
  } catch (error) {
    return { state: "unavailable", reason: error instanceof Error ? error.message : String(error) };
  }
}

/** A file of a network that has to be pulled first; those that are there are not read. */
export function missingDownload(manifest: NetworkManifest, cacheDir: string): UrlSource | undefined {
  return pulledSources(manifest).find((source) => !existsSync(pulledFile(source, cacheDir)));
}

function originOf({ source }: NetworkManifest): string {
  if (source.kind === "npm") return `${source.package}@${source.version}`;
  return source.kind === "url" ? source.url : source.path;
}
