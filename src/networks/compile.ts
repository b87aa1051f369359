import { ModelFileError } from "../domain/errors.ts";
import type { NetworkManifest } from "./manifest.ts";
import type { SourceBytes } from "./source.ts";

/** Part of the cache key: raise it with every change of what the compiler writes. */
export const COMPILER_VERSION = 1;

/** Turns a network's published bytes into an ONNX model whose inputs and outputs bear the manifest's names. */
export async function compileNetwork(manifest: NetworkManifest, source: SourceBytes): Promise<Uint8Array> {
  if (manifest.format === "onnx") return source.graph;
  throw new ModelFileError(manifest.id, `this version cannot compile the format "${manifest.format}"`);
}
