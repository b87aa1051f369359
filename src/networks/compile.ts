import { z } from "zod";
import { ModelFileError } from "../domain/errors.ts";
import { compileFaceApiExpression } from "./compile-face-api.ts";
import { compileFaceApiIdentity } from "./compile-face-api-identity.ts";
import { compileTfjs } from "./compile-tfjs.ts";
import { compileTflite } from "./compile-tflite.ts";
import { COMPILER_TARGET, COMPILER_VERSION, type OnnxGraph, type Target } from "./graph-builder.ts";
import type { NetworkManifest } from "./manifest.ts";
import { writeOnnx } from "./onnx-file.ts";
import type { SourceBytes } from "./source.ts";

/**
 * Turns a network's published bytes into an ONNX model whose inputs and outputs bear the manifest's names.
 *
 * @throws {ModelFileError} if the file is not of its format, or uses an operator that is not supported.
 */
export async function compileNetwork(
  manifest: NetworkManifest,
  source: SourceBytes,
  target: Target = COMPILER_TARGET,
): Promise<Uint8Array> {
  return writeOnnx(manifest.id, compileGraph(manifest, source, target), `${COMPILER_VERSION} ${target}`);
}

function compileGraph(manifest: NetworkManifest, source: SourceBytes, target: Target): OnnxGraph {
  try {
    if (manifest.format === "tflite") return compileTflite(manifest, source.graph, target);
    const { graph, weights } = source;
    if (weights === undefined)
      throw new RangeError(`its manifest names no weights for the format "${manifest.format}"`);
    if (manifest.format === "tfjs-graph") return compileTfjs(manifest, { graph, weights }, target);
    if (manifest.format === "face-api-identity") return compileFaceApiIdentity(manifest, { graph, weights }, target);
    if (manifest.format === "face-api-expression")
      return compileFaceApiExpression(manifest, { graph, weights }, target);
    throw new RangeError("it is ONNX already");
  } catch (error) {
    if (error instanceof z.ZodError) throw new ModelFileError(manifest.id, notAsExpected(error), { cause: error });
    if (error instanceof ModelFileError || !(error instanceof RangeError)) throw error;
    throw new ModelFileError(manifest.id, error.message, { cause: error });
  }
}

function notAsExpected({ issues: [first] }: z.ZodError): string {
  return `its file is not as its format has it: ${first?.path.join(".")}: ${first?.message}`;
}
