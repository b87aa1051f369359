/**
 * Fits the mesh to images and writes what it saw, for the training of the face check.
 *
 *   node crops.mjs faces  <faces.npy or folder> <out.bin>
 *   node crops.mjs others <list of images, one a line> <out.bin>
 *
 * Needs `npm run build`. Each record is 64 x 64 bytes of luma (the region of the mesh times 1.5) and 12 float32: face 1 or 0,
 * the covered share of the ten parts (-1: none known), and the mesh network's own presence.
 */
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { detectFaces } from "../../../dist/src/adapters/mesh/face-detector.js";
import { readMesh, readMirroredMesh, regionOfMesh } from "../../../dist/src/adapters/mesh/face-mesh.js";
import { findFaces } from "../../../dist/src/adapters/mesh/find-faces.js";
import { toImageNetwork } from "../../../dist/src/adapters/mesh/image-network.js";
import { MESH_NETWORKS } from "../../../dist/src/adapters/mesh/mesh-parts.js";
import { mirrorPoints } from "../../../dist/src/adapters/mesh/refined-points.js";
import { readCanonicalFace } from "../../../dist/src/networks/canonical-face.js";
import { openNetwork } from "../../../dist/src/networks/network.js";
import { coveredShares, drawOcclusion, PARTS, paint, point } from "./occlusions.mjs";
import { createRandom } from "./random.mjs";

const [mode, input, out] = process.argv.slice(2);
const random = createRandom(11);
const open = async (id) => toImageNetwork(await openNetwork(id, {}));
const detectors = { wide: await open(MESH_NETWORKS.detectors.wide), near: await open(MESH_NETWORKS.detectors.near) };
const network = await open(MESH_NETWORKS.mesh);
const twins = mirrorPoints(await readCanonicalFace());
const NOTHING_COVERED = Array(10).fill(0);

writeFileSync(out, "");
if (mode === "faces")
  for await (const { source, region, copies } of faces(input)) await writeFace(source, region, copies);
else for (const path of readFileSync(input, "utf8").trim().split("\n")) await writeOther(await load(path));

/** Faces of an array that fill their images, or of portraits, as the detector finds them. */
async function* faces(from) {
  if (from.endsWith(".npy")) {
    const bytes = readFileSync(from);
    const start = 10 + bytes.readUInt16LE(8); // the header of NumPy's format, version 1
    for (let at = start; at < bytes.length; at += 48 * 48) {
      const raw = { width: 48, height: 48, channels: 1 };
      const large = sharp(bytes.subarray(at, at + 48 * 48), { raw }).resize(144, 144, { kernel: "cubic" });
      const { data, info } = await large.raw().toBuffer({ resolveWithObject: true });
      const rgb = Uint8Array.from({ length: 144 * 144 * 3 }, (_, i) => data[Math.floor(i / 3) * info.channels]);
      yield { source: { rgb, widthPx: 144, heightPx: 144 }, region: square(72, 72, 130, 0), copies: 2 };
    }
    return;
  }
  for (const name of readdirSync(from).sort()) {
    const source = await load(join(from, name));
    const candidates = (await findFaces(detectors, source).next()).value ?? [];
    for (const { region, score } of candidates) if (score > 0.75) yield { source, region, copies: 5 };
  }
}

/** The face as it is, and with something drawn over it, fitted anew from a region that is a little off. */
async function writeFace(source, region, copies) {
  const whole = await fitMesh(source, region);
  if (whole.presence < 0.5) return;
  write(whole, 1, NOTHING_COVERED);
  const skin = skinOf(source, whole.landmarks);
  for (let copy = 0; copy < copies; copy++) {
    const occlusion = drawOcclusion(whole.landmarks, random);
    const hidden = await paint(source, occlusion, skin, random);
    const { centerXPx, centerYPx, widthPx, heightPx, angleRad } = regionOfMesh(whole.landmarks);
    const off = {
      centerXPx: centerXPx + random.normal(0.08) * widthPx,
      centerYPx: centerYPx + random.normal(0.08) * widthPx,
      widthPx: widthPx * random.between(0.85, 1.15),
      heightPx: heightPx * random.between(0.85, 1.15),
      angleRad: angleRad + random.normal(0.1),
    };
    const shares = coveredShares(whole.landmarks, occlusion.polygons);
    // Of a face that is hidden nearly whole nobody can say whether it is one.
    const face = shares.filter((share) => share > 0.6).length >= 8 ? 0.5 : 1;
    write(await fitMesh(hidden, off), face, shares);
  }
}

/** Wherever a detector suspects a face in an image without one, and at two places at random. */
async function writeOther(source) {
  const side = Math.max(source.widthPx, source.heightPx);
  const found = [];
  for (const detector of [detectors.wide, detectors.near]) {
    for (const margin of [1, 1.6]) {
      const view = square(source.widthPx / 2, source.heightPx / 2, side * margin, 0);
      found.push(...(await detectFaces(detector, source, view, { minScore: 0.25, outside: 0 })));
    }
  }
  const suspected = found.sort((a, b) => b.score - a.score).slice(0, 4);
  const places = [0, 1].map(() =>
    square(
      random.between(0, source.widthPx),
      random.between(0, source.heightPx),
      side * random.between(0.2, 0.7),
      random.normal(0.3),
    ),
  );
  for (const region of [...suspected.map(({ region }) => region), ...places]) {
    const fitted = await fitMesh(source, region);
    if (fitted.presence > 0.2) write(fitted, 0, Array(10).fill(-1));
  }
}

/** As the toolbox does: readings of the image and of its mirror image in turn, until two agree. */
async function fitMesh(source, region) {
  let last = await readMesh(network, source, region);
  for (let reading = 2; reading <= 4; reading++) {
    const outline = regionOfMesh(last.landmarks);
    const next =
      reading % 2 === 0
        ? await readMirroredMesh(network, source, outline, twins)
        : await readMesh(network, source, outline);
    const agree = disagreement(last.landmarks, next.landmarks) < 0.025;
    last = next;
    if (agree) break;
  }
  return { landmarks: last.landmarks, presence: last.presence, luma: reduced(last.crop) };
}

function disagreement(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i += 3) sum += Math.hypot(a[i] - b[i], a[i + 1] - b[i + 1]);
  const { widthPx, heightPx } = regionOfMesh(b);
  return sum / (a.length / 3) / Math.max(widthPx, heightPx);
}

/** Luma of the 192 px crop, each 3 x 3 pixels as one. */
function reduced({ widthPx, rgb }) {
  const step = widthPx / 64;
  return Buffer.from(
    Array.from({ length: 64 * 64 }, (_, index) => {
      let sum = 0;
      for (let i = 0; i < step * step; i++) {
        const x = (index % 64) * step + (i % step);
        const y = Math.floor(index / 64) * step + Math.floor(i / step);
        const at = (y * widthPx + x) * 3;
        sum += 0.299 * rgb[at] + 0.587 * rgb[at + 1] + 0.114 * rgb[at + 2];
      }
      return Math.round(sum / (step * step));
    }),
  );
}

function write({ luma, presence }, face, shares) {
  appendFileSync(out, Buffer.concat([luma, Buffer.from(Float32Array.from([face, ...shares, presence]).buffer)]));
}

function skinOf({ rgb, widthPx, heightPx }, mesh) {
  const points = [...PARTS["right cheek"], ...PARTS["left cheek"], 151, 9].map((index) => point(mesh, index));
  const clamp = (value, most) => Math.min(most - 1, Math.max(0, Math.floor(value)));
  const at = points.map(([x, y]) => (clamp(y, heightPx) * widthPx + clamp(x, widthPx)) * 3);
  return [0, 1, 2].map((channel) => at.reduce((sum, index) => sum + rgb[index + channel], 0) / at.length);
}

function square(centerXPx, centerYPx, sidePx, angleRad) {
  return { centerXPx, centerYPx, widthPx: sidePx, heightPx: sidePx, angleRad };
}

async function load(path) {
  const image = sharp(path).removeAlpha().toColourspace("srgb");
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  return { rgb: new Uint8Array(data), widthPx: info.width, heightPx: info.height };
}
