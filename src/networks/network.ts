import type { NetworkReference } from "../domain/report.ts";
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
  return openSession(stored.manifest, onnx, networkDevice());
}

/** What networks run on in this process, its threads and processes that it starts: `KULESHOV_DEVICE`, or the processor. */
function networkDevice(): string {
  const { KULESHOV_DEVICE: chosen } = process.env;
  return chosen === undefined || chosen === "" ? "cpu" : chosen;
}

/** Runs nothing: opens the smallest network. @throws {ConfigurationError} if the runtime cannot use the device. */
export async function checkDevice(): Promise<void> {
  if (networkDevice() !== "cpu") await (await openNetwork("face-check")).close();
}

/** Names in reports are only worth something with this beside them. Devices round in other ways, so they are told apart. */
export async function networkProvenance(id: string): Promise<NetworkReference> {
  const { manifest } = await loadManifest(id);
  const device = networkDevice();
  return { id, sha256: sourceSha256(manifest.source), ...(device === "cpu" ? {} : { device }) };
}
