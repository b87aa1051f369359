// A study's table of faces as Parquet: its size, processor time and most memory. Rows are drawn from measured faces, each moved up to
// a tenth toward another, so that hardly two are alike. Target: 1 000 000 rows in 150 MB.
// node bench/parquet.mjs [rows] [folder of a measured study]     (npm run build first; 20 000 rows of the dependencies' photos unless told)
import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { roundedShare } from "../dist/src/measuring/rounded-faces.js";
import { writeParquet } from "../dist/src/platform/tables/write-parquet.js";
import { cpuSecondsSince, figure } from "./support/figures.mjs";
import { runCommand } from "./support/run-command.mjs";

const ROWS = Number(process.argv[2] ?? 20_000);
const TARGET_BYTES = 150;
const [, , , study, table] = process.argv;

async function write() {
  const before = process.cpuUsage();
  await writeParquet(table, `${table}.parquet`, { meanings: new Map(), refuse: (reason) => new Error(reason) });
  const about = `${ROWS} rows as Parquet`;
  const bytes = (await stat(`${table}.parquet`)).size / ROWS;
  // A group of few rows has dictionaries as large as one of many.
  figure(`${about}: bytes a row, or MB for 1 000 000`, bytes, { ...(ROWS >= 100_000 && { atMost: TARGET_BYTES }) });
  figure(`${about}: of the CSV's bytes a row`, (await stat(table)).size / ROWS);
  figure(`${about}: processor time`, cpuSecondsSince(before), { unit: "s" });
  figure(`${about}: most memory`, process.resourceUsage().maxRSS / 1e3, { unit: "MB" });
}

/** A sequence of numbers from 0 to below 1 that is the same each time (mulberry32). */
function createRandom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

async function draw(folder, to) {
  const [header, ...lines] = (await readFile(join(folder, "faces.csv"), "utf8")).trimEnd().split("\n");
  const names = header.split(",");
  const pixels = names.map((name) => /_px$|^(?:sharpness|luminance)$/.test(name));
  // Warnings hold commas within quotes; they are no number and stay those of the row.
  const faces = lines.map((line) => line.match(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g).map((cell) => cell.replace(/,$/, "")));
  const random = createRandom(1);
  const any = () => faces[Math.floor(random() * faces.length)];
  const out = createWriteStream(to);
  out.write(`${header}\n`);
  for (let row = 0; row < ROWS; row += 1) {
    const [one, other, share] = [any(), any(), random() / 10];
    const cells = names.map((name, k) => {
      const [from, toward] = [one[k], other[k]];
      if (name === "path") return `images/${String(row).padStart(7, "0")}.jpg`;
      if (from === "" || toward === "" || Number.isNaN(Number(from))) return from;
      const moved = Number(from) * (1 - share) + Number(toward) * share;
      return pixels[k] ? Math.round(moved * 10) / 10 : roundedShare(moved);
    });
    if (!out.write(`${cells.join(",")}\n`)) await new Promise((next) => out.once("drain", next));
  }
  out.end();
  await finished(out);
}

if (table === undefined) {
  const place = await mkdtemp(join(tmpdir(), "kuleshov-bench-"));
  try {
    const photos = fileURLToPath(new URL("../node_modules/@vladmandic/face-api/demo/*.jpg", import.meta.url));
    const measured = study ?? join(place, "study");
    if (study === undefined) await runCommand(["measure", photos, "--out", measured]);
    await draw(measured, join(place, "faces.csv"));
    // In a process of its own, whose memory is that of the writing alone.
    const words = [fileURLToPath(import.meta.url), String(ROWS), measured, join(place, "faces.csv")];
    const child = spawn(process.execPath, words, { stdio: "inherit" });
    process.exitCode = await new Promise((resolve) => child.on("close", resolve));
  } finally {
    await rm(place, { recursive: true, force: true });
  }
} else await write();
