import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { reportFailure } from "../../src/cli/failure.ts";
import { ConfigurationError, JudgmentError } from "../../src/domain/errors.ts";
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

describe("an error", () => {
  it.each([
    [
      "a full disk",
      Object.assign(new Error("ENOSPC: no space left"), { code: "ENOSPC" }),
      3,
      /^Cannot go on as the disk is full/,
    ],
    ["a bug", new TypeError("x is not a function"), 3, /^Internal error, please report it: x is not a function/],
    ["a wrong word", new ConfigurationError("There is no \u001b[2J"), 2, /^There is no \\u001b\[2J$/],
  ])("is one sentence for %s", (_what, error, code, sentence) => {
    const { said, ended } = told(error);
    expect([ended, said]).toEqual([code, [expect.stringMatching(sentence)]]);
  });

  it("is three lines for a judgment that was turned down, however much is wrong with it", () => {
    const complaints = Array.from({ length: 40 }, (_, i) => `\`subjects[${i}]\` ${"is wrong ".repeat(20)}`);
    const { said, ended } = told(
      new JudgmentError("The judgment stayed unusable: it is wrong (and 39 more)", complaints),
    );
    expect([ended, said]).toEqual([
      3,
      [
        "The judgment stayed unusable: it is wrong (and 39 more)",
        "None of it is shown, since a judgment that breaks these rules cannot be traced to measurements.",
        "Ask again, with another --seed or another --model; KULESHOV_DEBUG=1 lists all that was wrong.",
      ],
    ]);
  });

  function told(error: unknown) {
    const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const ended = reportFailure(error);
    const said = write.mock.calls
      .map(([text]) => String(text))
      .join("")
      .trimEnd()
      .split("\n");
    write.mockRestore();
    return { said, ended };
  }
});

describe("ask --out", () => {
  it("says that a file has the name of the folder", async () => {
    const file = join(await tempFolder(), "taken");
    await writeFile(file, "notes");
    const { code, stderr } = await runCli(["ask", samplePhoto(1), "--out", file]);
    expect([code, stderr]).toEqual([2, `Cannot write results as there is a file of that name: \`${file}\`\n`]);
  });
});
