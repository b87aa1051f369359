// Discovery among 5 000 measured faces, one planted category among them, without any model.
// node bench/discovery.mjs [faces]     (npm run build first)
import { discoverCategories } from "../dist/src/discovery/discover-categories.js";
import { createExpressionSpace } from "../dist/src/domain/expression-space.js";
import { BASIC_LABELS } from "../dist/src/domain/labels.js";
import { createRandom } from "../dist/src/domain/statistics/random.js";
import { cpuSecondsSince, figure } from "./support/figures.mjs";

const AUS = [1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 18, 20, 22, 23, 24, 25, 26, 27, 28, 43].map((n) => `AU${n}`);
const SOURCE = "face-api-expression@1.7.15";
const RECIPES = [
  { share: 0.4, label: "neutral", shows: {} },
  { share: 0.25, label: "happiness", shows: { AU6: 0.75, AU12: 0.9, AU25: 0.7 } },
  { share: 0.15, label: "anger", shows: { AU4: 0.8, AU7: 0.7, AU23: 0.6 } },
  { share: 0.15, label: "surprise", shows: { AU1: 0.8, AU2: 0.8, AU5: 0.7, AU25: 0.7, AU26: 0.7 } },
  { share: 0.05, label: "neutral", shows: { AU12: 0.75, AU14: 0.8 } },
];
const count = Number(process.argv[2] ?? 5000);
const random = createRandom(1);
const clamp = (value) => Math.min(1, Math.max(0, value));

function madeFace(id, { label, shows }) {
  const top = clamp(0.75 + 0.1 * random.normal());
  const rest = (1 - top) / (BASIC_LABELS.length - 1);
  const distribution = BASIC_LABELS.map((name) => ({ label: name, probability: name === label ? top : rest }));
  const measurement = {
    toolbox: "mesh@3",
    box: { leftPx: 0, topPx: 0, widthPx: 200, heightPx: 200 },
    score: 0.9,
    landmarks: null,
    quality: null,
    headPose: null,
    gaze: null,
    eyeOpenness: null,
    actionUnits: AUS.map((au) => ({
      au,
      side: "both",
      value: clamp((shows[au] ?? 0.12) + 0.14 * random.normal()),
      scale: "probability",
      estimated: true,
      weight: 1,
      toolbox: "mesh@3",
    })),
    expressions: [{ source: SOURCE, distribution }],
  };
  return {
    id,
    path: `${id}.jpg`,
    sha256: id,
    faceId: "F1",
    box: measurement.box,
    measurement,
    known: distribution,
    description: null,
  };
}

const faces = RECIPES.flatMap((recipe, kind) =>
  Array.from({ length: Math.round(recipe.share * count) }, (_, n) => madeFace(`k${kind}-${n}`, recipe)),
);
const space = createExpressionSpace(
  "mesh@3",
  { actionUnits: AUS.map((au) => ({ au, scale: "probability", sides: false })) },
  [SOURCE],
);
const started = performance.now();
const cpu = process.cpuUsage();
const { proposals, provenance } = await discoverCategories(
  { faces, space, textEmbeddings: null },
  {
    known: ["affectnet8"],
    seed: 1,
    describedBy: null,
    textEmbedder: null,
    kuleshovVersion: "bench",
    now: () => new Date(),
  },
);
const seconds = (performance.now() - started) / 1000;
const cpuSeconds = cpuSecondsSince(cpu);
const survivors = proposals.filter(({ status }) => status === "survived");
console.log(
  JSON.stringify(
    {
      faces: faces.length,
      components: provenance.components,
      resamples: provenance.resamples,
      groups: proposals.length,
      survived: survivors.map(({ name, size }) => `${name} (${size})`),
      seconds: +seconds.toFixed(1),
    },
    null,
    2,
  ),
);
// Processor time, as wall time also measures the neighbours.
figure(`${faces.length} faces: processor time`, cpuSeconds, { unit: "s", atMost: 60 });
figure(`${faces.length} faces: memory`, process.memoryUsage.rss() / 1e6, { unit: "MB" });
figure(`${faces.length} faces, one planted category: survivors`, survivors.length, { atLeast: 1, atMost: 1 });
