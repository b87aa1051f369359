// How well the product reads faces alone: the rules judge's face-only reading against labels or votes, and its parts.
// node models/training/face/score-reading.mjs photos/labels.csv [every]          (npm run build first)
// node models/training/face/score-reading.mjs ferplus.npz [every]                 the public faces (split 1) of a NumPy archive with votes
// `every` takes each n-th face only. A table has the columns path and label. Faces that are not read count as wrong.
import { readFileSync } from "node:fs";
import { unzipSync } from "fflate";
import { createMeshToolbox } from "../../../dist/src/adapters/mesh/mesh-toolbox.js";
import { viewOf } from "../../../dist/src/adapters/rules/evidence-view.js";
import { readFace } from "../../../dist/src/adapters/rules/read-face.js";
import { createEvidenceLedger } from "../../../dist/src/domain/evidence-ledger.js";
import { evidenceOfFace } from "../../../dist/src/evidence/face-evidence.js";
import { picturesOfArchive, picturesOfTable } from "./pictures.mjs";

const VOTED = ["neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt"];
const LEAST_VOTES = 5;

/** Vote shares by row of an archive; `null` for faces with too few valid votes. */
function votesOf(path) {
  const file = unzipSync(readFileSync(path), { filter: ({ name }) => name === "votes.npy" })["votes.npy"];
  const from = 10 + (file[8] | (file[9] << 8));
  return (row) => {
    const votes = [...file.subarray(from + row * 10, from + row * 10 + VOTED.length)];
    const total = votes.reduce((sum, vote) => sum + vote, 0);
    return total < LEAST_VOTES ? null : new Map(VOTED.map((label, at) => [label, votes[at] / total]));
  };
}

function* samplesOf(path) {
  if (path.endsWith(".npz")) {
    const votes = votesOf(path);
    for (const one of picturesOfArchive(path)) {
      if (one.split === 1) yield { load: one.load, shares: votes(one.index) };
    }
    return;
  }
  for (const { load, label } of picturesOfTable(path)) yield { load, shares: new Map([[label, 1]]) };
}

/** The largest face of an image, read: distributions by name. */
async function readingsOf(toolbox, image) {
  const [face] = (await toolbox.measure(image)).toSorted((a, b) => b.box.widthPx - a.box.widthPx);
  if (face === undefined) return new Map();
  const found = { faceId: "F1", box: face.box, measurements: [face] };
  const ledger = createEvidenceLedger([found]);
  for (const item of evidenceOfFace(found, [toolbox])) ledger.add(item);
  const { distribution } = readFace(viewOf(ledger.items()), "F1");
  const own = face.expressions.map((one) => [one.source, one.distribution]);
  return new Map([...(distribution === null ? [] : [["face-only reading", distribution]]), ...own]);
}

const results = new Map();
function keep(name, shares, distribution) {
  const p = new Map(distribution.map(({ label, probability }) => [label, Math.max(probability, 1e-4)]));
  const rank = (shown) => [...shown].toSorted((a, b) => b[1] - a[1]);
  const [[top, most], second] = rank(shares);
  const isClear = second === undefined || second[1] < most;
  const divergence = [...shares].reduce((sum, [label, share]) => {
    return share === 0 ? sum : sum + share * Math.log(share / (p.get(label) ?? 1e-4));
  }, 0);
  if (!results.has(name)) results.set(name, []);
  results.get(name).push({ top, isClear, read: rank(p)[0]?.[0], divergence });
}

function report(name, rows, asked, askedClear) {
  const clear = rows.filter(({ isClear }) => isClear);
  const count = (test) => clear.filter(test).length;
  const right = count(({ top, read }) => top === read) / askedClear;
  const scores = VOTED.flatMap((label) => {
    const shown = count(({ top }) => top === label);
    const said = count(({ read }) => read === label);
    return shown === 0 ? [] : [(2 * count(({ top, read }) => top === label && read === label)) / (shown + said)];
  });
  const divergence = rows.reduce((sum, row) => sum + row.divergence, 0) / rows.length;
  const f1 = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  process.stdout.write(
    `${name}: read ${rows.length} of ${asked}, right ${right.toFixed(3)} of all with a majority, ` +
      `KL of the read ${divergence.toFixed(3)}, macro F1 ${f1.toFixed(3)}\n`,
  );
}

const [path, every = "1"] = process.argv.slice(2);
const toolbox = await createMeshToolbox({ workers: 1 });
let [index, asked, askedClear, spentMs] = [0, 0, 0, 0];
for (const { load, shares } of samplesOf(path)) {
  if (shares === null || index++ % Number(every) !== 0) continue;
  asked++;
  const [first, second = 0] = [...shares.values()].toSorted((a, b) => b - a);
  if (first > second) askedClear++;
  const image = await load();
  const start = performance.now();
  const readings = await readingsOf(toolbox, image);
  spentMs += performance.now() - start;
  for (const [name, distribution] of readings) keep(name, shares, distribution);
}
await toolbox.close();
for (const [name, rows] of results) report(name, rows, asked, askedClear);
process.stdout.write(`${(spentMs / asked).toFixed(0)} ms an image, one worker\n`);
