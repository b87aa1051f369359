// Reading a toolbox's table against csv-parse alone, and matching its faces to images.
// node bench/toolbox-csv.mjs [rows]     (npm run build first; needs 6 kB of temporary disk per row)
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { parse } from "csv-parse";
import { openEvidenceFile } from "../dist/src/compose/evidence.js";
import { indexEvidence } from "../dist/src/pipeline/evidence-index.js";
import { importEvidence } from "../dist/src/pipeline/import-evidence.js";
import { joinToFaces } from "../dist/src/pipeline/match-faces.js";

const COLUMNS = 709;
const FACES_PER_IMAGE = 4;

/** A table of OpenFace 2 with an image column, 709 columns wide. */
async function writeTable(path, rows) {
  const range = (count, of) => Array.from({ length: count }, (_, i) => of(i));
  const two = (n) => String(n).padStart(2, "0");
  const reg = [1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 25, 26, 45];
  const cls = [1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 25, 26, 28, 45];
  const points = ["x", "y"].flatMap((axis) => range(68, (i) => `${axis}_${i}`));
  const head = ["input", "face", "confidence"];
  const pose = ["gaze_angle_x", "gaze_angle_y", "pose_Tx", "pose_Ty", "pose_Tz", "pose_Rx", "pose_Ry", "pose_Rz"];
  const units = [...reg.map((n) => `AU${two(n)}_r`), ...cls.map((n) => `AU${two(n)}_c`)];
  const filler = range(COLUMNS - head.length - pose.length - points.length - units.length, (i) => `p_${i}`);
  const out = createWriteStream(path);
  out.write(`${[...head, ...pose, ...points, ...filler, ...units].join(", ")}\n`);
  const fill = filler.map((_, i) => (i * 1.37).toFixed(3)).join(", ");
  for (let row = 0; row < rows; row++) {
    const left = 10 + 200 * (row % FACES_PER_IMAGE);
    const at = (i) => (i < 68 ? left + ((i * 2) % 120) : 40 + (((i - 68) * 2) % 130)).toFixed(1);
    const cells = [
      `img_${Math.floor(row / FACES_PER_IMAGE)}.jpg`,
      row % FACES_PER_IMAGE,
      "0.975",
      "-0.100, 0.150, 10.0, -5.0, 500.0, 0.100, -0.200, 0.050",
      range(136, at).join(", "),
      fill,
      reg.map((n) => (((row * n) % 500) / 100).toFixed(2)).join(", "),
      cls.map((n) => ((row * n) % 2).toFixed(1)).join(", "),
    ];
    if (!out.write(`${cells.join(", ")}\n`)) await new Promise((resume) => out.once("drain", resume));
  }
  out.end();
  await finished(out);
}

async function timed(work) {
  const start = process.hrtime.bigint();
  const cpu = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(cpu);
  return { result, seconds: Number(process.hrtime.bigint() - start) / 1e9, cpuSeconds: (user + system) / 1e6 };
}

async function readWithCsvParse(path) {
  let rows = 0;
  for await (const _ of createReadStream(path).pipe(parse({ columns: false, trim: true }))) rows++;
  return rows;
}

async function matchFaces(path, rows) {
  const images = Array.from({ length: Math.ceil(rows / FACES_PER_IMAGE) }, (_, i) => `photos/img_${i}.jpg`);
  const imported = await importEvidence(await openEvidenceFile(path), images);
  const measured = Array.from({ length: FACES_PER_IMAGE }, (_, i) => {
    const box = { leftPx: 200 * i, topPx: 30, widthPx: 140, heightPx: 150 };
    return { faceId: `F${i + 1}`, box, measurements: [{ toolbox: "mesh@1", box }] };
  });
  const matching = await timed(async () => {
    let joined = 0;
    for (const image of images) {
      const given = await imported.measureGiven({ path: image, widthPx: 800, heightPx: 600 }, measured);
      const faces = joinToFaces(measured, given);
      joined += faces.filter(({ measurements }) => measurements.length === 2).length;
    }
    return joined;
  });
  await imported.close();
  return matching;
}

const rows = Number(process.argv[2] ?? 100_000);
const folder = await mkdtemp(join(tmpdir(), "kuleshov-bench-"));
const path = join(folder, "openface.csv");
try {
  await writeTable(path, rows);
  const { size } = await stat(path);
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  const ours = await timed(async () => {
    const file = await openEvidenceFile(path);
    const { faceCount } = await indexEvidence(file);
    await file.close();
    return faceCount;
  });
  const grown = (process.memoryUsage().rss - before) / 1e6;
  const theirs = await timed(() => readWithCsvParse(path));
  const matching = await matchFaces(path, rows);
  const figures = {
    rows,
    columns: COLUMNS,
    megabytes: Math.round(size / 1e6),
    oursSeconds: ours.seconds.toFixed(2),
    csvParseSeconds: theirs.seconds.toFixed(2),
    ratio: (ours.seconds / theirs.seconds).toFixed(3),
    ratioMustBeUnder: 1.5,
    memoryGrownMb: Math.round(grown),
    matchedFaces: matching.result,
    matchingSeconds: matching.seconds.toFixed(2),
    matchingMustBeUnder: 2,
  };
  console.log(JSON.stringify(figures, null, 2));
  if (ours.result !== rows || matching.result !== rows) throw new Error("The bench lost rows");
} finally {
  await rm(folder, { recursive: true, force: true });
}
