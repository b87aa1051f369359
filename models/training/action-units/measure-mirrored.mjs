// How far the formulas of action units tell left from right on photographs and on their mirror images, one JSON line a face: does
// a difference of the sides come back on the other side?
//
//   node models/training/action-units/measure-mirrored.mjs photos/labels.csv mirrored.jsonl     (npm run build first)
import { createWriteStream } from "node:fs";
import sharp from "sharp";
import { createMeshToolbox } from "../../../dist/src/adapters/mesh/mesh-toolbox.js";
import { formulaLogits } from "../face/formula-logits.mjs";
import { picturesOfTable } from "../face/pictures.mjs";

const [input, output] = process.argv.slice(2);
const toolbox = await createMeshToolbox({ workers: 1 });
const out = createWriteStream(output);

async function largest(image) {
  const [face] = (await toolbox.measure(image)).toSorted((a, b) => b.box.widthPx - a.box.widthPx);
  if (face === undefined) return null;
  const leftLessRight = formulaLogits(face).map(([au, { left, right }]) => [au, left - right]);
  return { yawRad: face.headPose.yawRad, leftLessRight: Object.fromEntries(leftLessRight) };
}

for (const { index, load } of picturesOfTable(input)) {
  const image = await load();
  const raw = { width: image.widthPx, height: image.heightPx, channels: 3 };
  const mirrored = new Uint8Array(await sharp(image.rgb, { raw }).flop().raw().toBuffer());
  const line = { index, plain: await largest(image), mirrored: await largest({ ...image, rgb: mirrored }) };
  out.write(`${JSON.stringify(line)}\n`);
}
await toolbox.close();
out.end();
