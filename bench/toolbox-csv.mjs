// Reading a toolbox's table against csv-parse alone, and matching its faces to images.
// node bench/toolbox-csv.mjs [rows]     (npm run build first; needs 6 kB of temporary disk per row)
import { createReadStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse";
import { openEvidenceFile } from "../dist/src/compose/evidence.js";
import { indexEvidence } from "../dist/src/evidence/evidence-index.js";
import { placeImportedFaces } from "../dist/src/evidence/import-evidence.js";
import { matchImages } from "../dist/src/evidence/match-images.js";
import { joinToFaces } from "../dist/src/measuring/match-faces.js";
import { figure } from "./support/figures.mjs";
import { writeOpenFaceTable } from "./support/openface-table.mjs";

const COLUMNS = 709;
const FACES_PER_IMAGE = 4;

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

/** Finds the rows of each image by its name and joins them to the faces that they overlap; reading is timed apart. */
async function matchFaces(path, rows) {
  const images = Array.from({ length: Math.ceil(rows / FACES_PER_IMAGE) }, (_, i) => `photos/img_${i}.jpg`);
  const measured = Array.from({ length: FACES_PER_IMAGE }, (_, i) => {
    const box = { leftPx: 200 * i, topPx: 30, widthPx: 140, heightPx: 150 };
    return { faceId: `F${i + 1}`, box, measurements: [{ toolbox: "mesh@5", box }] };
  });
  const file = await openEvidenceFile(path);
  const index = await indexEvidence(file);
  const naming = await timed(async () => matchImages(index, images));
  const joined = { faces: 0, cpuSeconds: naming.cpuSeconds };
  let readingCpuSeconds = 0;
  for (let from = 0; from < images.length; from += 500) {
    const some = images.slice(from, from + 500);
    const reading = await timed(async () => {
      const all = [];
      for (const image of some) all.push(await file.rowsAt(naming.result.rowsOf({ path: image })));
      return all;
    });
    const joining = await timed(async () => some.map((image, i) => joinAll(image, reading.result[i], measured)));
    readingCpuSeconds += reading.cpuSeconds;
    joined.cpuSeconds += joining.cpuSeconds;
    joined.faces += joining.result.reduce((sum, count) => sum + count, 0);
  }
  await file.close();
  return { ...joined, readingCpuSeconds };
}

function joinAll(path, rows, measured) {
  const { measurements } = placeImportedFaces(rows, { path, widthPx: 800, heightPx: 600 }, measured);
  return joinToFaces(measured, measurements).filter((face) => face.measurements.length === 2).length;
}

const rows = Number(process.argv[2] ?? 20_000);
const folder = await mkdtemp(join(tmpdir(), "kuleshov-bench-"));
const path = join(folder, "openface.csv");
try {
  await writeOpenFaceTable(path, rows, { columns: COLUMNS, facesPerImage: FACES_PER_IMAGE });
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
    oursCpuSeconds: ours.cpuSeconds.toFixed(2),
    csvParseCpuSeconds: theirs.cpuSeconds.toFixed(2),
    matchedFaces: matching.faces,
    readingAgainCpuSeconds: matching.readingCpuSeconds.toFixed(2),
  };
  console.log(JSON.stringify(figures, null, 2));
  // Processor time, as wall time also measures the neighbours.
  figure(`${rows} rows: ours / csv-parse, processor time`, ours.cpuSeconds / theirs.cpuSeconds, {
    unit: "times",
    atMost: 1.5,
  });
  figure(`${rows} rows: matching faces, processor time`, matching.cpuSeconds, {
    unit: "s",
    atMost: (2 * rows) / 100_000,
  });
  figure(`${rows} rows: memory grown`, grown, { unit: "MB" });
  if (ours.result !== rows || matching.faces !== rows) throw new Error("The bench lost rows");
} finally {
  await rm(folder, { recursive: true, force: true });
}
