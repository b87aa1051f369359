import { cacheFolder } from "./cache-folder.ts";
import { COMPILER_VERSION, compileNetwork } from "./compile.ts";
import { type CompiledKey, readCompiled, writeCompiled } from "./compiled-cache.ts";
import type { NetworkManifest } from "./manifest.ts";
import type { StoredManifest } from "./manifest-store.ts";
import { sha256 } from "./sha256.ts";
import { readSource, sourceSha256 } from "./source.ts";

/** The compiled network from the cache, compiled now when it is not there or not intact. */
export async function compiledNetwork(stored: StoredManifest, cacheDir: string = cacheFolder()): Promise<Uint8Array> {
  const key = compiledKey(stored.manifest);
  const kept = await readCompiled(cacheDir, key);
  if (kept !== undefined) return kept;
  const bytes = await compileNetwork(stored.manifest, await readSource(stored, cacheDir));
  await writeCompiled(cacheDir, key, bytes);
  return bytes;
}

function compiledKey({ id, source, format, inputs, outputs }: NetworkManifest): CompiledKey {
  const parts = [sourceSha256(source), `compiler ${COMPILER_VERSION}`, format, JSON.stringify({ inputs, outputs })];
  return { networkId: id, key: sha256(parts.join("\n")) };
}
