// What the product measures on every face of a training set: where it cuts, and what its networks and action units say.
// One JSON line a face, on which the training (where to cut) and the fitting of the pool (what the others say) rest.
//
//   node models/training/face/measure-faces.mjs ferplus-train.npz measured.jsonl 1     (npm run build first)
//   node models/training/face/measure-faces.mjs photos/labels.csv measured.jsonl
//
// Of an archive, a third argument takes the faces of that split only; of photos, it shrinks them to so many pixels. A file
// that is there is continued.
import { createWriteStream, existsSync, readFileSync } from "node:fs";
import { createMeshToolbox } from "../../../dist/src/adapters/mesh/mesh-toolbox.js";
import { squareAround } from "../../../dist/src/adapters/mesh/rotated-region.js";
import { sampleRegion } from "../../../dist/src/adapters/mesh/sample-region.js";
import { activationVectors } from "../../../dist/src/facs/activation.js";
import { rulesAsDistribution, scoreRules } from "../../../dist/src/facs/emotion-rules.js";
import { formulaLogits } from "./formula-logits.mjs";
import { picturesOfArchive, picturesOfTable } from "./pictures.mjs";

const [RIGHT_EYE_OUTER, LEFT_EYE_OUTER] = [33, 263];
const CROP_PX = 48;

/** The turned box that networks are shown crops of: centre, width, height in pixels, clockwise angle in radians. */
function outlineOf({ box, landmarks }) {
  const [[rightX, rightY], [leftX, leftY]] = [landmarks[RIGHT_EYE_OUTER], landmarks[LEFT_EYE_OUTER]];
  return [
    box.leftPx + box.widthPx / 2,
    box.topPx + box.heightPx / 2,
    box.widthPx,
    box.heightPx,
    Math.atan2(leftY - rightY, leftX - rightX),
  ];
}

/** The crop that our own network is shown: gray, 48 x 48 bytes in base 64. */
function cropOf(image, [centerXPx, centerYPx, widthPx, heightPx, angleRad]) {
  const region = squareAround({ centerXPx, centerYPx, widthPx, heightPx, angleRad }, 1);
  const { rgb } = sampleRegion(image, region, { widthPx: CROP_PX, heightPx: CROP_PX, outside: "edge" });
  const gray = Uint8Array.from({ length: CROP_PX * CROP_PX }, (_, at) => {
    return Math.round(0.2989 * rgb[at * 3] + 0.587 * rgb[at * 3 + 1] + 0.114 * rgb[at * 3 + 2]);
  });
  return Buffer.from(gray).toString("base64");
}

function lineOf(face, image) {
  const { quality, headPose, actionUnits, expressions } = face;
  const outline = outlineOf(face);
  return {
    outline,
    crop: cropOf(image, outline),
    score: face.score,
    quality,
    headPose,
    rules: byLabel(activationVectors(actionUnits).flatMap((vector) => rulesAsDistribution(scoreRules(vector)))),
    units: Object.fromEntries(actionUnits.map(({ au, side, value }) => [`${au} ${side}`, value])),
    logits: Object.fromEntries(formulaLogits(face).map(([au, { both }]) => [au, both])),
    expressions: Object.fromEntries(expressions.map(({ source, distribution }) => [source, byLabel(distribution)])),
  };
}

function byLabel(distribution) {
  return Object.fromEntries(distribution.map(({ label, probability }) => [label, probability]));
}

const [input, output, number] = process.argv.slice(2);
const done = new Set(
  existsSync(output)
    ? readFileSync(output, "utf8")
        .trim()
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line).index)
    : [],
);
const out = createWriteStream(output, { flags: "a" });
const toolbox = await createMeshToolbox({ workers: 1 });
const isArchive = input.endsWith(".npz");
const option = number === undefined ? undefined : Number(number);
for (const { load, ...picture } of isArchive ? picturesOfArchive(input) : picturesOfTable(input, option)) {
  if (done.has(picture.index) || (isArchive && option !== undefined && picture.split !== option)) continue;
  const image = await load();
  const faces = await toolbox.measure(image);
  const [face] = faces.toSorted((a, b) => b.box.widthPx - a.box.widthPx);
  out.write(`${JSON.stringify({ ...picture, face: face === undefined ? null : lineOf(face, image) })}\n`);
}
await toolbox.close();
out.end();
