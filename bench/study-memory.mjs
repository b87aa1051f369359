// Memory of a whole study, by the command line as a user calls it: most resident memory of the process, and how it grows
// over the length of the study. Target: under 700 MB, and no growth. Linux only (reads /proc).
// node bench/study-memory.mjs [images]
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { figure } from "./support/figures.mjs";

const PICTURES = Number(process.argv[2] ?? 200);
const TARGET_MB = 700;
const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "kuleshov-bench-"));
const images = await mkdtemp(join(tmpdir(), "kuleshov-bench-"));
for (let index = 0; index < PICTURES; index += 1) {
  const photo = file(`../node_modules/@vladmandic/face-api/demo/sample${(index % 6) + 1}.jpg`);
  await symlink(photo, join(images, `${index}.jpg`));
}

const child = spawn(process.execPath, [
  file("../bin/kuleshov.js"),
  "measure",
  images,
  "--out",
  join(folder, "study"),
  "--contact-sheet",
]);
const samples = [];
const status = (name) => async () => {
  const text = await readFile(`/proc/${child.pid}/status`, "utf8").catch(() => "");
  const kb = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1];
  return kb === undefined ? undefined : Number(kb) / 1000;
};
const [resident, most] = [status("VmRSS"), status("VmHWM")];
let peak = 0;
const sampling = setInterval(async () => {
  const [now, highest] = [await resident(), await most()];
  if (now !== undefined) samples.push(now);
  if (highest !== undefined) peak = highest;
}, 200);
const code = await new Promise((resolve) => child.on("close", resolve));
clearInterval(sampling);
await rm(folder, { recursive: true });
await rm(images, { recursive: true });
if (code !== 0) throw new Error(`measure ended with ${code}`);

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const fifth = Math.floor(samples.length / 5);
const [early, late] = [median(samples.slice(fifth, 2 * fifth)), median(samples.slice(-2 * fifth, -fifth))];
console.log(
  `${PICTURES} images: ${peak.toFixed(0)} MB at most, ${early.toFixed(0)} MB early and ${late.toFixed(0)} MB late`,
);
figure(`study of ${PICTURES} images: most memory`, peak, { unit: "MB", atMost: TARGET_MB });
figure(`study of ${PICTURES} images: growth of memory`, 100 * (late / early - 1), { unit: "%", atMost: 5 });
