// How like its nearest example a face must be to show what the examples show: a logistic curve for models/rules/integration.json.
// node models/training/exemplars/fit-similarity.mjs photos/labels.csv          (npm run build first; columns path and label)
// Eight examples of a label are drawn DRAWS times; every other face is held against them. What examples show is taken for one
// of eight expressions, each as likely beforehand: faces with the label weigh 1 and faces without it 7, whatever their number.
// Left out for testing: each label in turn, fitted on the others.
import { createMeshToolbox } from "../../../dist/src/adapters/mesh/mesh-toolbox.js";
import { embedFace, searchVector, similarityAt, vectorDistance } from "../../../dist/src/domain/expression-space.js";
import { createRandom } from "../../../dist/src/domain/statistics/random.js";
import { toolboxSpace } from "../../../dist/src/exemplars/make-exemplar.js";
import { picturesOfTable } from "../face/pictures.mjs";

const [EXAMPLES, DRAWS, STEPS, BINS, LABELS] = [8, 20, 20_000, 200, 8];

const toolbox = await createMeshToolbox();
const faces = [];
const space = toolboxSpace(toolbox);
for (const { label, load } of picturesOfTable(process.argv[2])) {
  const [face] = (await toolbox.measure(await load())).toSorted((a, b) => b.box.widthPx - a.box.widthPx);
  if (face === undefined) continue;
  const point = embedFace(space, face);
  if (point !== undefined) faces.push({ label, vector: searchVector(space, point) });
}
await toolbox.close();

const random = createRandom(1);
const labels = [...new Set(faces.map(({ label }) => label))].filter(
  (label) => faces.filter((face) => face.label === label).length > EXAMPLES,
);

/** Similarities to the nearest of eight examples, of faces with the label and without it. */
function drawn(label) {
  const rows = [];
  for (let draw = 0; draw < DRAWS; draw++) {
    const examples = random.shuffled(faces.filter((face) => face.label === label)).slice(0, EXAMPLES);
    for (const face of faces) {
      if (examples.includes(face)) continue;
      const nearest = Math.max(...examples.map(({ vector }) => similarityAt(vectorDistance(face.vector, vector))));
      rows.push({ nearest, same: face.label === label });
    }
  }
  const count = { true: rows.filter(({ same }) => same).length, false: rows.filter(({ same }) => !same).length };
  return rows.map((row) => ({ ...row, weight: (row.same ? 1 : LABELS - 1) / count[row.same] }));
}

const chance = ({ half, width }, nearest) => 1 / (1 + Math.exp(-(nearest - half) / width));

/** Rows of nearly the same similarity and one kind as one row. */
function binned(rows) {
  const bins = new Map();
  for (const { nearest, same, weight } of rows) {
    const key = `${Math.round(nearest * BINS)} ${same}`;
    const bin = bins.get(key) ?? { nearest: Math.round(nearest * BINS) / BINS, same, weight: 0 };
    bins.set(key, { ...bin, weight: bin.weight + weight });
  }
  return [...bins.values()];
}

/** Weighted logistic regression by gradient descent on 10 * (nearest - 0.8), then as place of one half and width. */
function curveOf(given) {
  const rows = binned(given);
  const total = rows.reduce((sum, { weight }) => sum + weight, 0);
  let [bias, slope] = [0, 1];
  for (let step = 0; step < STEPS; step++) {
    let [toBias, toSlope] = [0, 0];
    for (const { nearest, same, weight } of rows) {
      const x = 10 * (nearest - 0.8);
      const off = (weight / total) * (1 / (1 + Math.exp(-bias - slope * x)) - (same ? 1 : 0));
      toBias += off;
      toSlope += off * x;
    }
    bias -= 2 * toBias;
    slope -= 2 * toSlope;
  }
  return { half: 0.8 - bias / slope / 10, width: 1 / (10 * slope) };
}

const byLabel = new Map(labels.map((label) => [label, drawn(label)]));
for (const [label, rows] of byLabel) {
  const curve = curveOf([...byLabel].filter(([other]) => other !== label).flatMap(([, others]) => others));
  const share = (same) =>
    rows.filter((row) => row.same === same && chance(curve, row.nearest) >= 0.5).length /
    rows.filter((row) => row.same === same).length;
  console.log(
    `${label}: of those that show it ${share(true).toFixed(2)} are called so, of others ${share(false).toFixed(2)}`,
  );
}
const { half, width } = curveOf([...byLabel.values()].flat());
console.log(`${faces.length} faces, ${labels.length} labels: half ${half.toFixed(3)}, width ${width.toFixed(3)}`);
