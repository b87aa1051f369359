// A search through images beside its networks: scoring each face against 40 examples and 200 others, the ranking, its page and the contact
// sheet, and the most memory. Faces are made. Neither processor time for a face nor memory for one may grow with their number.
// node bench/find.mjs [faces]     (npm run build first; 2000 unless told)
import { copyFile, link, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { createExpressionSpace, embedFace, searchVector } from "../dist/src/domain/expression-space.js";
import { createRandom } from "../dist/src/domain/statistics/random.js";
import { find } from "../dist/src/find.js";
import { decodeImage } from "../dist/src/measuring/decode-image.js";
import { cpuSecondsSince, figure } from "./support/figures.mjs";

const FACES = Number(process.argv[2] ?? 2000);
const AUS = [1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 18, 20, 22, 23, 24, 25, 26, 27, 28, 43].map((n) => `AU${n}`);
const supports = { actionUnits: AUS.map((au) => ({ au, scale: "probability", sides: false })) };
const space = createExpressionSpace("made@1", supports, ["made-expression@1"]);
const random = createRandom(1);

function madeMeasurement() {
  return {
    ...{ toolbox: "made@1", box: { leftPx: 8, topPx: 8, widthPx: 32, heightPx: 32 }, score: 0.9, landmarks: null },
    ...{ quality: null, headPose: null, gaze: null, eyeOpenness: null },
    actionUnits: AUS.map((au) => ({
      ...{
        au,
        side: "both",
        value: random.real(),
        scale: "probability",
        estimated: true,
        weight: 1,
        toolbox: "made@1",
      },
    })),
    expressions: [{ source: "made-expression@1", distribution: [{ label: "happiness", probability: 1 }] }],
  };
}

function madeExemplar(index) {
  return {
    exemplar: {
      ...{ id: `x${index}`, category: index < 40 ? "smile" : `other ${index % 9}`, role: "instance", region: null },
      ...{ image: { path: `x${index}.jpg`, sha256: String(index), widthPx: 64, heightPx: 64, hash: "0".repeat(64) } },
      regionHash: null,
    },
    expression: searchVector(space, embedFace(space, madeMeasurement())),
  };
}

const place = await mkdtemp(join(tmpdir(), "kuleshov-bench-"));
try {
  const drawn = join(place, "drawn.png");
  await sharp({ create: { width: 64, height: 64, channels: 3, background: { r: 90, g: 80, b: 70 } } }).toFile(drawn);
  const paths = [];
  for (let from = 0; from < FACES; from += 1000) {
    const folder = join(place, "images", `${from}`);
    await mkdir(folder, { recursive: true });
    for (let n = from; n < Math.min(from + 1000, FACES); n += 1) {
      const path = join(folder, `${n}.png`);
      await (n === from ? copyFile(drawn, path) : link(paths[from], path)); // a file has 65 000 links at most
      paths.push(path);
    }
  }
  const image = await decodeImage(drawn);
  const exemplars = Array.from({ length: 240 }, (_, index) => madeExemplar(index));
  const before = process.cpuUsage();
  await find(
    {
      folder: join(place, "found"),
      category: "smile",
      words: ["images"],
      inputs: paths.map((path) => ({ path })),
      top: 24,
    },
    {
      store: { placed: async () => exemplars, location: "made" },
      toolbox: { id: "made@1", networks: [], mirrored: false },
      ...{ space, concurrency: 2, openJudge: null },
      measure: async (path) => {
        const measurement = madeMeasurement();
        return {
          image: { ...image, path },
          faces: [{ faceId: "F1", box: measurement.box, measurements: [measurement] }],
        };
      },
    },
  );
  const about = `${FACES} faces searched beside networks`;
  figure(`${about}: processor time for 1000`, (1000 * cpuSecondsSince(before)) / FACES, { unit: "s" });
  figure(`${about}: most memory`, process.resourceUsage().maxRSS / 1e3, { unit: "MB" });
} finally {
  await rm(place, { recursive: true, force: true });
}
