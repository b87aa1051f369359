// Memory of measuring many images, one after another: resident set after 100 and after all images, decoding
// included. Target: less than 5 % growth between the two.
// node bench/measure-memory.mjs [images]     (npm run build first; 1000 where time allows)
import { createMeshToolbox } from "../dist/src/adapters/mesh/mesh-toolbox.js";
import { measureImages } from "../dist/src/measuring/measure-image.js";
import { figure } from "./support/figures.mjs";

const [PICTURES, WARM, LIMIT] = [Number(process.argv[2] ?? 300), 100, 0.05];
const photo = (number) =>
  new URL(`../node_modules/@vladmandic/face-api/demo/sample${number}.jpg`, import.meta.url).pathname;

function* paths() {
  for (let index = 0; index < PICTURES; index++) yield photo((index % 6) + 1);
}

const toolbox = await createMeshToolbox();
const samplesMb = [];
let faces = 0;
let done = 0;
for await (const outcome of measureImages(paths(), { toolboxes: [toolbox] })) {
  faces += outcome.measured.faces.length;
  done += 1;
  if (done % 10 === 0) samplesMb.push(process.memoryUsage.rss() / 1e6);
}
await toolbox.close();

// Decoded images come and go, so single samples jump: each end is the mean of a hundred images' samples.
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const [early, late] = [mean(samplesMb.slice(WARM / 10, (2 * WARM) / 10)), mean(samplesMb.slice(-WARM / 10))];
const growth = late / early - 1;
console.log(
  `${PICTURES} images, ${faces} faces: ${early.toFixed(0)} MB resident after ${WARM}, ${late.toFixed(0)} MB at the end ` +
    `(${(100 * growth).toFixed(1)} %), at most ${Math.max(...samplesMb).toFixed(0)} MB`,
);
figure(`growth of memory from ${WARM} images to ${PICTURES}`, 100 * growth, { unit: "%", atMost: 100 * LIMIT });
process.exit();
