// The page of a clip of one hour in a browser, three people in 18 000 frames: how long until its curves are drawn, and how long a
// step of the scrub bar takes to the next paint. `npm run build && node bench/studio-clip.mjs`. Prints milliseconds of this
// machine as it is loaded now.
import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { csvHeader, csvRows, measurementColumns } from "../dist/src/measuring/measurement-columns.js";
import { openRunFolder } from "../dist/src/runs/run-folder.js";
import { serveStudio } from "../dist/src/studio/serve.js";
import { openBrowser } from "./support/browser.mjs";
import { figure } from "./support/figures.mjs";

const TARGETS = { stepMs: 100 };
const [FRAMES, FPS, STEPS] = [18_000, 5, 60];
const LABELS = ["anger", "contempt", "disgust", "fear", "happiness", "neutral", "sadness", "surprise"];
const UNITS = [1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 24, 25, 26, 43].map((au) => `AU${au}`);
const CLIP = "clips/hour.webm";
const columns = measurementColumns([
  {
    id: "mesh@5",
    supports: {
      actionUnits: UNITS.map((au) => ({ au, scale: "probability", sides: true })),
      expressions: LABELS,
      expressionSources: ["expression-pool@2"],
    },
  },
]);

/** Slow waves, so that curves are curves. */
function face(person, frame) {
  const wave = (at) => 0.5 + 0.5 * Math.sin(frame / (20 + 7 * at) + person);
  const toolbox = "mesh@5";
  const measurement = {
    ...{ toolbox, score: 0.9, headPose: null, gaze: null, eyeOpenness: null, expressions: [] },
    quality: { overall: 0.9, facePx: 100, sharpness: 99, luminance: 120, cutOff: 0, warnings: [] },
    actionUnits: UNITS.flatMap((au, at) =>
      ["both", "left", "right"].map((side) => ({
        au,
        side,
        toolbox,
        value: wave(at),
        scale: "probability",
        weight: 1,
      })),
    ),
  };
  const distribution = LABELS.map((label, at) => ({ label, probability: wave(at) / LABELS.length }));
  return {
    ...{ faceId: `F${person + 1}`, trackId: `T${person + 1}` },
    box: { leftPx: 20 + 100 * person, topPx: 20, widthPx: 80, heightPx: 100 },
    measurements: [{ ...measurement, expressions: [{ source: "expression-pool@2", distribution }] }],
  };
}

const folder = await mkdtemp(join(tmpdir(), "kuleshov-bench-"));
const fixture = fileURLToPath(new URL("../test/fixtures/grey-two-seconds.webm", import.meta.url));
process.chdir(folder);
await mkdir("clips");
await copyFile(fixture, CLIP);
await mkdir("hour");
const run = await openRunFolder("hour", { command: "measure", settings: { inputs: [CLIP] }, version: "0" });
const rows = await run.openRows(
  new Map([
    ["faces.csv", csvHeader(columns)],
    ["images.csv", "path,frame,timestamp_s,width_px,height_px,faces,sha256,begins_shot\n"],
    ["failures.csv", "path,reason\n"],
  ]),
);
for (let from = 0; from < FRAMES; from += 1_000) {
  const frames = Array.from({ length: 1_000 }, (_, at) => ({ index: from + at, timestampS: (from + at) / FPS }));
  const faces = frames.map((frame) =>
    csvRows(
      columns,
      [0, 1, 2].map((person) => face(person, frame.index)),
      { path: CLIP, frame },
    ),
  );
  const images = frames.map(({ index, timestampS }) => `${CLIP},${index},${timestampS},320,240,3,,\n`);
  const text = new Map([
    ["faces.csv", faces.join("")],
    ["images.csv", images.join("")],
  ]);
  const counts = { images: 1_000, faces: 3_000, failures: 0 };
  await rows.append({ done: `${from}`, inProgress: null, text, counts });
}
await rows.close();
await run.close("finished");

const studio = await serveStudio({ port: 0 });
const browser = await openBrowser();
try {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  const startedMs = performance.now();
  await page.goto(`${studio.address}clip/hour?clip=${encodeURIComponent(CLIP)}`);
  await page.waitForSelector(".uplot canvas", { timeout: 120_000 });
  const charts = await page.locator(".uplot").count();
  figure(`${FRAMES} frames, ${charts} charts drawn`, performance.now() - startedMs, { unit: "ms" });
  const steps = await page.evaluate(async (count) => {
    const bar = document.querySelector("input[type=range]");
    const times = [];
    for (let step = 0; step < count; step++) {
      const from = performance.now();
      bar.value = String((step * 3_600) / count);
      bar.dispatchEvent(new Event("input", { bubbles: true }));
      await new Promise((next) => requestAnimationFrame(() => setTimeout(next)));
      times.push(performance.now() - from);
    }
    return { times: times.sort((a, b) => a - b), at: bar.getAttribute("aria-valuetext") };
  }, STEPS);
  const [median, late] = [steps.times[STEPS / 2], steps.times[Math.floor(0.95 * STEPS)]];
  figure("a step to the next paint, median", median, { unit: "ms" });
  figure("a step to the next paint, 95th percentile", late, { unit: "ms", atMost: TARGETS.stepMs });
  console.log(`the last step says: ${steps.at}`);
} finally {
  await browser.close();
  await studio.close();
  await rm(folder, { recursive: true, force: true });
}
