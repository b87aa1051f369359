import { createMeshToolbox } from "../../dist/src/adapters/mesh/mesh-toolbox.js";
import { createPixelPool } from "../../dist/src/domain/pixel-pool.js";
import { decodeImage, decodeImageInto } from "../../dist/src/measuring/decode-image.js";
import { serveContestant } from "./paired.mjs";

const toolbox = await createMeshToolbox({ workers: 1 });
const decoded = new Map();

async function imageOf(path) {
  if (!decoded.has(path)) decoded.set(path, await decodeImageInto(createPixelPool(), path)); // as studies do
  return decoded.get(path);
}

serveContestant({
  measure: async (path) => (await toolbox.measure(await imageOf(path))).length,
  decode: async (path) => (await decodeImage(path)).widthPx,
});
