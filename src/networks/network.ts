import { buildStored, type CacheOptions } from "./build.ts";
import { loadManifest } from "./manifest-store.ts";
import type { Network } from "./session.ts";
import { sourceSha256 } from "./source.ts";

export type { Network, Tensor } from "./session.ts";

/**
 * Opens a network by its manifest's id, compiling it first when the cache does not have it.
 *
 * @throws {ModelFileError} if the manifest, the published file or the compiled form is missing or wrong.
 */
export async function openNetwork(id: string, options: CacheOptions = {}): Promise<Network> {
  const stored = await loadManifest(id);
  const { onnx } = await buildStored(stored, options);
  // Loaded by the threads that run networks: whoever only names them should not pay for the runtime.
  const { openSession } = await import("./session.ts");
  return openSession(stored.manifest, onnx);
}

/** Which published bytes a network stands for. Names in reports are only worth something with this beside them. */
export async function networkProvenance(id: string): Promise<{ id: string; sha256: string }> {
  const { manifest } = await loadManifest(id);
  return { id, sha256: sourceSha256(manifest.source) };
}
