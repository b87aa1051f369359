// How crowd-face by itself stands disturbed pictures: the face is cut where the product found it in the undisturbed one, so that
// the network is measured and not the search for faces. Prints one row for each disturbance, and one for each range of head turn.
//
//   node models/training/face/score-disturbed.mjs ferplus-train.npz public.jsonl     (npm run build first)
//   node models/training/face/score-disturbed.mjs photos/labels.csv photos.jsonl
//
// The lines are those of measure-faces.mjs. "right": the likeliest label is the one that most voters chose (faces with one such
// label), or the label of the photograph. "KL": of the votes. "same": the likeliest label is the undisturbed one. Faces of less than
// five valid votes or of a quality below .15 are left out, of identical pictures all but one.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { unzipSync } from "fflate";
import sharp from "sharp";
import { toImageNetwork } from "../../../dist/src/adapters/mesh/image-network.js";
import { readExpression } from "../../../dist/src/adapters/mesh/read-expression.js";
import { openNetwork } from "../../../dist/src/networks/network.js";
import { arrayOf, picturesOfArchive, picturesOfTable } from "./pictures.mjs";

const LABELS = ["neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt"];
const [LEAST_QUALITY, LEAST_VOTES, VOTE_COLUMNS, CROP_PX] = [0.15, 5, 10, 48];
const TURNS_DEGREES = [0, 10, 20, 30, 90];

const pixelsOf = ({ rgb, widthPx, heightPx }) => sharp(rgb, { raw: { width: widthPx, height: heightPx, channels: 3 } });

async function imageOf(pipeline) {
  const { data, info } = await pipeline.toColourspace("srgb").raw().toBuffer({ resolveWithObject: true });
  return { rgb: new Uint8Array(data), widthPx: info.width, heightPx: info.height };
}

/** The same image with every channel of every pixel replaced. @param change of a value 0..255 and the place 0..1 from left to right */
function repainted(image, change) {
  const { rgb, widthPx } = image;
  const changed = rgb.map((value, at) =>
    Math.max(0, Math.min(255, change(value, (((at / 3) | 0) % widthPx) / widthPx))),
  );
  return { ...image, rgb: changed };
}

async function resized(image, share) {
  const small = pixelsOf(image).resize(Math.ceil(image.widthPx * share), Math.ceil(image.heightPx * share), {
    fit: "fill",
  });
  const { rgb, widthPx, heightPx } = await imageOf(small);
  return imageOf(pixelsOf({ rgb, widthPx, heightPx }).resize(image.widthPx, image.heightPx, { fit: "fill" }));
}

/** @param facePx side of the cut square: blur is in pixels of the network's crop. */
const DISTURBANCES = {
  none: (image) => image,
  "blur, sigma 1 of 48 px": (image, facePx) => imageOf(pixelsOf(image).blur(facePx / CROP_PX)),
  "blur, sigma 2 of 48 px": (image, facePx) => imageOf(pixelsOf(image).blur((2 * facePx) / CROP_PX)),
  "gamma .5 (brighter)": (image) => repainted(image, (value) => 255 * (value / 255) ** 0.5),
  "gamma 2 (darker)": (image) => repainted(image, (value) => 255 * (value / 255) ** 2),
  "light from one side (.4 to 1.6)": (image) => repainted(image, (value, x) => value * (0.4 + 1.2 * x)),
  "JPEG, quality 30": async (image) => {
    return imageOf(sharp(await pixelsOf(image).jpeg({ quality: 30 }).toBuffer()));
  },
  gray: (image) => {
    const { rgb } = image;
    const gray = rgb.map((_, at) => {
      const pixel = at - (at % 3);
      return 0.2989 * rgb[pixel] + 0.587 * rgb[pixel + 1] + 0.114 * rgb[pixel + 2];
    });
    return { ...image, rgb: gray };
  },
  "half size": (image) => resized(image, 0.5),
  "a quarter of the size": (image) => resized(image, 0.25),
};

/** Shares of the votes for each face of an archive; `undefined` where too few are valid. */
function votesOf(path) {
  const { bytes } = arrayOf(unzipSync(readFileSync(path), { filter: ({ name }) => name === "votes.npy" }), "votes");
  return (index) => {
    const votes = [...bytes.subarray(index * VOTE_COLUMNS, index * VOTE_COLUMNS + LABELS.length)];
    const valid = votes.reduce((sum, count) => sum + count, 0);
    return valid < LEAST_VOTES ? undefined : votes.map((count) => count / valid);
  };
}

/** The label of the largest share; `undefined` where two are as large. */
function topOf(shares) {
  const most = Math.max(...shares);
  return shares.indexOf(most) === shares.lastIndexOf(most) ? shares.indexOf(most) : undefined;
}

const mean = (values) =>
  values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0) / values.length;

function row(name, rows) {
  const right = rows.filter(({ truth }) => truth !== undefined).map(({ truth, found }) => Number(truth === found));
  const divergence = mean(rows.map(({ kl }) => kl)).toFixed(3);
  const same = mean(rows.map(({ found, undisturbed }) => Number(found === undisturbed))).toFixed(3);
  return `| ${name} | ${rows.length} | ${mean(right).toFixed(3)} | ${divergence} | ${same} |`;
}

const [input, lines] = process.argv.slice(2);
const isArchive = input.endsWith(".npz");
const sharesOf = isArchive ? votesOf(input) : undefined;
const measured = new Map(
  readFileSync(lines, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
    .filter(({ face }) => face !== null && face.quality.overall >= LEAST_QUALITY)
    .map(({ index, face }) => [index, face]),
);
const network = toImageNetwork(await openNetwork("crowd-face"));

async function likeliest(image, outline) {
  const [centerXPx, centerYPx, widthPx, heightPx, angleRad] = outline;
  const { reading } = await readExpression(network, image, { centerXPx, centerYPx, widthPx, heightPx, angleRad });
  return LABELS.map((label) => reading.distribution.find((one) => one.label === label).probability);
}

const seen = new Set();
const results = [];
for (const { index, label, load } of isArchive ? picturesOfArchive(input) : picturesOfTable(input)) {
  const face = measured.get(index);
  const shares = sharesOf === undefined ? LABELS.map((one) => Number(one === label)) : sharesOf(index);
  if (face === undefined || shares === undefined) continue;
  const image = await load();
  const content = createHash("sha256").update(image.rgb).digest("hex");
  if (seen.has(content)) continue;
  seen.add(content);
  let undisturbed;
  for (const [name, disturb] of Object.entries(DISTURBANCES)) {
    const p = await likeliest(await disturb(image, Math.max(face.outline[2], face.outline[3])), face.outline);
    const found = p.indexOf(Math.max(...p));
    undisturbed ??= found;
    const kl = shares.reduce((sum, q, at) => sum + (q === 0 ? 0 : q * Math.log(q / Math.max(p[at], 1e-9))), 0);
    results.push({
      name,
      yaw: (Math.abs(face.headPose.yawRad) * 180) / Math.PI,
      truth: topOf(shares),
      found,
      undisturbed,
      kl,
    });
  }
}
await network.close();
console.log("| | faces | right | KL | same |\n|---|---|---|---|---|");
for (const name of Object.keys(DISTURBANCES))
  console.log(
    row(
      name,
      results.filter((one) => one.name === name),
    ),
  );
for (const [at, from] of TURNS_DEGREES.slice(0, -1).entries()) {
  const to = TURNS_DEGREES[at + 1];
  const inside = results.filter(({ name, yaw }) => name === "none" && yaw >= from && yaw < to);
  console.log(row(`undisturbed, turned by ${from} to ${to}°`, inside));
}
