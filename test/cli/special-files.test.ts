import { execFileSync } from "node:child_process";
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import * as ask from "../../src/cli/ask.ts";
import * as discover from "../../src/cli/discover.ts";
import * as evaluation from "../../src/cli/eval.ts";
import * as measure from "../../src/cli/measure.ts";
import { samplePhoto } from "../support/photos.ts";
import { runCommand } from "../support/run-command.ts";
import { tempFolder } from "../support/temp-folder.ts";

const NOT_A_FILE = /^Cannot .* as (line \d+: )?it is a device or a pipe, not a file: `.*`$/m;
const PHOTO = samplePhoto(1);

describe.skipIf(process.platform === "win32")("A named pipe in place of a file", () => {
  it.each<[string, (pipe: string) => string[], number]>([
    ["an image", (pipe) => ["measure", pipe], 3],
    ["a table of inputs", (pipe) => ["measure", `${pipe}.csv`], 2],
    ["a video", (pipe) => ["measure", `${pipe}.mp4`], 3],
    ["an image to ask about", (pipe) => ["ask", pipe], 3],
    ["a pack", (pipe) => ["ask", PHOTO, "--pack", `${pipe}.jsonl`], 3],
    ["a toolbox's results", (pipe) => ["ask", PHOTO, "--evidence", `openface:${pipe}.csv`], 2],
    ["a toolbox's results in JSON", (pipe) => ["ask", PHOTO, "--evidence", `mediapipe:${pipe}.json`], 2],
    ["an evaluation", (pipe) => ["eval", "run", `${pipe}.eval.yaml`], 2],
    ["a taxonomy", (pipe) => ["discover", PHOTO, "--known", `${pipe}.json`, "--out", `${pipe}-out`], 2],
  ])("is refused at once as %s", async (_name, words, expected) => {
    const pipe = join(await tempFolder(), "pipe");
    for (const ending of ["", ".csv", ".mp4", ".jsonl", ".json", ".eval.yaml"]) execFileSync("mkfifo", [pipe + ending]);
    const { code, stderr } = await runCommand(words(pipe), [ask, discover, evaluation, measure]);
    expect(stderr).toMatch(NOT_A_FILE);
    expect(code).toBe(expected);
  });

  it("is passed over in a folder, and said", async () => {
    const folder = join(await tempFolder(), "images");
    await mkdir(folder);
    await copyFile(PHOTO, join(folder, "one.jpg"));
    execFileSync("mkfifo", [join(folder, "two.jpg")]);
    const { code, stderr } = await runCommand(["measure", folder], [measure]);
    expect(stderr).toMatch(NOT_A_FILE);
    expect(code).toBe(1);
  });
});
