// How well groups that discovery finds agree with labels that people gave, beside k-means on the same numbers: adjusted Rand
// index, 1 for the same groups, 0 for chance. A face in no group is a group of its own.
//   KULESHOV_LABELLED_FACES=photos/labels.csv node bench/discovery-known.mjs     (columns path and label; npm run build first)

import { createMeshToolbox } from "../dist/src/adapters/mesh/mesh-toolbox.js";
import { discoverCategories } from "../dist/src/discovery/discover-categories.js";
import { embedFace, searchVector } from "../dist/src/domain/expression-space.js";
import { adjustedRandIndex } from "../dist/src/domain/statistics/adjusted-rand-index.js";
import { createRandom } from "../dist/src/domain/statistics/random.js";
import { toolboxSpace } from "../dist/src/exemplars/make-exemplar.js";
import { picturesOfTable } from "../models/training/face/pictures.mjs";
import { figure, notRun } from "./support/figures.mjs";

const table = process.env.KULESHOV_LABELLED_FACES;
if (table === undefined) {
  notRun("KULESHOV_LABELLED_FACES names no table of labelled images (columns path and label)");
  process.exit(0);
}
const toolbox = await createMeshToolbox({ workers: 1 });
const space = toolboxSpace(toolbox);
const faces = [];
const labels = [];
for (const { path, label, load } of picturesOfTable(table)) {
  const [face] = (await toolbox.measure(await load())).toSorted((a, b) => b.box.widthPx - a.box.widthPx);
  if (face === undefined || embedFace(space, face) === undefined) continue;
  const [pooled] = face.expressions;
  const measurement = { ...face, landmarks: null };
  const known = pooled?.distribution ?? [];
  faces.push({ id: path, path, sha256: path, faceId: "F1", box: face.box, measurement, known, description: null });
  labels.push(label);
}
await toolbox.close();

const discovery = await discoverCategories(
  { faces, space, textEmbeddings: null },
  {
    ...{ known: ["affectnet8"], seed: 1, describedBy: null, textEmbedder: null },
    ...{ kuleshovVersion: "bench", now: () => new Date() },
  },
);
const groupOf = new Map(discovery.proposals.flatMap(({ id, members }) => members.map((member) => [member, id])));
const nearOf = new Map(discovery.outside.flatMap(({ id, near, nearest }) => (near ? [[id, nearest]] : [])));
const index = (groups) => Number(adjustedRandIndex(labels, groups).toFixed(3));

/** The numbers that groups are looked for in. */
const points = faces.map(({ measurement }) => {
  const vector = searchVector(space, embedFace(space, measurement));
  return space.dimensions.flatMap(({ kind }, at) => (kind === "head-and-gaze" ? [] : [vector[at]]));
});
const squared = (a, b) => a.reduce((sum, value, at) => sum + (value - b[at]) ** 2, 0);
const nearest = (point, centres) => {
  const distances = centres.map((centre) => squared(point, centre));
  return distances.indexOf(Math.min(...distances));
};

/** Lloyd's k-means from k-means++ starts: the best of ten by inertia. */
function kMeans(k) {
  const random = createRandom(`k-means ${k}`);
  const runs = Array.from({ length: 10 }, () => {
    let centres = [points[random.below(points.length)]];
    while (centres.length < k) {
      const weights = points.map((point) => Math.min(...centres.map((centre) => squared(point, centre))));
      const sums = weights.map((_, at) => weights.slice(0, at + 1).reduce((sum, weight) => sum + weight, 0));
      const drawn = random.real() * sums.at(-1);
      centres.push(points[sums.findIndex((sum) => sum >= drawn)]);
    }
    let groups = points.map((point) => nearest(point, centres));
    for (let round = 0; round < 100; round++) {
      centres = centres.map((centre, group) => {
        const inside = points.filter((_, at) => groups[at] === group);
        if (inside.length === 0) return centre;
        return centre.map((_, at) => inside.reduce((sum, point) => sum + point[at], 0) / inside.length);
      });
      const next = points.map((point) => nearest(point, centres));
      if (next.every((group, at) => group === groups[at])) break;
      groups = next;
    }
    return { groups, inertia: points.reduce((sum, point, at) => sum + squared(point, centres[groups[at]]), 0) };
  });
  return runs.toSorted((a, b) => a.inertia - b.inertia)[0].groups;
}

const categories = new Set(labels).size;
const adjustedRand = {
  discovery: index(faces.map(({ id }) => groupOf.get(id) ?? id)),
  discoveryWithNearFaces: index(faces.map(({ id }) => groupOf.get(id) ?? nearOf.get(id) ?? id)),
  kMeansWithAsManyGroupsAsLabels: index(kMeans(categories)),
  kMeansAtItsBest: Math.max(...Array.from({ length: 9 }, (_, at) => index(kMeans(at + 2)))),
};
const { faces: count, outliers, components } = discovery.provenance;
const groups = discovery.proposals.map(({ name, size, status }) => `${name} (${size}): ${status}`);
console.log(
  JSON.stringify({ faces: count, labels: categories, inNoGroup: outliers, components, groups, adjustedRand }, null, 2),
);
// At least as good as the best simple clustering of the same numbers.
figure("adjusted Rand index against labels", adjustedRand.discovery, { atLeast: adjustedRand.kMeansAtItsBest });
