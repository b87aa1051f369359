import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { openFaceToolbox } from "../../../src/adapters/openface/openface-toolbox.ts";
import { pyFeatToolbox } from "../../../src/adapters/pyfeat/pyfeat-toolbox.ts";
import type { ProgramLimits } from "../../../src/adapters/toolbox-process/process-toolbox.ts";
import { InferenceError } from "../../../src/domain/errors.ts";
import type { FerToolbox } from "../../../src/ports/fer-toolbox.ts";
import { FAKE_PYFEAT, type FakeOpenFace, fakeOpenFace, fakePython, plainImage } from "../../support/fake-toolboxes.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const QUICK: ProgramLimits = { startLimitMs: 2_000, limitPerImageMs: 100 };
const PATIENT: ProgramLimits = { startLimitMs: 20_000 };

// Every run has a temporary folder, and every test must leave none: they get a place of their own to be counted in.
const runs = mkdtempSync(join(tmpdir(), "kuleshov-runs-"));
const usualTmpdir = process.env.TMPDIR;
beforeEach(() => {
  process.env.TMPDIR = runs;
});
afterEach(() => {
  if (usualTmpdir === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = usualTmpdir;
  expect(readdirSync(runs).filter((name) => name.startsWith("kuleshov-toolbox-"))).toEqual([]);
});
afterAll(() => rmSync(runs, { recursive: true, force: true }));

async function openFace(behaviour: FakeOpenFace, limits = PATIENT): Promise<{ toolbox: FerToolbox; folder: string }> {
  const folder = await tempFolder();
  await fakeOpenFace(folder, behaviour);
  const found = await openFaceToolbox({ env: { PATH: folder }, platform: process.platform }, limits).find?.();
  if (found === undefined || "missing" in found) throw new Error(`not found: ${found?.missing}`);
  return { toolbox: found.open(), folder };
}

const smileOf = (faces: Awaited<ReturnType<FerToolbox["measure"]>>) =>
  faces[0]?.actionUnits.find(({ au, scale }) => au === "AU12" && scale === "intensity-0-5")?.value;

/** Whether a process runs. One that has ended and that nobody has asked about yet does not. */
const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const status = `/proc/${pid}/stat`;
  return !existsSync(status) || !/\) [ZX] /.test(readFileSync(status, "utf8"));
};

describe("a toolbox that misbehaves", () => {
  it("is believed by what it wrote, not by its exit code", async () => {
    const { toolbox } = await openFace({ after: "process.exit(3);" });
    expect(smileOf(await toolbox.measure(plainImage(204)))).toBe(4);
  });

  it("is not believed when it ends well and wrote nothing: its last words are the reason", async () => {
    const { toolbox } = await openFace({
      before: 'console.log("Loading the model"); console.log("ERROR: Could not load the landmark detector"); return;',
    });
    const refusal = toolbox.measure(plainImage(200));
    await expect(refusal).rejects.toThrow(InferenceError);
    await expect(refusal).rejects.toThrow(
      'OpenFace 2 ended with exit code 0 and wrote nothing about level-200.png: it said "ERROR: Could not load the landmark detector"',
    );
  });

  it("does not turn a crash into 'no face', and is tried again alone for the image that it crashed on", async () => {
    const crash =
      'if (levelOf(path.join(input, file)) === 77) process.kill(process.pid, "SIGSEGV"), await new Promise(() => 0);';
    const { toolbox } = await openFace({ each: crash });
    const results = await Promise.allSettled([204, 77, 102].map((level) => toolbox.measure(plainImage(level))));
    expect(
      results.map((result) => (result.status === "fulfilled" ? smileOf(result.value) : String(result.reason))),
    ).toEqual([
      4,
      expect.stringContaining("OpenFace 2 was killed and wrote nothing about level-77.png"),
      expect.any(String),
    ]);
    expect(smileOf(await toolbox.measure(plainImage(102)))).toBe(2);
  });

  it("loses only the image whose table is cut short", async () => {
    const { toolbox } = await openFace({ change: "if (level === 51) text = text.slice(0, -40);" });
    const results = await Promise.allSettled([204, 51].map((level) => toolbox.measure(plainImage(level))));
    expect(results[0]).toMatchObject({ status: "fulfilled" });
    expect(results[1]).toMatchObject({
      reason: expect.objectContaining({
        name: "InferenceError",
        message: expect.stringMatching(/could not measure level-51.png: .*ends in the middle of a row/),
      }),
    });
  });

  it("is stopped with everything it started when it hangs, and says after how long", async () => {
    const pids = join(await tempFolder(), "pids");
    const { toolbox } = await openFace(
      {
        before: `const helper = require("node:child_process").spawn(process.execPath, ["-e", "process.on('SIGTERM', () => 0); setInterval(() => 0, 1000)"]);
          process.on("SIGTERM", () => 0);
          fs.writeFileSync(${JSON.stringify(pids)}, process.pid + " " + helper.pid);
          console.error("Reading the intensity experts");
          await new Promise(() => setInterval(() => 0, 1000));`,
      },
      QUICK,
    );
    await expect(toolbox.measure(plainImage(200))).rejects.toThrow(
      /OpenFace 2 was stopped after 2 s without a result for level-200.png: it said "Reading the intensity experts"/,
    );
    const [own = 0, helper = 0] = readFileSync(pids, "utf8").split(" ").map(Number);
    // A killed process is there until whoever inherits it has taken notice.
    await expect.poll(() => [alive(own), alive(helper)], { timeout: 10_000 }).toEqual([false, false]);
  });

  it("keeps what it wrote before it hung on a later image", async () => {
    const { toolbox } = await openFace(
      { each: "if (levelOf(path.join(input, file)) === 77) await new Promise(() => setInterval(() => 0, 1000));" },
      QUICK,
    );
    const results = await Promise.allSettled([204, 102, 77].map((level) => toolbox.measure(plainImage(level))));
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
  });

  it("may flood stderr without end: the last of it is kept", async () => {
    const flood =
      'const noise = "x".repeat(1 << 20) + "\\n"; for (let i = 0; i < 60; i++) if (!process.stderr.write(noise)) await new Promise((r) => process.stderr.once("drain", r));';
    const { toolbox } = await openFace({ before: flood });
    const rss = process.memoryUsage().rss;
    expect(smileOf(await toolbox.measure(plainImage(204)))).toBe(4);
    // 60 MB went by; what stays is a few kB, the rest is the garbage collector's business.
    expect(process.memoryUsage().rss - rss).toBeLessThan(150e6);
  });

  it("may be slow to start", async () => {
    const { toolbox } = await openFace({ before: "await new Promise((r) => setTimeout(r, 400));" });
    expect(smileOf(await toolbox.measure(plainImage(204)))).toBe(4);
  });

  it("is stopped when the user interrupts, and its copies of images are removed", async () => {
    const started = join(await tempFolder(), "started");
    const { toolbox } = await openFace({
      before: `fs.writeFileSync(${JSON.stringify(started)}, String(process.pid)); await new Promise(() => setInterval(() => 0, 1000));`,
    });
    const controller = new AbortController();
    const underway = toolbox.measure(plainImage(200), controller.signal);
    while (!existsSync(started) || readFileSync(started, "utf8") === "")
      await new Promise((resume) => setTimeout(resume, 20));
    controller.abort();
    await expect(underway).rejects.toThrow(/abort/i);
    await toolbox.close();
    expect(alive(Number(readFileSync(started, "utf8")))).toBe(false);
  });
});

describe("running a toolbox", () => {
  it("measures images that wait in one start", async () => {
    const starts = join(await tempFolder(), "starts");
    const { toolbox } = await openFace({
      before: `fs.appendFileSync(${JSON.stringify(starts)}, fs.readdirSync(input).length + "\\n");`,
    });
    const levels = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100];
    const smiles = await Promise.all(levels.map(async (level) => smileOf(await toolbox.measure(plainImage(level)))));
    expect(smiles).toEqual(levels.map((level) => Number((level / 51).toFixed(2))));
    expect(readFileSync(starts, "utf8").trim().split("\n")).toEqual(["8", "2"]);
  });

  it("gives it copies without the images' names, and no keys", async () => {
    process.env.KULESHOV_TEST_API_KEY = "sk-never";
    const seen = join(await tempFolder(), "seen");
    const { toolbox } = await openFace({
      before: `fs.writeFileSync(${JSON.stringify(seen)}, JSON.stringify({ files: fs.readdirSync(input), env: process.env }));`,
    });
    await toolbox.measure(plainImage(200, "Ann Smith, patient 7.jpg"));
    delete process.env.KULESHOV_TEST_API_KEY;
    const { files, env } = JSON.parse(readFileSync(seen, "utf8"));
    expect(files).toEqual(["0000.png"]);
    expect(JSON.stringify(env)).not.toContain("sk-never");
    expect(env.PATH).toBe(process.env.PATH);
  });

  it("names the image that the toolbox could not measure, with the toolbox's own words", async () => {
    const folder = await fakePython(await tempFolder(), FAKE_PYFEAT);
    const found = await pyFeatToolbox({ env: { PATH: folder }, platform: process.platform }).find?.();
    if (found === undefined || "missing" in found) throw new Error("not found");
    const toolbox = found.open();
    const results = await Promise.allSettled([200, 13, 100].map((level) => toolbox.measure(plainImage(level))));
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(results[1]).toMatchObject({
      reason: { message: "Py-Feat could not measure level-13.png: RuntimeError: unlucky image" },
    });
  });
});

describe("finding a toolbox", () => {
  const find = (env: NodeJS.ProcessEnv) => openFaceToolbox({ env, platform: process.platform }).find?.();

  it("looks where the setting says: at a program or in a folder", async () => {
    const folder = join(await tempFolder(), "OpenFace_2.2.0", "bin");
    await fakeOpenFace(folder);
    expect(await find({ KULESHOV_OPENFACE: folder })).toMatchObject({ id: "openface@2.2.0" });
    expect(await find({ KULESHOV_OPENFACE: join(folder, "FaceLandmarkImg"), PATH: "" })).toMatchObject({
      id: "openface@2.2.0",
    });
  });

  it("tells builds apart by their hash where the version is not in the path", async () => {
    const one = await find({ PATH: await fakeOpenFace(await tempFolder()) });
    const other = await find({ PATH: await fakeOpenFace(await tempFolder(), { after: "0;" }) });
    expect(one).toMatchObject({ id: expect.stringMatching(/^openface@unknown\+[0-9a-f]{8}$/) });
    expect(other).toMatchObject({ id: expect.not.stringContaining((one as { id: string }).id) });
  });

  it("says why it is not there", async () => {
    expect(await find({ PATH: "" })).toEqual({ missing: "there is no FaceLandmarkImg on PATH" });
    expect(await find({ KULESHOV_OPENFACE: "nowhere" })).toEqual({
      missing: "there is no FaceLandmarkImg where KULESHOV_OPENFACE says (nowhere)",
    });
  });

  it("does not take a stranger of the same name for it, nor a file that is no program", async () => {
    const stranger = await fakeOpenFace(await tempFolder(), { greeting: "hello" });
    expect(await find({ PATH: stranger })).toMatchObject({
      missing: expect.stringContaining("does not answer like FaceLandmarkImg"),
    });
    const folder = await tempFolder();
    await mkdir(join(folder, "bin"));
    await writeFile(join(folder, "bin", "FaceLandmarkImg"), Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0]));
    await chmod(join(folder, "bin", "FaceLandmarkImg"), 0o755);
    expect(await find({ PATH: join(folder, "bin") })).toMatchObject({
      missing: expect.stringContaining("FaceLandmarkImg"),
    });
  });

  it("finds the Python that has a package: of the setting, behind its command, active, on PATH", async () => {
    const { libreFaceToolbox } = await import("../../../src/adapters/libreface/libreface-toolbox.ts");
    const { FAKE_LIBREFACE } = await import("../../support/fake-toolboxes.ts");
    const venv = await tempFolder();
    await fakePython(join(venv, "bin"), FAKE_LIBREFACE);
    const python = join(venv, "bin", "python3");
    const scripts = await tempFolder();
    await writeFile(join(scripts, "libreface"), `#!${python}\nfrom libreface.commandline import main_func\n`);
    await chmod(join(scripts, "libreface"), 0o755);
    const found = (env: NodeJS.ProcessEnv) => libreFaceToolbox({ env, platform: process.platform }).find?.();
    for (const env of [
      { KULESHOV_LIBREFACE: venv },
      { KULESHOV_LIBREFACE: python },
      { VIRTUAL_ENV: venv },
      { PATH: scripts },
      { PATH: join(venv, "bin") },
    ]) {
      expect(await found(env)).toMatchObject({ id: "libreface@0.2.0", path: python });
    }
    const other = await fakePython(await tempFolder(), FAKE_PYFEAT);
    expect(await found({ PATH: other })).toEqual({ missing: "no Python on PATH has libreface" });
    expect(await found({ KULESHOV_LIBREFACE: other, PATH: scripts })).toMatchObject({
      missing: expect.stringContaining("where KULESHOV_LIBREFACE says"),
    });
  });
});
