// Discovery among measured faces, one planted category among them, without any model: from what was gathered to the page.
// node bench/discovery.mjs [faces]     (npm run build first; 2000 unless told)
import { appendFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { discoverCategories } from "../dist/src/discovery/discover-categories.js";
import { GATHERED } from "../dist/src/discovery/gather-faces.js";
import { writeDiscovery } from "../dist/src/discovery/write-discovery.js";
import { createExpressionSpace } from "../dist/src/domain/expression-space.js";
import { commonest } from "../dist/src/domain/group-by.js";
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
const count = Number(process.argv[2] ?? 2000);
const random = createRandom(1);
const clamp = (value) => Math.min(1, Math.max(0, value));

function madeFace(id, { label, shows }) {
  const top = clamp(0.75 + 0.1 * random.normal());
  const rest = (1 - top) / (BASIC_LABELS.length - 1);
  const distribution = BASIC_LABELS.map((name) => ({ label: name, probability: name === label ? top : rest }));
  const measurement = {
    toolbox: "mesh@5",
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
      toolbox: "mesh@5",
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
  "mesh@5",
  { actionUnits: AUS.map((au) => ({ au, scale: "probability", sides: false })) },
  [SOURCE],
);
const folder = await mkdtemp(join(tmpdir(), "kuleshov-bench-"));
await mkdir(join(folder, "measured"));
for (const { text } of inLines(faces)) await appendFile(join(folder, "measured", "faces.jsonl"), text);
faces.length = 0;

const started = process.cpuUsage();
const { faces: gathered } = await GATHERED.read(folder);
const read = cpuSecondsSince(started);
const discovery = await discoverCategories(
  { faces: gathered, space, textEmbeddings: null },
  {
    known: ["affectnet8"],
    seed: 1,
    describedBy: null,
    textEmbedder: null,
    kuleshovVersion: "bench",
    now: () => new Date(),
    onProgress: (step) => console.log(`${cpuSecondsSince(started).toFixed(1)} s: ${step}`),
  },
);
const found = cpuSecondsSince(started);
const bytes = new Map();
await writeDiscovery(
  async (name, content) => bytes.set(name, Buffer.byteLength(content)),
  discovery,
  async () => new Map(),
);
await rm(folder, { recursive: true });
const { proposals, provenance } = discovery;
const survivors = proposals.filter(({ status }) => status === "survived");
const right = proposals.reduce(
  (sum, { members }) => sum + (commonest(members.map((id) => id.split("-")[0]))?.count ?? 0),
  0,
);
console.log(
  JSON.stringify({
    components: provenance.components,
    sampled: provenance.sampled,
    groups: proposals.length,
    survived: survivors.map(({ name, size }) => `${name} (${size})`),
    read: +read.toFixed(1),
    found: +(found - read).toFixed(1),
    written: +(cpuSecondsSince(started) - found).toFixed(1),
    megabytes: Object.fromEntries([...bytes].map(([name, size]) => [name, +(size / 1e6).toFixed(1)])),
  }),
);
// Processor time, as wall time also measures the neighbours.
const about = `${provenance.faces} faces`;
figure(`${about}: processor time`, cpuSecondsSince(started), { unit: "s", atMost: 60 });
figure(`${about}: most memory`, process.resourceUsage().maxRSS / 1e3, { unit: "MB" });
figure(`${about}, one planted category: survivors`, survivors.length, { atLeast: 1, atMost: 1 });
figure(`${about}: in a group of their own kind`, (100 * right) / provenance.faces, { unit: "%" });

function* inLines(all) {
  for (let from = 0; from < all.length; from += 1000) {
    const some = all.slice(from, from + 1000);
    yield { text: some.map((face) => `${JSON.stringify(face)}\n`).join("") };
  }
}
