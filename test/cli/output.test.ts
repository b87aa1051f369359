import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ownPath } from "../../src/platform/package-paths.ts";
import { samplePhoto } from "../support/photos.ts";
import { runCli } from "../support/run-cli.ts";
import { tempFolder } from "../support/temp-folder.ts";

const program = ownPath("bin", "kuleshov.js");

describe("standard output", () => {
  it.runIf(process.platform === "linux")("says in one sentence that the disk is full", async () => {
    const full = openSync("/dev/full", "w");
    const child = spawn(process.execPath, [program, "models", "list"], { stdio: ["ignore", full, "pipe"] });
    let stderr = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const [code] = await once(child, "close");
    closeSync(full);
    expect([code, stderr]).toEqual([
      3,
      "Cannot write the result to standard output as the disk is full: free some space\n",
    ]);
  });

  it("ends quietly when its reader has seen enough", async () => {
    const child = spawn(process.execPath, [program, "models", "list"], { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.destroy();
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const [code] = await once(child, "close");
    expect([code, stderr]).toEqual([0, ""]);
  });
});

describe("models verify", () => {
  it("verifies every network that is here, and leaves out those that were not pulled", async () => {
    const env = { KULESHOV_CACHE: await tempFolder() };
    const { code, stdout, stderr } = await runCli(["models", "verify", "--json"], { env });
    expect([code, stderr]).toEqual([0, ""]);
    const checks = JSON.parse(stdout) as { id: string; verdict: string }[];
    expect(checks.map(({ id }) => id)).toEqual(expect.arrayContaining(["blazeface-short", "face-mesh-attention"]));
    expect(checks.filter(({ verdict }) => verdict === "failed")).toEqual([]);
  });
});

describe("ask --out", () => {
  it("says that a file has the name of the folder", async () => {
    const file = join(await tempFolder(), "taken");
    await writeFile(file, "notes");
    const { code, stderr } = await runCli(["ask", samplePhoto(1), "--out", file]);
    expect([code, stderr]).toEqual([2, `Cannot write results as there is a file of that name: \`${file}\`\n`]);
  });
});
