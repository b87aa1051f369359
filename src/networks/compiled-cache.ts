import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { sha256 } from "../platform/hash.ts";
import { writeFileAtomic } from "../platform/write-file-atomic.ts";

/** What a compiled network is kept under. Changes with the published bytes, the manifest's shapes and the compiler. */
export interface CompiledKey {
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
 * name, so one that was cut short or altered is told apart, removed, and built again.
 */
export async function readCompiled(cacheDir: string, key: CompiledKey): Promise<Uint8Array | undefined> {
  for (const name of await entriesOf(cacheDir, key)) {
    const path = join(compiledFolder(cacheDir), name);
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes === undefined) continue;
    if (name === entryName(key, bytes)) return bytes;
    await rm(path, { force: true });
  }
  return undefined;
}

/** Keeps compiled bytes. Several processes may write the same entry at once: each renames a whole file into place. */
export async function writeCompiled(cacheDir: string, key: CompiledKey, bytes: Uint8Array): Promise<void> {
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
