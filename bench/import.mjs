// Importing a toolbox's table into a study: seconds and most resident memory, which must not grow with the rows.
// node bench/import.mjs [rows] [columns] [images|clips]      (npm run build first; 1 to 6 kB of temporary disk per row)
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { figure } from "./support/figures.mjs";
import { writeOpenFaceTable } from "./support/openface-table.mjs";
import { runCommand } from "./support/run-command.mjs";

const ROWS = Number(process.argv[2] ?? 20_000);
const COLUMNS = Number(process.argv[3] ?? 190);
const ABOUT = process.argv[4] ?? "images";
const MOST_MB = 400;

const place = await mkdtemp(join(tmpdir(), "kuleshov-bench-"));
const table = join(place, "openface.csv");
try {
  const framesPerClip = ABOUT === "clips" ? 1000 : undefined;
  await writeOpenFaceTable(table, ROWS, { columns: COLUMNS, facesPerImage: 1, framesPerClip });
  const { size } = await stat(table);
  const { seconds, cpuSeconds, peakMb } = await runCommand(["import", table, "--out", join(place, "study")]);
  const about = `${ROWS} rows of ${COLUMNS} columns about ${ABOUT}`;
  console.log(`${about} (${(size / 1e6).toFixed(0)} MB): ${seconds.toFixed(1)} s`);
  figure(`${about}: processor time`, cpuSeconds, { unit: "s" });
  figure(`${about}: most memory`, peakMb, { unit: "MB", atMost: MOST_MB });
} finally {
  await rm(place, { recursive: true, force: true });
}
