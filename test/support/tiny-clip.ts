import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { constantValue, createGraphBuilder } from "../../src/networks/graph-builder.ts";
import type { NetworkManifest } from "../../src/networks/manifest.ts";
import { loadManifest } from "../../src/networks/manifest-store.ts";
import { writeOnnx } from "../../src/networks/onnx-file.ts";
import { gather, reduce } from "../../src/networks/ops/reduce.ts";
import { float32 } from "../../src/networks/tensor-data.ts";
import { sha256 } from "../../src/platform/hash.ts";
import { installNetwork, meanColourNetwork } from "./tiny-network.ts";

/** Each joins up to one token, which ends a word. */
const WORDS = {
  red: ["r e", "re d</w>"],
  green: ["g r", "e e", "gr ee", "gree n</w>"],
  blue: ["b l", "u e</w>", "bl ue</w>"],
};

/**
 * A pair in the form of the shipped one, `clip:tiny`, that knows three colours: an image lies where its mean colour does, a
 * text where the names of colours in it do. Everything else about a text lies nowhere.
 */
export async function installTinyClip(folder: string): Promise<void> {
  const [images, texts] = await Promise.all(
    ["image", "text"].map(async (part) => (await loadManifest(`clip-vit-base-patch32-${part}`)).manifest),
  );
  const merges = Object.values(WORDS).flat();
  await writeFile(join(folder, "merges.txt"), ["#version: test", ...merges].join("\n"));
  const source = { kind: "file", path: "merges.txt", sha256: sha256(["#version: test", ...merges].join("\n")) };
  const bright = meanColourNetwork({
    inputShape: [1, 3, 224, 224],
    weights: [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
    // What its manifest takes off: black is at nought again.
    bias: [0.48145466 / 0.26862954, 0.4578275 / 0.26130258, 0.40821073 / 0.27577711],
    names: { input: "pixel_values", output: "image_embeds" },
  });
  await installNetwork(folder, tiny(images, "image"), bright);
  const text = tiny(texts, "text");
  const [input] = text.inputs;
  const inputs = [{ ...input, text: { ...input?.text, merges: source } }] as NetworkManifest["inputs"];
  await installNetwork(folder, { ...text, inputs }, colourWords(merges));
}

function tiny(manifest: NetworkManifest | undefined, part: string): Omit<NetworkManifest, "source" | "format"> {
  if (manifest === undefined) throw new Error("The shipped pair has no such part");
  const { source: _source, format: _format, ...like } = manifest;
  return { ...like, id: `clip-tiny-${part}`, outputs: like.outputs.map((output) => ({ ...output, shape: [1, 3] })) };
}

function colourWords(merges: readonly string[]): Uint8Array {
  const rows = [...Array.from({ length: 512 }, () => ""), ...merges, "start", "end"];
  const names = Object.values(WORDS).map((parts) => parts.at(-1));
  const table = rows.flatMap((row) => names.map((name) => (row === name ? 1 : 0.001)));
  const graph = createGraphBuilder("plain");
  const tokens = graph.input({ name: "input_ids", dtype: "int64", shape: [1, 77] });
  const found = gather(graph, constantValue(float32([rows.length, 3], table)), tokens, 0);
  graph.output("text_embeds", reduce(graph, "mean", found, { axes: [1], keepDims: false }));
  return writeOnnx("colour-words", graph.finish(), "test");
}
