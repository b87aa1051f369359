import { cacheFolder } from "../platform/cache-folder.ts";
import { contentKey } from "../platform/content-store.ts";
import { COMPILER_TARGET, COMPILER_VERSION } from "./compile.ts";
import { type CompiledKey, readCompiled, writeCompiled } from "./compiled-cache.ts";
import type { NetworkManifest } from "./manifest.ts";
import { loadManifest, type StoredManifest } from "./manifest-store.ts";
import { readSource, sourceSha256 } from "./source.ts";

export interface CacheOptions {
  /** Where compiled and pulled networks are kept, instead of `KULESHOV_CACHE` or the platform's cache folder. */
  readonly cacheDir?: string;
}

/** An ONNX model ready for the runtime, and how it was come by. */
export interface BuiltNetwork {
  readonly id: string;
  readonly onnx: Uint8Array;
  /** `published`: the file is ONNX already. */
  readonly from: "cache" | "compiler" | "published";
  /** Why it could not be kept, e.g. a read-only or full disk. It works all the same and is compiled again next time. */
  readonly notKept: string | undefined;
}

/**
 * The compiled network from the cache, compiled now when it is not there, not intact, or `force` is set.
 *
 * @throws {ModelFileError} if the manifest or the published file is missing or wrong.
 */
export async function buildNetwork(
  id: string,
  options: CacheOptions & { force?: boolean } = {},
): Promise<BuiltNetwork> {
  return buildStored(await loadManifest(id), options);
}

/** The same for a manifest that was already read. */
export async function buildStored(
  stored: StoredManifest,
  { cacheDir = cacheFolder(), force = false }: CacheOptions & { force?: boolean } = {},
): Promise<BuiltNetwork> {
  const { manifest } = stored;
  const { id } = manifest;
  if (manifest.format === "onnx") {
    const { graph } = await readSource(stored, cacheDir);
    return { id, onnx: graph, from: "published", notKept: undefined };
  }
  const key = compiledKey(manifest);
  const kept = force ? undefined : await readCompiled(cacheDir, key);
  if (kept !== undefined) return { id, onnx: kept, from: "cache", notKept: undefined };
  // Loaded when there is something to compile: a warm start should not pay for readers of formats.
  const { compileNetwork } = await import("./compile.ts");
  const onnx = await compileNetwork(manifest, await readSource(stored, cacheDir));
  return { id, onnx, from: "compiler", notKept: await keep(cacheDir, key, onnx) };
}

/** Whether an intact compiled form is in the cache already. */
export async function isCompiled(manifest: NetworkManifest, cacheDir: string): Promise<boolean> {
  return (await readCompiled(cacheDir, compiledKey(manifest))) !== undefined;
}

async function keep(cacheDir: string, key: CompiledKey, onnx: Uint8Array): Promise<string | undefined> {
  try {
    await writeCompiled(cacheDir, key, onnx);
    return undefined;
  } catch (error) {
    return `${cacheDir} cannot be written: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function compiledKey({ id, source, format, inputs, outputs }: NetworkManifest): CompiledKey {
  const ports = [...inputs, ...outputs].map(({ name, tensor, dtype, shape }) => ({ name, tensor, dtype, shape }));
  const compiler = { version: COMPILER_VERSION, target: COMPILER_TARGET };
  return { networkId: id, key: contentKey({ source: sourceSha256(source), compiler, format, ports }) };
}
