/*
 * `npm run faults`: has a scripted server on this machine misbehave in every way of `fault-table.ts`, over both protocols,
 * and prints what came of each: outcome, message, time, number of requests. Exit code 1 when one came out otherwise.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const folder = mkdtempSync(join(tmpdir(), "kuleshov-faults-"));
const table = join(folder, "table.md");
const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
const env = { ...process.env, KULESHOV_FAULTS: table };
const { status, stdout } = spawnSync(process.execPath, [vitest, "run", "test/faults"], {
  cwd: root,
  env,
  encoding: "utf8",
});
const rows = readFileSync(table, "utf8");
console.log("| protocol | the server | outcome | message | time | requests |\n| --- | --- | --- | --- | --- | --- |");
console.log(rows);
console.log(`${rows.trimEnd().split("\n").length} faults${status === 0 ? ", each as it has to" : `:\n${stdout}`}`);
rmSync(folder, { recursive: true });
process.exitCode = status ?? 1;
