// CPU time per picture of the mesh toolbox against @vladmandic/human (WASM): detection, mesh and emotion of the same
// decoded photograph in the same process, in turn. Target: at least 3 times less.
import { createMeshToolbox } from "../dist/src/adapters/mesh/mesh-toolbox.js";
import { decodeImage } from "../dist/src/pipeline/decode-image.js";
import { openHuman } from "./support/human-wasm.mjs";
import { compare, cpuMsPerCall } from "./support/paired.mjs";

const TARGET = 3;
const photo = (number) =>
  new URL(`../node_modules/@vladmandic/face-api/demo/sample${number}.jpg`, import.meta.url).pathname;

const toolbox = await createMeshToolbox({ workers: 1 });
const human = await openHuman();
console.log(`@vladmandic/human runs on ${human.backend()}`);

let met = true;
for (const number of [1, 4, 6]) {
  const image = await decodeImage(photo(number));
  const [ours, theirs] = [() => toolbox.measure(image), () => human.detect(image)];
  const faces = [(await ours()).length, (await theirs()).length];
  await cpuMsPerCall(ours, 8);
  await cpuMsPerCall(theirs, 8);
  const { a, b, ratio, least, most } = await compare(ours, theirs, { rounds: 11, calls: 4 });
  const decodeMs = await cpuMsPerCall(() => decodeImage(photo(number)), 8);
  console.log(
    `sample${number}.jpg: mesh@1 ${a.toFixed(1)} ms CPU (${faces[0]} faces), human ${b.toFixed(1)} ms (${faces[1]} faces), ` +
      `ratio ${ratio.toFixed(2)} (${least.toFixed(2)} to ${most.toFixed(2)}); ` +
      `decoding for both ${decodeMs.toFixed(1)} ms, with it ${((b + decodeMs) / (a + decodeMs)).toFixed(2)}`,
  );
  if (number === 1) met = ratio >= TARGET;
}
console.log(`target: at least ${TARGET} times less CPU on sample1.jpg: ${met ? "met" : "missed"}`);
await toolbox.close();
process.exit(met ? 0 : 1);
