// Where the product would cut each face of a training set: the turned outline of its mesh, without everything else that
// measure-faces.mjs measures. The pictures are known to show one face each, so the mesh starts from the whole picture.
//
//   node models/training/face/outline-faces.mjs ferplus-train.npz outlines.jsonl     (npm run build first; 15 minutes)
//
// One line a face: {"index":0,"outline":[centre x, centre y, width, height, angle]}, pixels and radians, or null.
import { createWriteStream, existsSync, readFileSync } from "node:fs";
import { regionOfMesh } from "../../../dist/src/adapters/mesh/face-mesh.js";
import { toImageNetwork } from "../../../dist/src/adapters/mesh/image-network.js";
import { settleMesh } from "../../../dist/src/adapters/mesh/measure-faces.js";
import { mirrorPoints } from "../../../dist/src/adapters/mesh/refined-points.js";
import { readCanonicalFace } from "../../../dist/src/networks/canonical-face.js";
import { openNetwork } from "../../../dist/src/networks/network.js";
import { picturesOfArchive } from "./pictures.mjs";

const [input, output] = process.argv.slice(2);
const done = existsSync(output) ? readFileSync(output, "utf8").split("\n").length - 1 : 0;
const out = createWriteStream(output, { flags: "a" });
const parts = {
  mesh: toImageNetwork(await openNetwork("face-mesh-attention")),
  twins: mirrorPoints(await readCanonicalFace()),
};
for (const { index, load } of picturesOfArchive(input)) {
  if (index < done) continue;
  const source = await load();
  const [width, height] = [source.widthPx, source.heightPx];
  const whole = {
    centerXPx: width / 2,
    centerYPx: height / 2,
    widthPx: 0.8 * width,
    heightPx: 0.8 * height,
    angleRad: 0,
  };
  const mesh = await settleMesh(parts, source, whole);
  const region = mesh === undefined ? null : regionOfMesh(mesh.landmarks);
  const outline = region && [region.centerXPx, region.centerYPx, region.widthPx, region.heightPx, region.angleRad];
  out.write(`${JSON.stringify({ index, outline })}\n`);
}
await parts.mesh.close();
out.end();
