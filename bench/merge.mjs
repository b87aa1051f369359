// Merging the shards of a study: seconds, most resident memory, and whether every table is byte for byte what one machine
// writes. The rows are those of one real face under as many names. Target: 1 000 000 rows in 60 s.
// node bench/merge.mjs [rows] [shards]
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, open, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { shardFolder, shareOut } from "../dist/src/runs/shard.js";
import { openStudyFolder } from "../dist/src/study/study-folder.js";
import { openBrowser } from "./support/browser.mjs";
import { figure } from "./support/figures.mjs";
import { runCommand } from "./support/run-command.mjs";

const ROWS = Number(process.argv[2] ?? 20_000);
const SHARDS = Number(process.argv[3] ?? 200);
const TARGET_S = 60;
const face = fileURLToPath(new URL("../node_modules/@vladmandic/face-api/demo/sample2.jpg", import.meta.url));
const place = await mkdtemp(join(tmpdir(), "kuleshov-bench-"));

async function hashOf(path) {
  const hash = createHash("sha256");
  for await (const bytes of createReadStream(path)) hash.update(bytes);
  return hash.digest("hex");
}

function oneFace(line) {
  const { faces, ...image } = JSON.parse(line);
  return `${JSON.stringify({ ...image, faces: faces.slice(0, 1) })}\n`;
}

await runCommand(["measure", face, "--out", join(place, "one")]);
const one = JSON.parse(await readFile(join(place, "one", "study.json"), "utf8"));
const dictionary = await readFile(join(place, "one", "data-dictionary.csv"), "utf8");
const names = ["faces.csv", "images.csv", "failures.csv", "measurements.jsonl"];
const headers = new Map();
/** The one row of each table, cut where it names the image. */
const ofOne = new Map();
for (const name of names) {
  const [first = "", second = ""] = (await readFile(join(place, "one", name), "utf8")).split(/(?<=\n)/);
  const isTable = name.endsWith(".csv");
  headers.set(name, isTable ? first : "");
  ofOne.set(name, (isTable ? second : oneFace(first)).split(face));
}
const rowsOf = (key) => new Map(names.map((name) => [name, ofOne.get(name).join(key)]));

const keys = Array.from({ length: ROWS }, (_, index) => `images/${index}.jpg`);
const expected = new Map(names.map((name) => [name, createHash("sha256").update(headers.get(name))]));
for (const key of keys) for (const [name, rows] of rowsOf(key)) expected.get(name).update(rows);
// Rows are made here, not measured: nothing is lost when the machine ends, so nothing waits for the disk.
const probe = await open(face);
Object.getPrototypeOf(probe).datasync = async () => undefined;
await probe.close();

async function writeShard(number) {
  const part = shareOut(keys, { number, of: SHARDS });
  const study = await openStudyFolder(join(place, "shards", shardFolder(part.shard)), {
    command: "measure",
    settings: { ...one.settings, inputs: ["images"], shard: `${number}/${SHARDS}` },
    tables: { headers, about: {}, dictionary },
    kuleshovVersion: one.kuleshovVersion,
    warnings: [],
    shard: part,
  });
  const counts = { images: 1, faces: 1, failures: 0 };
  for (const key of part.places.keys()) {
    await study.rows.append({ done: key, inProgress: null, text: rowsOf(key), counts });
  }
  await study.close("finished");
}
for (let number = 1; number <= SHARDS; number += 1) await writeShard(number);

const shards = (await readdir(join(place, "shards"))).map((name) => join(place, "shards", name));
const { seconds, cpuSeconds, peakMb } = await runCommand(["merge", ...shards, "--out", join(place, "study")]);
const browser = await openBrowser();
const openedMs = performance.now();
const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
await page.goto(pathToFileURL(join(place, "study", "study.html")).href, { waitUntil: "load" });
await page.evaluate(() => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next))));
const openS = (performance.now() - openedMs) / 1000;
await browser.close();
const same = [];
for (const name of names) {
  same.push((await hashOf(join(place, "study", name))) === expected.get(name).digest("hex"));
}
await rm(place, { recursive: true });
const about = `${ROWS} rows in ${SHARDS} shards`;
// Starting the command is most of what few rows take.
const target = ROWS < 1_000_000 ? {} : { atMost: (TARGET_S * ROWS) / 1_000_000 };
figure(`${about}: wall time`, seconds, { unit: "s", ...target });
figure(`${about}: processor time`, cpuSeconds, { unit: "s" });
figure(`${about}: most memory`, peakMb, { unit: "MB" });
figure(`${about}: opening its page`, openS, { unit: "s", atMost: 3 });
figure(`${about}: tables byte for byte what one machine writes`, same.filter(Boolean).length, {
  atLeast: names.length,
});
