import { execFile, execFileSync, spawnSync } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import * as agreement from "../../src/cli/agreement.ts";
import * as ask from "../../src/cli/ask.ts";
import * as discover from "../../src/cli/discover.ts";
import * as evaluation from "../../src/cli/eval.ts";
import * as measure from "../../src/cli/measure.ts";
import { ownPath } from "../../src/platform/package-paths.ts";
import { actionUnits as unitsOf } from "../support/builders.ts";
import { samplePhoto } from "../support/photos.ts";
import { runCli } from "../support/run-cli.ts";
import { runCommand } from "../support/run-command.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { goldenFile } from "../support/toolbox-files.ts";

const NOT_A_FILE = /^Cannot .* as (line \d+: )?it is a device or a pipe, not a file: `.*`$/m;
const PHOTO = samplePhoto(1);
const KULESHOV = ownPath("bin", "kuleshov.js");

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

  it.each<[string, (pipe: string) => string[], RegExp]>([
    ["a folder for results", (pipe) => ["measure", PHOTO, "--out", pipe], /there is a file of that name/],
    ["a folder for a report", (pipe) => ["ask", PHOTO, "--out", pipe], /there is a file of that name/],
    ["measurements to be compared", (pipe) => ["agreement", pipe], /it is a device or a pipe, not a file/],
    ["lines of measurements", (pipe) => ["agreement", `${pipe}.jsonl`], /it is a device or a pipe, not a file/],
    ["a bundle", (pipe) => ["eval", "run", "--bundle", pipe], /it is a device or a pipe, not a file/],
    ["an exemplar store", (pipe) => ["ask", PHOTO, "--store", pipe, "--shots", "2"], /it is a file, not a folder/],
    ["a neutral face", (pipe) => ["measure", PHOTO, "--neutral", pipe], /it is a device or a pipe, not a file/],
  ])("is refused at once as %s", async (_name, words, reason) => {
    const pipe = join(await tempFolder(), "pipe");
    for (const ending of ["", ".jsonl"]) execFileSync("mkfifo", [pipe + ending]);
    const { code, stderr } = await runCommand(words(pipe), [agreement, ask, evaluation, measure]);
    expect(stderr).toMatch(reason);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(code).toBeGreaterThanOrEqual(2);
  });

  it.each(["journal.jsonl", "run.lock", "faces.csv"])("is refused at once as %s of a run", async (name) => {
    const folder = await tempFolder();
    execFileSync("mkfifo", [join(folder, name)]);
    const { code, stderr } = await runCommand(["measure", PHOTO, "--out", folder], [measure]);
    expect(stderr).toMatch(/^Cannot .* as .*(device or a pipe|Kuleshov did not write).*`$/m);
    expect(code).toBeGreaterThanOrEqual(2);
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

describe.runIf(process.platform === "linux")("A place that takes no folder", () => {
  it.each(["measure", "ask"])("is refused at once for what %s writes", async (command) => {
    const { code, stderr } = await runCommand([command, PHOTO, "--out", "/proc/no-such"], [ask, measure]);
    expect([code, stderr]).toEqual([
      2,
      "Cannot write results as the folder cannot be made (there is no such file): `/proc/no-such`\n",
    ]);
  });

  it.each([
    ["/dev/zero", "it is no folder"],
    ["/proc/no-such", "there is no such file"],
  ])("is refused at once for the cache: %s", async (folder, reason) => {
    const { code, stderr } = await runCli(["measure", PHOTO], { env: { KULESHOV_CACHE: folder } });
    expect([code, stderr]).toEqual([2, `Cannot keep a cache where KULESHOV_CACHE says as ${reason}: \`${folder}\`\n`]);
  });
});

describe.runIf(process.platform === "linux")("File names that people and attackers give", () => {
  const NAMES = ["caf\xe9.jpg", "\x1b[31mred.jpg", "two\nlines.jpg", "=1+1.jpg", "a\\u001b.jpg"];

  it("are measured, listed harmlessly, and found again by what is measured next", async () => {
    const folder = await tempFolder();
    const images = join(folder, "images");
    await mkdir(images);
    for (const name of NAMES) await copyFile(PHOTO, Buffer.from(`${images}/${name}`, "latin1"));
    const [out, again] = [join(folder, "out"), join(folder, "again")];
    const { code, stdout } = await runCommand(["measure", images, "--out", out], [measure]);
    expect([code, stdout]).toEqual([0, expect.stringContaining("15 faces in 5 images")]);
    const table = await readFile(join(out, "faces.csv"), "utf8");
    for (const shown of ["caf\\udce9.jpg", "\\u001b[31mred.jpg", "a\\u005cu001b.jpg"]) expect(table).toContain(shown);
    expect(table).not.toMatch(/(?!\n)\p{Cc}/u);
    expect((await runCommand(["measure", out, "--out", again], [measure])).code).toBe(0);
    expect(await readFile(join(again, "faces.csv"), "utf8")).toBe(table);
    const shown = await runCommand(["measure", images], [measure]);
    expect(shown.stdout).toContain("/caf\\udce9.jpg");
    expect(shown.stdout).not.toMatch(/(?!\n)\p{Cc}/u);
  });

  it("are known on the command line too", async () => {
    const folder = await tempFolder();
    await copyFile(PHOTO, Buffer.from(`${folder}/caf\xe9.jpg`, "latin1"));
    const told = execFileSync("sh", [
      "-c",
      'cd "$0" && exec "$1" "$2" measure *.jpg --json',
      folder,
      process.execPath,
      KULESHOV,
    ]);
    expect(JSON.parse(told.toString())).toMatchObject({ images: [{ path: "caf\udce9.jpg" }] });
  });

  it("cannot put a line of their own among the messages", async () => {
    const { stderr } = await runCommand(["measure", "no\nMeasured 9 faces.jpg"], [measure]);
    expect(stderr).toBe("Cannot read image as there is no such file: `no\\u000aMeasured 9 faces.jpg`\n");
  });
});

const mayMount = spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]).status === 0;

describe.runIf(mayMount)("A disk that is full", () => {
  const category = "smile with lowered gaze";
  const runs: readonly (readonly [string, string, number, (folder: string) => readonly string[]])[] = [
    ["ask", "ask", 24, () => ["ask", PHOTO]],
    ["ask of many", "ask", 24, (folder) => ["ask", folder]],
    ["find", "find", 16, () => ["find", category, PHOTO, "--pack", "smiles"]],
    ["agreement", "agreement", 8, (folder) => ["agreement", join(folder, "measured.jsonl")]],
    ["import", "import", 8, () => ["import", goldenFile("openface-video.csv")]],
    ["eval run", "eval", 16, () => ["eval", "run", "facs-exam"]],
    ["discover", "discover", 24, () => ["discover", PHOTO]],
  ];
  const FULL = /^Cannot write results as the disk is full; make room and run it again with --resume, .*`\n$/m;

  /** What each ended with: all in one process, whose start would take longer than most of them. */
  let ends: readonly { readonly code: number; readonly stderr: string }[];
  beforeAll(async () => {
    const home = await mkdtemp(join(tmpdir(), "kuleshov-test-"));
    const folder = join(home, "images");
    await mkdir(folder);
    await copyFile(PHOTO, join(folder, "a.jpg"));
    const actionUnits = ["mesh@5", "other@1"].flatMap((toolbox) => unitsOf({ AU12: 0.9 }, { toolbox }));
    await writeFile(
      join(folder, "measured.jsonl"),
      `${JSON.stringify({ path: "a.jpg", widthPx: 9, heightPx: 9, sha256: "", faces: [{ actionUnits }] })}\n`.repeat(9),
    );
    const all = await Promise.all(
      runs.map(async ([, command, kilobytes, words], at) => {
        const place = join(home, String(at));
        await mkdir(place);
        return { command, kilobytes, place, words: [...words(folder), "--out", join(place, "out")] };
      }),
    );
    const driver = ownPath("test", "support", "on-full-disks.mjs");
    const { stdout } = await promisify(execFile)("unshare", ["-rm", process.execPath, driver, JSON.stringify(all)]);
    ends = JSON.parse(stdout);
    await rm(home, { recursive: true, force: true });
  });

  it.each(runs.map(([name], at) => [name, at] as const))("is said in one sentence by %s", (_name, at) => {
    expect(ends[at]).toEqual({ code: 3, stderr: expect.stringMatching(FULL) });
    expect(ends[at]?.stderr).not.toMatch(/Internal error/);
  });

  it("is said in one sentence by measure, in a process of its own", async () => {
    const place = await tempFolder();
    const script = 'mount -t tmpfs -o size=24k none "$0" && exec "$@"';
    const words = [process.execPath, KULESHOV, "measure", PHOTO, "--out", join(place, "out")];
    const { status, stderr } = spawnSync("unshare", ["-rm", "sh", "-c", script, place, ...words]);
    expect([status, String(stderr)]).toEqual([3, expect.stringMatching(FULL)]);
  });
});

describe.runIf(process.platform === "linux")("Too few files to open", () => {
  it("are said in one sentence, wherever in its work it runs out of them", () => {
    const ends = [24, 48, 52, 54, 56, 58].map((limit) => {
      const words = ["-c", `ulimit -n ${limit}; exec "$0" "$@"`, process.execPath, KULESHOV, "measure", PHOTO];
      const { status, stderr } = spawnSync("sh", words);
      return [status, String(stderr)];
    });
    const sentence = expect.stringMatching(/^Cannot (start|go on).*(open files|files are open).*\n$/);
    expect(ends[0]).toEqual([3, sentence]);
    for (const end of ends) expect(end).toEqual(end[0] === 0 ? [0, ""] : [3, sentence]);
  });
});
