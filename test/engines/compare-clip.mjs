// What random_clip.py wrote, through `clip:random`: how far tokens and embeddings are from those of the authors' code, and whether the
// merges are those that the shipped manifest names. node test/engines/compare-clip.mjs FOLDER     (npm run build first)

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { openClipPair } from "../../dist/src/adapters/clip/clip-pair.js";
import { createClipTokenizer } from "../../dist/src/adapters/clip/clip-tokenizer.js";

const folder = resolve(process.argv[2]);
const sha256 = (file) =>
  createHash("sha256")
    .update(readFileSync(join(folder, file)))
    .digest("hex");
const fileSource = (path) => ({ kind: "file", path, sha256: sha256(path) });

for (const part of ["image", "text"]) {
  const shipped = new URL(`../../models/manifests/clip-vit-base-patch32-${part}.json`, import.meta.url);
  const manifest = JSON.parse(readFileSync(shipped, "utf8"));
  const { text } = manifest.inputs[0];
  if (text !== undefined) {
    console.log(`merges: ${text.merges.sha256 === sha256("merges.txt") ? "the published file" : "ANOTHER FILE"}`);
    text.merges = fileSource("merges.txt");
  }
  const random = { ...manifest, id: `clip-random-${part}`, source: fileSource(`${part}.onnx`) };
  writeFileSync(join(folder, `clip-random-${part}.json`), JSON.stringify(random, null, 2));
}

process.env.KULESHOV_MODELS = folder;
const golden = JSON.parse(readFileSync(join(folder, "golden.json"), "utf8"));
const pair = await openClipPair("random");
const tokensOf = createClipTokenizer(readFileSync(join(folder, "merges.txt"), "utf8"));
const cosine = (a, b) => a.reduce((sum, value, index) => sum + value * b[index], 0);
const farthest = (a, b) => Math.max(...a.map((value, index) => Math.abs(value - b[index])));
for (const [index, text] of golden.texts.entries()) {
  const same = golden.tokens[index].every((id, at) => BigInt(id) === tokensOf(text, 77)[at]);
  const apart = farthest(await pair.embedText(text), golden.textEmbeddings[index]);
  console.log(
    `text ${index + 1}: tokens ${same ? "equal" : "DIFFER"}, largest difference of the embedding ${apart.toExponential(1)}`,
  );
}
const image = await pair.embedImage({ data: readFileSync(golden.image) });
console.log(`image: cosine ${cosine(image, golden.imageEmbedding).toFixed(4)}`);
process.exit(0);
