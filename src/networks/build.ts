import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "../platform/cache-folder.ts";
import { contentKey } from "../platform/content-store.ts";
import { sha256 } from "../platform/hash.ts";
import { readBytes } from "../platform/read-file.ts";
import { writeFileAtomic } from "../platform/write-file-atomic.ts";
import { COMPILER_TARGET, COMPILER_VERSION } from "./graph-builder.ts";
import type { NetworkManifest } from "./manifest.ts";
import { loadManifest, type StoredManifest } from "./manifest-store.ts";
import { readSource, sourceSha256 } from "./source.ts";

export interface CacheOptions {
  /** Where compiled and pulled networks are kept, instead of `KULESHOV_CACHE` or the platform's cache folder. */
  readonly cacheDir?: string;
}

/** An ONNX model ready for the runtime, and how it was come by. */
interface BuiltNetwork {
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

/** What a compiled network is kept under. Changes with the published bytes, the manifest's shapes and the compiler. */
interface CompiledKey {
  readonly networkId: string;
  /** SHA-256, hex. */
  readonly key: string;
}

/** Folder of the compiled networks within a cache folder. */
function compiledFolder(cacheDir: string): string {
  return join(cacheDir, "networks");
}

/**
 * The compiled bytes, or `undefined` when there are none that can be trusted. An entry carries its own SHA-256 in its
 * name, so one that was cut short or altered is told apart, and built again in its place: the same key makes the same bytes.
 */
async function readCompiled(cacheDir: string, key: CompiledKey): Promise<Uint8Array | undefined> {
  for (const name of await entriesOf(cacheDir, key)) {
    const path = join(compiledFolder(cacheDir), name);
    const bytes = await readBytes(path).catch(() => undefined);
    if (bytes !== undefined && name === entryName(key, bytes)) return bytes;
  }
  return undefined;
}

/** Keeps compiled bytes. Several processes may write the same entry at once: each renames a whole file into place. */
async function writeCompiled(cacheDir: string, key: CompiledKey, bytes: Uint8Array): Promise<void> {
  await writeFileAtomic(join(compiledFolder(cacheDir), entryName(key, bytes)), bytes);
}

function entryName(key: CompiledKey, bytes: Uint8Array): string {
  return `${prefixOf(key)}${sha256(bytes).slice(0, 32)}.onnx`;
}

function prefixOf({ networkId, key }: CompiledKey): string {
  return `${networkId}.${key.slice(0, 16)}.`;
}

/** A cache that cannot be listed is an empty one: that it cannot be written either is told when it is written. */
async function entriesOf(cacheDir: string, key: CompiledKey): Promise<string[]> {
  const names = await readdir(compiledFolder(cacheDir)).catch(() => []);
  return names.filter((name) => name.startsWith(prefixOf(key)) && name.endsWith(".onnx"));
}
