import { decodeImage } from "../../dist/src/measuring/decode-image.js";
import { openHuman } from "./human-wasm.mjs";
import { serveContestant } from "./paired.mjs";

const human = await openHuman();
const decoded = new Map();

serveContestant({
  backend: async () => human.backend(),
  measure: async (path) => {
    if (!decoded.has(path)) decoded.set(path, await decodeImage(path));
    return (await human.detect(decoded.get(path))).length;
  },
});
