// The study page over 100 000 faces: how long until the first faces have come, until all have, and how long a filter takes.
// `npm run build && node bench/studio-rows.mjs [rows]`. Prints milliseconds of this machine as it is loaded now.
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { csvHeader, csvRows, measurementColumns } from "../dist/src/measuring/measurement-columns.js";
import { openRunFolder } from "../dist/src/runs/run-folder.js";
import { createStudio } from "../dist/src/studio/studio.js";
import { filterRows, readRowFilter } from "../dist/src/study/study-rows.js";
import { unpackRows } from "../dist/src/study/study-stream.js";

const count = Number(process.argv[2] ?? 100_000);
const LABELS = ["anger", "contempt", "disgust", "fear", "happiness", "neutral", "sadness", "surprise"];
const SOURCES = ["expression-pool@1", "face-api-expression@1", "human-emotion@1"];
const UNITS = [1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 18, 20, 22, 23, 24, 25, 26, 27, 28, 43].map((au) => `AU${au}`);

let state = 1;
const random = () => {
  state = (state * 48271) % 2147483647;
  return state / 2147483647;
};
const toolbox = {
  id: "mesh@3",
  supports: {
    actionUnits: UNITS.map((au) => ({ au, scale: "probability", sides: true })),
    expressions: LABELS,
    expressionSources: SOURCES,
  },
};
const columns = measurementColumns([toolbox]);

function face() {
  const units = UNITS.flatMap((au) =>
    ["both", "left", "right"].map((side) => ({ au, side, value: random(), scale: "probability", weight: random() })),
  );
  return {
    faceId: "F1",
    box: { leftPx: 10.5, topPx: 20.25, widthPx: 100, heightPx: 120 },
    measurements: [
      {
        toolbox: "mesh@3",
        score: random(),
        quality: { overall: random(), facePx: 100, sharpness: 99.5, luminance: 120, cutOff: 0, warnings: [] },
        headPose: { yawRad: random(), pitchRad: random(), rollRad: random() },
        gaze: { yawRad: random(), pitchRad: random() },
        eyeOpenness: { left: 1, right: 1 },
        actionUnits: units.map((unit) => ({ ...unit, toolbox: "mesh@3" })),
        expressions: SOURCES.map((source) => ({
          source,
          distribution: LABELS.map((label) => ({ label, probability: random() })),
        })),
      },
    ],
  };
}

const root = await mkdtemp(join(tmpdir(), "kuleshov-bench-"));
try {
  process.chdir(root);
  await mkdir("study");
  const run = await openRunFolder("study", { command: "measure", settings: {}, version: "0" });
  const headers = new Map([
    ["faces.csv", csvHeader(columns)],
    ["images.csv", "path,frame,timestamp_s,width_px,height_px,faces,sha256\n"],
    ["failures.csv", "path,reason\n"],
  ]);
  const rows = await run.openRows(headers);
  for (let at = 0; at < count; at++) {
    const path = `images/face-${at}.jpg`;
    const text = new Map([
      ["faces.csv", csvRows(columns, [face()], { path })],
      ["images.csv", `${path},,,640,480,1,\n`],
    ]);
    await rows.append({ done: path, inProgress: null, text, counts: { images: 1, faces: 1, failures: 0 } });
  }
  await rows.close();
  await run.close("finished");

  const studio = await createStudio({ root, token: "t".repeat(43) });
  const open = () => studio.app.request(`http://127.0.0.1:1/${"t".repeat(43)}/api/study/rows?path=study`);
  async function read() {
    const startedMs = performance.now();
    const response = await open();
    let [firstMs, all] = [undefined, undefined];
    await unpackRows(response.body, (some) => {
      firstMs ??= performance.now() - startedMs;
      all = some;
    });
    return { firstMs, allMs: performance.now() - startedMs, all };
  }
  const cold = await read();
  const warm = await read();
  const times = [
    "unit=AU12_both&from=0.5",
    "label=happiness&quality=0.3",
    "show=disagree&sort=AU12_both&down=",
    "name=face-9&sort=label",
  ].map((words) => {
    const filter = readRowFilter(new URLSearchParams(words));
    const none = new Uint8Array(cold.all.count);
    const startedMs = performance.now();
    const shown = filterRows(cold.all, none, filter).length;
    return `  ${(performance.now() - startedMs).toFixed(0).padStart(4)} ms  ${words} (${shown} shown)`;
  });
  console.log(`${cold.all.count} rows, ${columns.length} columns in faces.csv`);
  console.log(`first faces after ${cold.firstMs.toFixed(0)} ms, all after ${cold.allMs.toFixed(0)} ms`);
  console.log(`again: first after ${warm.firstMs.toFixed(0)} ms, all after ${warm.allMs.toFixed(0)} ms`);
  console.log(`filters:\n${times.join("\n")}`);
  await studio.close();
} finally {
  await rm(root, { recursive: true, force: true });
}
