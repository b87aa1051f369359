import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parse } from "csv-parse/sync";
import sharp from "sharp";
import { describe, expect, it, vi } from "vitest";
import * as measuring from "../../src/cli/measure.ts";
import { ImageRecord } from "../../src/measuring/measurement-json.ts";
import { networkProvenance } from "../../src/networks/network.ts";
import { acquireLock } from "../../src/platform/file-lock.ts";
import { StudyDescription } from "../../src/study/study-folder.ts";
import { installFakeFfmpeg, type Shot, writeVideo } from "../support/fake-ffmpeg.ts";
import { samplePhoto } from "../support/photos.ts";
import { runCli } from "../support/run-cli.ts";
import { runCommand } from "../support/run-command.ts";
import { spokenSound } from "../support/spoken-sound.ts";
import { tempFolder } from "../support/temp-folder.ts";

type Row = Record<string, string>;

async function table(folder: string, name: string): Promise<Row[]> {
  return parse(await readFile(join(folder, name), "utf8"), { columns: true }) as Row[];
}

/** Runs a command in this process, on one worker thread: opening the networks on each takes longer than a few images. */
const here = (words: readonly string[]) => runCommand([...words, "--workers", "1"], [measuring]);

/** Resolves when a table has more rows than now. */
async function anotherRow(folder: string, name: string): Promise<void> {
  const count = () =>
    readFile(join(folder, name), "utf8").then(
      (text) => text.split("\n").length,
      () => 2, // as many as a header makes
    );
  for (const before = await count(); (await count()) <= before; ) await setTimeout(5);
}

describe("measure --out", () => {
  it("writes tables, a data dictionary, what failed and why, and settings", async () => {
    const folder = await tempFolder();
    await writeFile(join(folder, "broken.jpg"), (await readFile(samplePhoto(1))).subarray(0, 4000));
    await sharp({ create: { width: 300, height: 200, channels: 3, background: "#789" } }).toFile(
      join(folder, "wall.png"),
    );
    const list = join(folder, "list.csv");
    const lines = ["path", samplePhoto(3), "wall.png", "gone.jpg", "broken.jpg", "wall.png"];
    await writeFile(list, `${lines.join("\n")}\n`);
    const out = join(folder, "deep", "study");

    const run = await here(["measure", list, "--out", out]);
    expect(run).toEqual({
      code: 1,
      stdout: `Measured 3 faces in 2 images; 3 failed, see failures.csv. \`${out}\`\n`,
      stderr: "",
    });
    expect((await readdir(out)).sort()).toEqual([
      "data-dictionary.csv",
      "faces.csv",
      "failures.csv",
      "images.csv",
      "journal.jsonl",
      "measurements.jsonl",
      "study.html",
      "study.json",
    ]);
    const page = await readFile(join(out, "study.html"), "utf8");
    expect(page).toContain("3 faces in 2 images or frames, 1 of which show none; 3 failed.");
    expect(page).toMatch(/<span>happiness<\/span><meter min="0" max="\d" value="\d"/);
    expect(page).toContain('aria-label="AU12 of 3 faces, most of them from ');
    expect(page).toContain("broken.jpg: ");
    expect(page).not.toMatch(/<script|https?:/);
    const faces = await table(out, "faces.csv");
    expect(faces.map(({ path, face_id, track_id }) => [path, face_id, track_id])).toEqual(
      ["F1", "F2", "F3"].map((id) => [samplePhoto(3), id, ""]),
    );
    expect(Number(faces[2]?.AU12_both)).toBeGreaterThan(0.5);
    expect((await table(out, "images.csv")).map((row) => [row.width_px, row.faces])).toEqual([
      ["1920", "3"],
      ["300", "0"],
    ]);
    expect(await table(out, "failures.csv")).toEqual([
      { path: join(folder, "gone.jpg"), reason: expect.stringContaining("there is no such file") },
      { path: join(folder, "broken.jpg"), reason: expect.stringContaining("damaged or cut short") },
      {
        path: join(folder, "wall.png"),
        reason: expect.stringContaining("Listed twice, measured once: line 6 repeats line 3"),
      },
    ]);
    const records = (await readFile(join(out, "measurements.jsonl"), "utf8")).trimEnd().split("\n");
    expect(records.map((line) => ImageRecord.parse(JSON.parse(line)).faces.length)).toEqual([3, 0]);
    const dictionary = await table(out, "data-dictionary.csv");
    for (const name of ["faces.csv", "images.csv", "failures.csv"]) {
      const explained = dictionary.filter(({ file }) => file === name).map(({ column }) => column);
      const [header = ""] = (await readFile(join(out, name), "utf8")).split("\n");
      // How numbers are rounded is said of the table.
      expect(explained).toEqual([...header.split(","), ...(name === "faces.csv" ? [""] : [])]);
    }
    expect(dictionary.find(({ column }) => column === "")).toMatchObject({
      meaning: expect.stringMatching(/three decimals/),
    });
    const description = StudyDescription.parse(JSON.parse(await readFile(join(out, "study.json"), "utf8")));
    expect(description).toMatchObject({
      state: "finished",
      counts: { images: 2, faces: 3, failures: 3 },
      settings: { inputs: [list], toolboxes: [{ id: "mesh@5" }], neutral: null },
    });
  });

  it("goes on with an output only when told how, and with a study only under its own settings", async () => {
    const out = join(await tempFolder(), "study");
    const photo = samplePhoto(2);
    const measure = (...more: string[]) => runCommand(["measure", photo, "--out", out, ...more], [measuring]);
    expect((await measure()).code).toBe(0);
    const faces = await readFile(join(out, "faces.csv"), "utf8");

    expect(await measure()).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("holds a finished run: --resume goes on with it, --force starts it anew"),
    });
    expect(await measure("--resume", "--fps", "2", "--landmarks")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("other settings (--fps: 5 -> 2, --landmarks: no -> yes)"),
    });
    expect(await measure("--resume", "--mirrored")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--mirrored"),
    });
    expect(await readFile(join(out, "faces.csv"), "utf8")).toBe(faces);

    await writeFile(join(out, "notes.txt"), "mine");
    await writeFile(join(out, "faces.csv"), "spoilt");
    expect(await measure("--resume")).toMatchObject({ code: 3, stderr: expect.stringContaining("--force") });
    expect((await measure("--force")).code).toBe(0);
    expect(await readFile(join(out, "faces.csv"), "utf8")).toBe(faces);
    expect(await readFile(join(out, "notes.txt"), "utf8")).toBe("mine");
    expect((await measure("--force", "--mirrored")).code).toBe(0);
    const description = StudyDescription.parse(JSON.parse(await readFile(join(out, "study.json"), "utf8")));
    expect(description.settings).toMatchObject({ mirrored: true });

    const other = await tempFolder();
    await writeFile(join(other, "faces.csv"), "somebody's");
    for (const mode of ["--resume", "--force"]) {
      const refused = await runCommand(["measure", photo, "--out", other, mode], [measuring]);
      expect(refused).toMatchObject({
        code: 2,
        stderr: expect.stringContaining("a file of that name that Kuleshov did not write"),
      });
    }
    expect(await readFile(join(other, "faces.csv"), "utf8")).toBe("somebody's");
  });

  it("keeps two processes from writing into one study, and takes over from one that was killed", async () => {
    const out = join(await tempFolder(), "study");
    await mkdir(out);
    const lock = await acquireLock(join(out, "run.lock"));
    const measure = ["measure", samplePhoto(2), "--out", out];
    expect(await runCommand(measure, [measuring])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(`process ${process.pid} on .* is at work in the folder`),
    });
    if ("release" in lock) await lock.release();
    await writeFile(join(out, "run.lock"), `process ${process.pid} on this machine\n`); // as a killed process leaves it
    expect((await here(measure)).code).toBe(0);
    expect(await readdir(out)).not.toContain("run.lock");
  });

  it("draws every face on contact sheets", async () => {
    const out = join(await tempFolder(), "study");
    const run = await here(["measure", samplePhoto(4), samplePhoto(1), "--out", out, "--contact-sheet"]);
    expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining("1 contact sheet drawn") });
    const sheet = sharp(join(out, "contact-sheet-001.jpg"));
    const { width, height } = await sheet.metadata();
    expect([width, (height ?? 0) > 300]).toEqual([1598, true]);
    // Seven portraits in one row; beside the last there is paper, in it there is not.
    const inkAt = async (column: number) => {
      const region = { left: 32 + column * 194, top: 96, width: 176, height: 176 };
      const { channels } = await sharp(await sheet.clone().extract(region).toBuffer()).stats();
      return channels[0]?.stdev ?? 0;
    };
    expect(await inkAt(6)).toBeGreaterThan(10);
    expect(await inkAt(7)).toBeLessThan(2);
  });

  it.each([
    [["--json", "--csv"], "Choose one of --json and --csv"],
    [["--resume"], "need --out with the folder of the study"],
    [["--out", "x", "--json"], "--out writes both JSON and CSV"],
    [["--out", "x", "--resume", "--force"], "Choose one of --resume"],
    [["--fps", "0"], 'A frame rate is a number from above 0 to 1000, not "0"'],
    [["--workers", "many"], 'A number of workers is a whole number from 1 to 256, not "many"'],
    [["--landmarks"], "--landmarks needs --json or --out"],
    [["--neutral", "gone.jpg"], "Cannot use neutral face as it cannot be read"],
    [["--out", import.meta.filename], "there is a file of that name"],
  ])("refuses %j in one sentence", async (words, sentence) => {
    const run = await runCommand(["measure", samplePhoto(2), ...words], [measuring]);
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr.trimEnd().split("\n")).toEqual([expect.stringContaining(sentence)]);
  });
});

describe("measure on videos", () => {
  const party: Shot = { fromS: 0, photo: samplePhoto(1), leftPx: 300, topPx: 200, widthPx: 900, movesXPxPerS: 0 };

  async function setUp() {
    const folder = await tempFolder();
    vi.stubEnv("KULESHOV_FFMPEG", await installFakeFfmpeg(folder));
    return folder;
  }

  it("follows people through moving images and across cuts, with the true time of every frame", async () => {
    const folder = await setUp();
    const moving = { ...party, movesXPxPerS: 80 };
    const meanwhile = { ...party, fromS: 0.8, photo: samplePhoto(6), leftPx: 1000, topPx: 200 };
    const back = { ...party, fromS: 1.2, leftPx: 360, topPx: 240 };
    const clip = join(folder, "clip.mp4");
    await writeVideo(clip, { shots: [moving, meanwhile, back], durationS: 1.6, fps: 25, widthPx: 720, heightPx: 480 });
    const { code, stdout } = await here(["measure", clip, "--fps", "5", "--csv"]);
    const rows = parse(stdout, { columns: true }) as Row[];
    expect(code).toBe(0);
    const times = [...new Set(rows.map(({ frame, timestamp_s }) => `${frame} at ${timestamp_s}`))];
    expect(times).toEqual(["0 at 0", "1 at 0.2", "2 at 0.4", "3 at 0.6", "4 at 0.8", "5 at 1", "6 at 1.2", "7 at 1.4"]);
    const idsIn = (frame: number) => rows.filter((row) => row.frame === String(frame)).map(({ track_id }) => track_id);
    const [first, last] = [idsIn(0), idsIn(7)];
    expect(first.length).toBeGreaterThanOrEqual(2);
    for (const frame of [1, 2, 3, 6]) expect(idsIn(frame)).toEqual(first);
    expect(last).toEqual(first); // the same people after the scene in between
    for (const id of idsIn(4)) expect(first).not.toContain(id);
    expect(idsIn(5)).toEqual(idsIn(4));
  });

  it("loses and repeats nothing when it is killed and interrupted, in the middle of a video too", async () => {
    const folder = await setUp();
    const inputs = join(folder, "inputs");
    await mkdir(inputs);
    await sharp(samplePhoto(2)).resize(640).toFile(join(inputs, "a.jpg"));
    const shots = [{ ...party, movesXPxPerS: 60 }];
    const sound = join(folder, "sound.f32");
    const spoken = [{ fromS: 0.4, seconds: 0.6, hz: [200, 220] as const }];
    await writeFile(sound, new Uint8Array(spokenSound({ seconds: 1.4, noise: 0.001, spoken }).buffer));
    await writeVideo(join(inputs, "b.mp4"), { shots, durationS: 1.4, fps: 10, pauseMs: 120, sound });
    await sharp(samplePhoto(3)).resize(640).toFile(join(inputs, "c.jpg"));
    const [whole, parts] = [join(folder, "whole"), join(folder, "parts")];
    const more = ["--resume", "--contact-sheet", "--voices"];
    const measure = (out: string) => ["measure", inputs, "--fps", "10", "--out", out, ...more];
    expect((await here(measure(whole))).code).toBe(0);

    const killed = await runCli(measure(parts), { kill: anotherRow(parts, "images.csv") });
    expect(killed.code).toBeNull();
    const interrupted = await runCli(measure(parts), { interrupt: anotherRow(parts, "images.csv") });
    expect(interrupted).toMatchObject({ code: 130, stderr: expect.stringContaining("run it again with --resume") });
    expect(StudyDescription.parse(JSON.parse(await readFile(join(parts, "study.json"), "utf8"))).state).toBe(
      "interrupted",
    );
    const frames = (await table(parts, "images.csv")).length - 1;
    expect([frames > 1, frames < 14]).toEqual([true, true]);

    // With another number of workers than it began with.
    expect(await here(measure(parts))).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("in 16 images and frames;"),
    });
    for (const name of [
      "faces.csv",
      "images.csv",
      "failures.csv",
      "measurements.jsonl",
      "episodes.csv",
      "voices.csv",
    ]) {
      expect(await readFile(join(parts, name), "utf8")).toBe(await readFile(join(whole, name), "utf8"));
    }
    expect(await readdir(parts)).toEqual(await readdir(whole));
    const heard = (await table(parts, "voices.csv")).map(({ kind, from_s }) => [kind, Number(from_s).toFixed(1)]);
    expect(heard).toEqual([["stretch", "0.4"]]);
    // Who was followed is known to nobody any more.
    expect(await readFile(join(parts, "journal.jsonl"), "utf8")).not.toContain("descriptor");
  });

  it("measures a person in a video against their resting face, and says when they are not in it", async () => {
    const folder = await setUp();
    const shot = { ...party, photo: samplePhoto(5), leftPx: 500, topPx: 0, widthPx: 900 };
    const clip = await writeVideo(join(folder, "clip.mp4"), {
      shots: [shot],
      widthPx: 900,
      heightPx: 600,
      durationS: 0.5,
    });
    const neutral = join(folder, "neutral.png");
    await sharp(samplePhoto(5)).extract({ left: 720, top: 60, width: 290, height: 310 }).toFile(neutral);
    const found = await here(["measure", clip, "--neutral", neutral, "--csv"]);
    const rows = parse(found.stdout, { columns: true }) as Row[];
    expect(found.code).toBe(0);
    const against = rows.filter(({ neutral_sha256 }) => neutral_sha256 !== "");
    expect(new Set(against.map(({ track_id }) => track_id)).size).toBe(1);
    expect(against.length).toBe(3);
    expect(rows.length).toBeGreaterThan(3);

    const others = await writeVideo(join(folder, "others.mp4"), {
      shots: [{ ...party, photo: samplePhoto(6) }],
      durationS: 0.3,
    });
    const missed = await here(["measure", others, "--neutral", neutral, "--csv"]);
    expect(missed).toMatchObject({ code: 1, stderr: expect.stringContaining("nobody in") });
  });

  it("says in one sentence what is wrong with a video, and measures the rest", async () => {
    const folder = await setUp();
    const sound = await writeVideo(join(folder, "sound.mp4"), { shots: [] });
    const cut = await writeVideo(join(folder, "cut.mkv"), { shots: [party], brokenFromS: 0.5 });
    const both = await here(["measure", sound, cut, samplePhoto(2), "--json"]);
    const { images, failures } = JSON.parse(both.stdout);
    expect(both.code).toBe(1);
    expect(images.map(({ frame }: { frame?: { index: number } }) => frame?.index ?? null)).toEqual([0, 1, 2, null]);
    expect(failures).toEqual([
      { path: sound, reason: expect.stringContaining("it has no video stream") },
      { path: cut, reason: expect.stringContaining("some of it is damaged") },
    ]);
    vi.stubEnv("KULESHOV_FFMPEG", join(folder, "nowhere", "ffmpeg"));
    const without = await here(["measure", cut]);
    expect(without).toMatchObject({ code: 3, stdout: "" });
    expect(without.stderr).toMatch(/^Cannot read clip as ffmpeg, which reads videos, is not installed: .*\n$/);
  });
});

describe("measure --device", () => {
  it.each([
    [["--device", "cuda"], {}],
    [[], { KULESHOV_DEVICE: "cuda" }],
  ])("refuses what the runtime cannot use before anything is begun: %j %j", async (words, env) => {
    const out = join(await tempFolder(), "study");
    const { code, stdout, stderr } = await runCli(["measure", samplePhoto(3), "--out", out, ...words], { env });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(
      /^onnxruntime-node 1\.16\.3 on \S+ \S+ cannot run networks on "cuda": leave out --device .*\n$/,
    );
    expect(existsSync(out)).toBe(false);
  });

  it("tells measurements of another device apart", async () => {
    const plain = await networkProvenance("face-check");
    vi.stubEnv("KULESHOV_DEVICE", "cuda");
    expect(await networkProvenance("face-check")).toEqual({ ...plain, device: "cuda" });
    vi.stubEnv("KULESHOV_DEVICE", "cpu");
    expect(await networkProvenance("face-check")).toEqual(plain);
    vi.unstubAllEnvs();
  });
});
