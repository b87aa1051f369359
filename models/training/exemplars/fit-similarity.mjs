// How like its examples a face must be to show what they show, for models/rules/integration.json.
// node models/training/exemplars/fit-similarity.mjs photos/labels.csv          (npm run build first; columns path and label)
// Eight examples of a label, and eight of other labels for contrast ("not this"), are drawn DRAWS times; every other face is held
// against them. What examples show is taken for one of eight expressions, each as likely beforehand: faces with the label weigh 1
// and faces without it 7, whatever their number. Left out for testing: each label in turn, fitted on the others.
// exemplarMatch: chance by the nearest example alone. exemplarContrast: by the mean of the three nearest, and how much nearer they
// are than the three nearest others. exemplarSay: how far that chance counts for a label that networks read too.

import { createMeshToolbox } from "../../../dist/src/adapters/mesh/mesh-toolbox.js";
import { viewOf } from "../../../dist/src/adapters/rules/evidence-view.js";
import { readFace } from "../../../dist/src/adapters/rules/read-face.js";
import { embedFace, searchVector, similarityAt, vectorDistance } from "../../../dist/src/domain/expression-space.js";
import { createRandom } from "../../../dist/src/domain/statistics/random.js";
import { fillLedger } from "../../../dist/src/evidence/fill-ledger.js";
import { toolboxSpace } from "../../../dist/src/exemplars/make-exemplar.js";
import { picturesOfTable } from "../face/pictures.mjs";

const [EXAMPLES, DRAWS, NEIGHBOURS, LABELS] = [8, 20, 3, 8];
/** What models/rules/integration.json has as exemplarSay. */
const TAKEN = 0.3;
const SAYS = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

const toolbox = await createMeshToolbox();
const faces = [];
const space = toolboxSpace(toolbox);
for (const { label, load } of picturesOfTable(process.argv[2])) {
  const [face] = (await toolbox.measure(await load())).toSorted((a, b) => b.box.widthPx - a.box.widthPx);
  const point = face && embedFace(space, face);
  if (point === undefined) continue;
  const one = { faceId: "F1", box: face.box, measurements: [face] };
  const items = fillLedger({ faces: [one], toolboxes: [toolbox], context: null }).items();
  const read = readFace(viewOf(items), "F1").distribution ?? [];
  const said = Object.fromEntries(read.map(({ label: name, probability }) => [name, probability]));
  faces.push({ label, vector: searchVector(space, point), said });
}
await toolbox.close();

const random = createRandom(1);
const labels = [...new Set(faces.map(({ label }) => label))].filter(
  (label) => faces.filter((face) => face.label === label).length > EXAMPLES,
);
const sigmoid = (x) => 1 / (1 + Math.exp(-x));
const logit = (p) => Math.log(p / (1 - p));

/** Similarities to the examples, of faces with the label and without it. */
function drawn(label) {
  const rows = [];
  const some = (wanted) =>
    random.shuffled(faces.filter((face) => (face.label === label) === wanted)).slice(0, EXAMPLES);
  for (let draw = 0; draw < DRAWS; draw++) {
    const [examples, others] = [some(true), some(false)];
    for (const face of faces) {
      if (examples.includes(face) || others.includes(face)) continue;
      const near = (set) =>
        set.map(({ vector }) => similarityAt(vectorDistance(face.vector, vector))).sort((a, b) => b - a);
      const mean = (all) => all.slice(0, NEIGHBOURS).reduce((sum, one) => sum + one, 0) / NEIGHBOURS;
      const [like, unlike] = [near(examples), near(others)];
      rows.push({ face, nearest: like[0], here: mean(like), there: mean(unlike), same: face.label === label });
    }
  }
  const count = { true: rows.filter(({ same }) => same).length, false: rows.filter(({ same }) => !same).length };
  return rows.map((row) => ({ ...row, weight: (row.same ? 1 : LABELS - 1) / count[row.same] }));
}

const byNearest = ({ nearest }) => [1, nearest];
const byContrast = ({ here, there }) => [1, here, here - there];
const chanceOf = (coefficients, features) => sigmoid(features.reduce((sum, x, i) => sum + x * coefficients[i], 0));

/** Weighted logistic regression, by Newton's method. */
function fitted(rows, featuresOf) {
  const size = featuresOf(rows[0]).length;
  const total = rows.reduce((sum, { weight }) => sum + weight, 0);
  let coefficients = new Array(size).fill(0);
  for (let round = 0; round < 50; round++) {
    const system = Array.from({ length: size }, (_, i) =>
      new Array(size + 1).fill(0).map((_zero, j) => (i === j ? 1e-9 : 0)),
    );
    for (const row of rows) {
      const features = featuresOf(row);
      const p = chanceOf(coefficients, features);
      for (let i = 0; i < size; i++) {
        for (let j = 0; j < size; j++) system[i][j] += (row.weight / total) * p * (1 - p) * features[i] * features[j];
        system[i][size] += (row.weight / total) * (p - (row.same ? 1 : 0)) * features[i];
      }
    }
    const step = solved(system);
    coefficients = coefficients.map((value, i) => value - step[i]);
    if (Math.max(...step.map(Math.abs)) < 1e-9) break;
  }
  return coefficients;
}

/** Gauss and Jordan. */
function solved(rows) {
  rows.forEach((_row, i) => {
    const pivot = rows
      .slice(i)
      .reduce((best, row, k) => (Math.abs(row[i]) > Math.abs(rows[best][i]) ? i + k : best), i);
    [rows[i], rows[pivot]] = [rows[pivot], rows[i]];
    rows[i] = rows[i].map((value) => value / rows[i][i]);
    rows.forEach((row, k) => {
      if (k !== i) rows[k] = row.map((value, c) => value - row[i] * rows[i][c]);
    });
  });
  return rows.map((row) => row.at(-1));
}

const byLabel = new Map(labels.map((label) => [label, drawn(label)]));
const others = (label) => [...byLabel].filter(([other]) => other !== label).flatMap(([, rows]) => rows);
for (const [label, rows] of byLabel) {
  const line = [byNearest, byContrast].map((featuresOf) => {
    const curve = fitted(others(label), featuresOf);
    const share = (same) => {
      const own = rows.filter((row) => row.same === same);
      return (own.filter((row) => chanceOf(curve, featuresOf(row)) >= 0.5).length / own.length).toFixed(2);
    };
    return `${share(true)} of those that show it are called so, ${share(false)} of others`;
  });
  console.log(`${label}: by the nearest ${line[0]}; by contrast ${line[1]}`);
}

/** The reading of a face with what the examples of one label say, as src/adapters/rules/exemplar-votes.ts weighs it. */
function withVote({ face }, label, chance, say) {
  const odds = Math.exp(say * (logit(chance) - logit(1 / LABELS)));
  const weights = Object.entries(face.said).map(([name, p]) => [name, name === label ? p * odds : p]);
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
  return Object.fromEntries(weights.map(([name, weight]) => [name, weight / total]));
}
const top = (said) => Object.entries(said).reduce((best, one) => (one[1] > best[1] ? one : best))[0];

for (const [name, featuresOf] of Object.entries({ nearest: byNearest, contrast: byContrast })) {
  for (const say of SAYS) {
    let [loss, right, called, neutral] = [0, 0, 0, 0];
    for (const [label, rows] of byLabel) {
      const curve = fitted(others(label), featuresOf);
      let [own, faces, wrongly, atRest] = [0, 0, 0, 0];
      for (const row of rows) {
        const said = withVote(row, label, chanceOf(curve, featuresOf(row)), say);
        loss -= row.weight * Math.log(Math.max(1e-3, row.same ? said[label] : 1 - said[label]));
        const is = top(said) === label;
        own += top(said) === row.face.label ? 1 : 0;
        faces += 1;
        if (row.face.label === "neutral" && label !== "neutral") {
          atRest += 1;
          wrongly += is ? 1 : 0;
        }
        called += row.same && is ? row.weight : 0;
      }
      right += own / faces / labels.length;
      neutral += atRest === 0 ? 0 : wrongly / atRest / (labels.length - 1);
      if (say !== TAKEN || atRest === 0) continue;
      const share = (of) => (of / faces).toFixed(3);
      const without = rows.filter((row) => top(row.face.said) === row.face.label).length;
      console.log(
        `${EXAMPLES} of ${label}, by ${name}: accuracy ${share(own)} (${share(without)} without), neutral faces called so ${(wrongly / atRest).toFixed(3)}`,
      );
    }
    console.log(
      `by ${name}, say ${say}: log loss ${(loss / labels.length / LABELS).toFixed(4)}, accuracy ${right.toFixed(3)}, recall ${(called / labels.length).toFixed(3)}, neutral faces called so ${neutral.toFixed(3)}`,
    );
  }
}

const all = [...byLabel.values()].flat();
const [from, slope] = fitted(all, byNearest);
const [bias, like, nearer] = fitted(all, byContrast);
console.log(
  `${faces.length} faces, ${labels.length} labels: exemplarMatch half ${(-from / slope).toFixed(3)}, width ${(1 / slope).toFixed(3)}`,
);
console.log(`exemplarContrast bias ${bias.toFixed(2)}, like ${like.toFixed(2)}, nearer ${nearer.toFixed(2)}`);
