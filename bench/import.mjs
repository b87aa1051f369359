// Importing a toolbox's table into a study: seconds and most resident memory, which must not grow with the rows.
// node bench/import.mjs [rows] [columns] [images|clips]      (npm run build first; 1 to 6 kB of temporary disk per row)
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeOpenFaceTable } from "./support/openface-table.mjs";
import { runCommand } from "./support/run-command.mjs";

const ROWS = Number(process.argv[2] ?? 100_000);
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
  console.log(
    `${ROWS} rows of ${COLUMNS} columns about ${ABOUT} (${(size / 1e6).toFixed(0)} MB): ${seconds.toFixed(1)} s (${cpuSeconds.toFixed(1)} s of processors), ${peakMb.toFixed(0)} MB at most`,
  );
  console.log(`target: ${MOST_MB} MB whatever the rows: ${peakMb < MOST_MB ? "met" : "missed"}`);
  if (peakMb >= MOST_MB) process.exitCode = 1;
} finally {
  await rm(place, { recursive: true, force: true });
}
