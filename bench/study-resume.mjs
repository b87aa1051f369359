// Going on with a study of 100 000 rows, by the command line as a user calls it, one new image included.
// Target: under 5 s. node bench/study-resume.mjs [rows]     (npm run build first; needs 3 kB of temporary disk per row)
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { continueRunFolder } from "../dist/src/runs/run-folder.js";
import { figure } from "./support/figures.mjs";

const ROWS = Number(process.argv[2] ?? 100_000);
const TARGET_S = 5;
const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const photo = (number) => file(`../node_modules/@vladmandic/face-api/demo/sample${number}.jpg`);
const folder = await mkdtemp(join(tmpdir(), "kuleshov-bench-"));
const [list, study] = [join(folder, "list.csv"), join(folder, "study")];

function measure(...words) {
  const startedMs = performance.now();
  const run = spawnSync(process.execPath, [file("../bin/kuleshov.js"), "measure", list, "--out", study, ...words], {
    encoding: "utf8",
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return { seconds: (performance.now() - startedMs) / 1000, said: run.stdout.trim() };
}

const TABLES = ["faces.csv", "images.csv", "failures.csv", "measurements.jsonl"];

/** Makes the study of one image one of `ROWS` more, by the same code that writes studies. */
async function grow() {
  const headers = new Map();
  const lines = new Map();
  for (const name of TABLES) {
    const text = await readFile(join(study, name), "utf8");
    const cut = name.endsWith(".csv") ? text.indexOf("\n") + 1 : 0;
    headers.set(name, text.slice(0, cut));
    lines.set(name, text.slice(cut, text.indexOf("\n", cut) + 1).replaceAll(photo(2), "PATH"));
  }
  const run = await continueRunFolder(study);
  const rows = await run.openRows(headers);
  const counts = { images: 1, faces: 1, failures: 0 };
  for (let row = 0; row < ROWS; row += 1) {
    const done = join(folder, "images", `participant-${row}`, "frame.jpg");
    const text = new Map([...lines].map(([name, line]) => [name, line.replaceAll("PATH", done)]));
    await rows.append({ done, inProgress: null, text, counts });
  }
  await rows.close();
  await run.close("finished");
}

await writeFile(list, `path\n${photo(2)}\n`);
measure();
await grow();
const paths = Array.from({ length: ROWS }, (_, row) => join("images", `participant-${row}`, "frame.jpg"));
await writeFile(list, ["path", photo(2), ...paths, photo(3), ""].join("\n"));
const { seconds, said } = measure("--resume");
const nothing = measure("--resume").seconds;
await rm(folder, { recursive: true });

console.log(said.replace(/ `.*/, ""));
figure(`${ROWS} rows resumed with one new image`, seconds, { unit: "s", atMost: TARGET_S });
figure(`${ROWS} rows resumed with none`, nothing, { unit: "s" });
