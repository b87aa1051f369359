import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { CallRecord } from "../../../src/evaluation/runner/call-record.ts";
import { readJournal } from "../../../src/runs/journal.ts";
import { startAnsweringServer } from "../../support/answering-server.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const child = fileURLToPath(new URL("../../support/eval-child.mjs", import.meta.url));
const dist = fileURLToPath(new URL("../../../dist", import.meta.url));
const CALLS = 120;
const CONCURRENCY = 4;

function start(url: string, folder: string) {
  return spawn(process.execPath, [child, dist, url, folder, String(CALLS)], { stdio: ["ignore", "ignore", "inherit"] });
}

describe("a run that is killed without warning", () => {
  it("has lost and repeats no answer that had arrived before the last moment", async () => {
    const server = await startAnsweringServer({ delayMs: 4 });
    const folder = await tempFolder();
    for (const killAfter of [10, 45, 80]) {
      const process = start(server.url, folder);
      const exited = new Promise((resolve) => process.on("exit", resolve));
      while (server.requests.size < killAfter) await new Promise((resolve) => setTimeout(resolve, 2));
      process.kill("SIGKILL");
      await exited;
    }
    const last = start(server.url, folder);
    expect(await new Promise((resolve) => last.on("exit", resolve))).toBe(0);

    const recorded: string[] = [];
    for await (const line of readJournal(join(folder, "results.jsonl"))) recorded.push(CallRecord.parse(line).call);
    expect(new Set(recorded).size).toBe(CALLS);
    expect(recorded).toHaveLength(CALLS);
    // Only calls under way at a kill (four asked and four on their way to disk at most, three kills) can come twice.
    const asked = [...server.requests.values()].reduce((sum, n) => sum + n, 0);
    expect(asked - CALLS).toBeLessThanOrEqual(3 * 2 * CONCURRENCY);
  });
});
