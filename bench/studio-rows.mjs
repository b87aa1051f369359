// The study page over 20 000 faces, or as many as told: how long until the first faces have come, until all have, and how long a filter takes, of
// its handlers and in a browser, where the contact sheet is also scrolled to places all over it and frames without a face are counted.
// `npm run build && node bench/studio-rows.mjs [rows]`. Prints milliseconds of this machine as it is loaded now.
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { csvHeader, csvRows, measurementColumns } from "../dist/src/measuring/measurement-columns.js";
import { openRunFolder } from "../dist/src/runs/run-folder.js";
import { serveStudio } from "../dist/src/studio/serve.js";
import { createStudio } from "../dist/src/studio/studio.js";
import { filterRows, readRowFilter } from "../dist/src/study/filter-rows.js";
import { unpackRows } from "../dist/src/study/study-stream.js";
import { openBrowser } from "./support/browser.mjs";
import { cpuSecondsSince, figure } from "./support/figures.mjs";

const count = Number(process.argv[2] ?? 20_000);
const LABELS = ["anger", "contempt", "disgust", "fear", "happiness", "neutral", "sadness", "surprise"];
const SOURCES = ["expression-pool@1", "face-api-expression@1", "human-emotion@1"];
const UNITS = [1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 18, 20, 22, 23, 24, 25, 26, 27, 28, 43].map((au) => `AU${au}`);

let state = 1;
const random = () => {
  state = (state * 48271) % 2147483647;
  return state / 2147483647;
};
const toolbox = {
  id: "mesh@5",
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
        toolbox: "mesh@5",
        score: random(),
        quality: { overall: random(), facePx: 100, sharpness: 99.5, luminance: 120, cutOff: 0, warnings: [] },
        headPose: { yawRad: random(), pitchRad: random(), rollRad: random() },
        gaze: { yawRad: random(), pitchRad: random() },
        eyeOpenness: { left: 1, right: 1 },
        actionUnits: units.map((unit) => ({ ...unit, toolbox: "mesh@5" })),
        expressions: SOURCES.map((source) => ({
          source,
          distribution: LABELS.map((label) => ({ label, probability: random() })),
        })),
      },
    ],
  };
}

/** Prints what somebody at the page waits for. */
async function inBrowser() {
  const served = await serveStudio({ port: 0 });
  const browser = await openBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    await page.addInitScript(noteFirstFace);
    for (const when of ["after a start", "again"]) {
      const startedMs = performance.now();
      await page.goto(`${served.address}study/study`, { waitUntil: "commit" });
      await page.waitForFunction((all) => document.body.textContent.includes(`${all} of ${all} shown`), count, {
        timeout: 300_000,
      });
      const allMs = performance.now() - startedMs;
      const firstMs = await page.evaluate(() => window.firstFaceMs);
      figure(`${count} faces in a browser, first faces ${when}`, firstMs, { unit: "ms", atMost: 1000 });
      figure(`${count} faces in a browser, all ${when}`, allMs, { unit: "ms" });
    }
    for (const [name, value] of [
      ["from", "0.5"],
      ["quality", "0.3"],
      ["name", "face-9"],
    ]) {
      const ms = await page.evaluate(filtered, [name, value]);
      figure(`${name}=${value} on the page`, ms, { unit: "ms", atMost: 200 });
    }
    const { bare, frames } = await page.evaluate(scrolled);
    console.log(`scrolled to 200 places in ${frames} frames`);
    figure("frames that showed a place without a face", bare, { atMost: 0 });
  } finally {
    await browser.close();
    await served.close();
  }
}

/** In the page, before anything of it runs: when the first face was there, by its own clock, which does not wait for ours. */
function noteFirstFace() {
  const noted = new MutationObserver(() => {
    if (document.querySelector("[role=option]") === null) return;
    noted.disconnect();
    window.firstFaceMs = performance.now();
  });
  noted.observe(document, { childList: true, subtree: true });
}

/** In the page: milliseconds from a change of a field until the number of faces shown is another one. */
async function filtered([name, value]) {
  const status = document.querySelector(".shown [role=status]");
  const before = status.textContent;
  const input = document.querySelector(`[aria-label=Filters] [name=${name}]`);
  const startedMs = performance.now();
  input.value = value;
  for (const event of ["input", "change"]) input.dispatchEvent(new Event(event, { bubbles: true }));
  do await new Promise((next) => requestAnimationFrame(next));
  while (status.textContent === before && performance.now() - startedMs < 10_000);
  return performance.now() - startedMs;
}

/** In the page: of the frames after each jump those in which the middle of the list is no face. */
async function scrolled() {
  const box = document.querySelector("[role=listbox]");
  const { left, top, width, height } = box.getBoundingClientRect();
  let [bare, frames] = [0, 0];
  for (let at = 0; at < 200; at++) {
    box.scrollTop = ((at * 7919) % 200) * (box.scrollHeight / 200);
    for (let frame = 0; frame < 3; frame++) {
      await new Promise((next) => requestAnimationFrame(() => setTimeout(next)));
      frames++;
      const seen = document.elementsFromPoint(left + width / 4, Math.min(innerHeight - 5, top + height / 2));
      if (!seen.some((element) => element.closest("[role=option]"))) bare++;
    }
  }
  return { bare, frames };
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
  const drawn = Array.from({ length: 997 }, () => csvRows(columns, [face()], { path: "PATH" }));
  for (let from = 0; from < count; from += 1000) {
    const some = Array.from({ length: Math.min(1000, count - from) }, (_, at) => from + at);
    const text = new Map([
      ["faces.csv", some.map((at) => drawn[at % drawn.length].replace("PATH", `images/face-${at}.jpg`)).join("")],
      ["images.csv", some.map((at) => `images/face-${at}.jpg,,,640,480,1,\n`).join("")],
    ]);
    const counts = { images: some.length, faces: some.length, failures: 0 };
    await rows.append({ done: `${from}`, inProgress: null, text, counts });
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
  const before = process.cpuUsage();
  const cold = await read();
  figure(`${count} faces read: processor time`, cpuSecondsSince(before), { unit: "s" });
  const warm = await read();
  for (const words of [
    "unit=AU12_both&from=0.5",
    "label=happiness&quality=0.3",
    "show=disagree&sort=AU12_both&down=",
    "name=face-9&sort=label",
  ]) {
    const filter = readRowFilter(new URLSearchParams(words));
    const none = new Uint8Array(cold.all.count);
    const startedMs = performance.now();
    const shown = filterRows(cold.all, none, filter).length;
    figure(`${words} (${shown} shown)`, performance.now() - startedMs, { unit: "ms" });
  }
  console.log(`${cold.all.count} rows, ${columns.length} columns in faces.csv`);
  for (const [when, { firstMs, allMs }] of Object.entries({ "after a start": cold, again: warm })) {
    figure(`${count} faces read, first ${when}`, firstMs, { unit: "ms" });
    figure(`${count} faces read, all ${when}`, allMs, { unit: "ms" });
  }
  await studio.close();
  await inBrowser();
} finally {
  await rm(root, { recursive: true, force: true });
}
