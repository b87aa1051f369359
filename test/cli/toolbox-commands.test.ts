import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterEach, describe, expect, it, vi } from "vitest";
import { checkFfmpeg } from "../../src/adapters/ffmpeg/ffmpeg-health.ts";
import * as agreement from "../../src/cli/agreement.ts";
import * as doctor from "../../src/cli/doctor.ts";
import * as measure from "../../src/cli/measure.ts";
import { fakeOpenFace } from "../support/fake-toolboxes.ts";
import { samplePhoto } from "../support/photos.ts";
import { runCommand } from "../support/run-command.ts";
import { tempFolder } from "../support/temp-folder.ts";

const photo = samplePhoto(3);
const kuleshov = (...words: string[]) => runCommand(words, [measure, agreement, doctor]);

afterEach(() => {
  vi.unstubAllEnvs();
});

/** What Py-Feat said of the woman on the right of the photo. */
async function pyFeatFile(au12 = "0.97"): Promise<string> {
  const path = join(await tempFolder(), "faces.csv");
  const header = "input,FaceRectX,FaceRectY,FaceRectWidth,FaceRectHeight,FaceScore,AU06,AU12";
  await writeFile(path, `${header}\nphotos/sample3.jpg,1450,290,250,300,0.99,0.7,${au12}\n`);
  return path;
}

describe("measure with other people's toolboxes", () => {
  it("joins a file to the faces found, and compares both with the agreement command", async () => {
    const { code, stdout, stderr } = await kuleshov(
      "measure",
      photo,
      "--evidence",
      `pyfeat@2.1.5:${await pyFeatFile()}`,
      "--json",
    );
    expect([code, stderr]).toEqual([0, expect.stringContaining("It has no column AU01")]);
    const { images } = JSON.parse(stdout);
    expect(images[0].faces.map(({ toolboxes }: { toolboxes: string[] }) => toolboxes)).toEqual([
      ["mesh@5"],
      ["mesh@5"],
      ["mesh@5", "pyfeat@2.1.5"],
    ]);
    const folder = await tempFolder();
    await writeFile(join(folder, "measured.json"), stdout);
    const out = join(folder, "figures");
    const agreed = await kuleshov("agreement", join(folder, "measured.json"), "--out", out);
    expect(agreed).toMatchObject({ code: 0, stdout: expect.stringMatching(/AU12 lip corner puller +█+ +100%/) });
    expect(await readFile(join(out, "agreement.svg"), "utf8")).toContain("pyfeat@2.1.5");
    expect(parse(await readFile(join(out, "agreement.csv"), "utf8"), { columns: true })).not.toEqual([]);
  });

  it("runs a toolbox that is on PATH, and warns of it in the end when it sees no smile", async () => {
    vi.stubEnv("PATH", await fakeOpenFace(await tempFolder()));
    vi.stubEnv("KULESHOV_CACHE", await tempFolder());
    const { code, stdout, stderr } = await kuleshov("measure", photo, "--toolbox", "openface", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout).images[0].faces[0].toolboxes).toEqual([expect.stringMatching(/^openface@unknown\+/)]);
    expect(stderr).toMatch(/openface@unknown\+\w+ is suspect, as it found no face in an image of a clear smile/);
  });

  it("prints what scripts for OpenFace read, and says what it cannot hold", async () => {
    const { code, stdout, stderr } = await kuleshov("measure", photo, "--columns", "openface");
    const rows = parse(stdout, { columns: true }) as Record<string, string>[];
    expect([code, rows.length]).toEqual([0, 3]);
    expect(rows[2]).toMatchObject({ face_id: "2", success: "1", AU12_c: "1", AU12_r: "" });
    expect(stderr).toContain("a probability is not an intensity");
  });

  it.each([
    [
      ["measure", photo, "--evidence", "nowhere.csv"],
      "Cannot import measurements as there is no such file: `nowhere.csv`\n",
    ],
    [
      ["measure", photo, "--toolbox", "libreface"],
      /^Cannot run LibreFace as there is no Python on PATH\. To install it: /,
    ],
    [["measure", photo, "--columns", "openfase"], /There are no columns "openfase"/],
    [["agreement", "nowhere"], "Cannot read measurements as there is no such file or folder: `nowhere`\n"],
  ])("refuses %j in one sentence", async (words, sentence) => {
    vi.stubEnv("PATH", "");
    const { code, stdout, stderr } = await kuleshov(...words);
    expect([code, stdout]).toEqual([2, ""]);
    if (typeof sentence === "string") expect(stderr).toBe(sentence);
    else expect(stderr).toMatch(sentence);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  it("tells of every toolbox in doctor", async () => {
    vi.stubEnv("PATH", "");
    const { code, stdout } = await kuleshov("doctor");
    expect(code).toBe(0);
    for (const name of ["openface", "openface3", "pyfeat", "libreface", "pyafar", "affdex", "blendshapes"]) {
      expect(stdout).toMatch(new RegExp(`missing +${name} `));
    }
    expect(stdout).toContain("pip install");
    expect(stdout).toMatch(/missing +ffmpeg +no `ffmpeg` here[\s\S]*kuleshov ask frames --fps 10/);
  });

  it.each([
    ["ffmpeg version 5.1.9-0+deb12u1 Copyright (c)", "ready", /^5\.1\.9-0\+deb12u1 .* reads clips and sound/],
    ["ffmpeg version N-118000-gabcdef0123 Copyright (c)", "ready", /^N-118000-gabcdef0123 /],
    ["ffmpeg version 2.8.17 Copyright (c)", "broken", /is version 2\.8\.17, and 4 or newer is needed$/],
    ["I am something else", "broken", /does not say its version as ffmpeg does$/],
  ])("reads of a program that says %j whether clips can be read", async (says, state, detail) => {
    const command = join(await tempFolder(), "ffmpeg");
    await writeFile(command, `#!/bin/sh\necho "${says}"\n`, { mode: 0o755 });
    expect(await checkFfmpeg({ command })).toMatchObject({ state, detail: expect.stringMatching(detail) });
  });
});
