import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { constantValue, createGraphBuilder, type GraphBuilder, type Value } from "../../src/networks/graph-builder.ts";
import type { NetworkManifest } from "../../src/networks/manifest.ts";
import { writeOnnx } from "../../src/networks/onnx-file.ts";
import { reshape } from "../../src/networks/ops/arrange.ts";
import { broadcast } from "../../src/networks/ops/elementwise.ts";
import { matrixProduct, reduce } from "../../src/networks/ops/reduce.ts";
import { float32 } from "../../src/networks/tensor-data.ts";
import { sha256 } from "../../src/platform/hash.ts";

/**
 * ONNX bytes of a network that looks at nothing but the mean of each colour: `scores = mean(rgb) x weights + bias`. It
 * has the ports of a face network, so the way from pixels to readings can be tested without real weights.
 *
 * @param weights `[3][scores]`, one row per colour.
 */
export function meanColourNetwork(options: {
  readonly inputShape: readonly [number, 3, number, number];
  readonly weights: readonly (readonly number[])[];
  readonly bias: readonly number[];
  readonly names?: { readonly input: string; readonly output: string };
}): Uint8Array {
  const { input = "input", output = "output" } = options.names ?? {};
  const graph = createGraphBuilder("plain");
  const image = graph.input({ name: input, dtype: "float32", shape: options.inputShape });
  graph.output(output, scores(graph, image, options));
  return writeOnnx("mean-colour", graph.finish(), "test");
}

function scores(
  graph: GraphBuilder,
  image: Value,
  { weights, bias }: { weights: readonly (readonly number[])[]; bias: readonly number[] },
) {
  const means = reshape(graph, reduce(graph, "mean", image, { axes: [2, 3], keepDims: false }), [1, 3]);
  const mixed = matrixProduct(graph, means, constantValue(float32([3, bias.length], weights.flat())));
  return broadcast(graph, "Add", [mixed, constantValue(float32([1, bias.length], bias))]);
}

/** Writes an ONNX file and a manifest for it into a folder, as a user would; `manifest` needs no source. */
export async function installNetwork(
  folder: string,
  manifest: Omit<NetworkManifest, "source" | "format">,
  onnx: Uint8Array,
): Promise<void> {
  const source = { kind: "file", path: `${manifest.id}.onnx`, sha256: sha256(onnx) };
  await writeFile(join(folder, `${manifest.id}.onnx`), onnx);
  await writeFile(join(folder, `${manifest.id}.json`), JSON.stringify({ ...manifest, format: "onnx", source }));
}
