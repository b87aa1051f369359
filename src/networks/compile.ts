import { ModelFileError } from "../domain/errors.ts";
import { compileFaceApiExpression } from "./compile-face-api.ts";
import { compileFaceApiIdentity } from "./compile-face-api-identity.ts";
import { compileTfjs } from "./compile-tfjs.ts";
import { compileTflite } from "./compile-tflite.ts";
import type { OnnxGraph } from "./graph-builder.ts";
import type { NetworkManifest } from "./manifest.ts";
import { writeOnnx } from "./onnx-file.ts";
import type { SourceBytes } from "./source.ts";

/** Part of the cache key: raise it with every change of what the compiler writes. */
export const COMPILER_VERSION = 1;

/**
 * Turns a network's published bytes into an ONNX model whose inputs and outputs bear the manifest's names.
 *
 * @throws {ModelFileError} if the file is not of its format, or uses an operator that is not supported.
 */
export async function compileNetwork(manifest: NetworkManifest, source: SourceBytes): Promise<Uint8Array> {
  return writeOnnx(manifest.id, compileGraph(manifest, source), String(COMPILER_VERSION));
}

function compileGraph(manifest: NetworkManifest, source: SourceBytes): OnnxGraph {
  try {
    if (manifest.format === "tflite") return compileTflite(manifest, source.graph);
    if (source.weights === undefined)
      throw new RangeError(`its manifest names no weights for the format "${manifest.format}"`);
    if (manifest.format === "tfjs-graph") return compileTfjs(manifest, source.graph, source.weights);
    if (manifest.format === "face-api-identity") {
      return compileFaceApiIdentity(manifest, source.graph, source.weights);
    }
    return compileFaceApiExpression(manifest, source.graph, source.weights);
  } catch (error) {
    if (error instanceof ModelFileError || !(error instanceof RangeError)) throw error;
    throw new ModelFileError(manifest.id, error.message, { cause: error });
  }
}
