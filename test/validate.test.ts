import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import * as validation from "../src/cli/validate.ts";
import type { SubjectJudgment } from "../src/domain/judgment.ts";
import { PASSPORT_FILES, validate } from "../src/validate.ts";
import { openBrowser } from "./support/browser.ts";
import { judgment, subject } from "./support/builders.ts";
import { fixedToolbox } from "./support/fixed-toolbox.ts";
import { calls, says, saysJson } from "./support/model-server.ts";
import { startOpenAiServer } from "./support/openai-server.ts";
import { samplePhoto } from "./support/photos.ts";
import { runCommand } from "./support/run-command.ts";
import { carefulJudgment, toldIn } from "./support/scripted-judge.ts";
import { tempFolder } from "./support/temp-folder.ts";

const run = (...words: string[]) => runCommand(["validate", ...words], [validation]);

/** A folder with a table of labels, and images of these names. */
async function labelledFolder(
  table: string,
  images: readonly string[] = [],
): Promise<{ folder: string; labels: string }> {
  const folder = await tempFolder();
  const labels = join(folder, "labels.csv");
  await writeFile(labels, table);
  for (const image of images) await copyFile(samplePhoto(3), join(folder, image));
  return { folder, labels };
}

describe("kuleshov validate", () => {
  it("measures labelled faces with the real networks and says how well, in four files and on a page that fits a phone", async () => {
    const { folder, labels } = await labelledFolder(
      "path,face,label,codes,subject,group\na.jpg,F2,happiness,6+12+25,p1,x\na.jpg,F3,happiness,12+25,p2,<b>&y\na.jpg,F9,fear,1+2,p3,x\n",
      ["a.jpg"],
    );
    const out = join(folder, "out");
    const { code, stdout, stderr } = await run(folder, labels, "--out", out);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/Written: .*passport\.html/) });
    expect(stdout).toMatch(/mesh@\d+ +agreement index +[01]\.\d\d .*n 2$/m);
    expect(stdout).toMatch(/rules, face only +accuracy +1\.00.*n 2$/m);
    expect(stdout).toMatch(/No face was found for 1 row, 1 of them with codes: they are unscored, not wrong\./);
    const csv = await readFile(join(out, "passport.csv"), "utf8");
    expect(csv.split("\n")[0]).toBe("section,source,of,measure,value,low,high,n,unscored");
    expect(csv).toMatch(/^action units,mesh@\d+,AU12,share shown,1,1,1,2,1$/m);
    for (const change of ["re-encoded", "mirrored", "darker", "lighter", "half size", "turned 10°"]) {
      expect(csv).toMatch(new RegExp(`^test-retest,mesh@\\d+,${change},face found again,1,1,1,2,0$`, "m"));
    }
    expect(stdout).toContain((await readFile(join(out, "paragraph.txt"), "utf8")).trim());
    const browser = await openBrowser();
    try {
      for (const width of [1400, 390]) {
        const page = await browser.newPage({ viewport: { width, height: 900 } });
        const faults: string[] = [];
        page.on("console", (message) => faults.push(message.text()));
        await page.goto(`file://${join(out, "passport.html")}`);
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
        expect(await page.locator("main").innerText()).toContain("<b>&y");
        expect(faults).toEqual([]);
        await page.close();
      }
    } finally {
      await browser.close();
    }
  });

  it("has models read the faces too, in the same table, and counts a face that one failed on as unscored", async () => {
    const table = "path,face,label\na.jpg,F2,happiness\nb.jpg,F3,happiness\n";
    const { folder, labels } = await labelledFolder(table, ["a.jpg"]);
    await sharp(samplePhoto(3)).resize(900).toFile(join(folder, "b.jpg"));
    const server = await startOpenAiServer((asked) => {
      if (toldIn(asked).includes("900 x")) return says("I would rather not");
      if (!asked.messages.some(({ role }) => role === "tool")) return calls("measure_face", { faceId: "F2" });
      const [smiling] = carefulJudgment(asked, "F2").subjects;
      return saysJson(judgment(subject({ faceId: "F1" }), smiling as SubjectJudgment, subject({ faceId: "F3" })));
    });
    const judged = ["--model", "openai:test-model", "--base-url", `${server.url}/v1`];
    const out = join(folder, "out");
    const { code, stdout, stderr } = await run(folder, labels, "--out", out, ...judged);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/Written: /) });
    const csv = await readFile(join(out, "passport.csv"), "utf8");
    expect(csv).toMatch(/^expressions,"rules, face only",,accuracy,1,1,1,2,0$/m);
    expect(csv).toMatch(/^expressions,"openai:test-model, face only",,accuracy,1,,,1,1$/m);
    expect(stdout).toMatch(
      /openai:test-model, face only: no reading of 1 face, unscored and not wrong; the first failed as follows: The model's/,
    );
    expect(stdout).toMatch(/on a share of 1\.00 of the faces \(openai:test-model, face only; n = 1\)/);
    const other = ["--model", "openai:other", "--base-url", `${server.url}/v1`, "--resume"];
    expect((await run(folder, labels, "--out", out, ...other)).stderr).toMatch(/judges/);
  });

  it("sends nothing elsewhere that was not allowed, and measures nothing before it says so", async () => {
    const { folder, labels } = await labelledFolder("path,label\na.jpg,fear\n", ["a.jpg"]);
    const elsewhere = ["--model", "openai:gpt-4.1", "--base-url", "https://models.example/v1", "--local-only"];
    const { code, stderr } = await run(folder, labels, "--out", join(folder, "out"), ...elsewhere);
    expect(stderr.trim()).toMatch(
      /^Nothing may leave this machine, as --local-only says, and .*models\.example.* is elsewhere$/,
    );
    expect(code).toBe(2);
  });

  it.each([
    ["without a path", "image,label\na.jpg,fear\n", /it has no column path \(it has image, label\)/],
    ["that says nothing of faces", "path,mood\na.jpg,fear\n", /it has none of the columns label, votes_happiness/],
    [
      "of another's labels only",
      "path,label\na.jpg,bored\n",
      /no row can be used \(line 2: its label "bored" is none of anger, /,
    ],
    ["with votes that do not sum", "path,votes_fear,votes_anger\na.jpg,.5,.2\n", /its votes sum to 0\.7: give counts/],
    ["with votes for nothing", "path,votes_fear,votes_anger\na.jpg,0,0\n", /nobody voted for a label of it/],
    ["with fewer than no votes", "path,votes_fear,votes_anger\na.jpg,3,-1\n", /it has fewer than 0 votes/],
    ["with a code that is none", "path,codes\na.jpg,12+smile\n", /its code "smile" is no action unit: write 12\+25/],
    ["with an intensity that is none", "path,AU12\na.jpg,7\n", /its cell "AU12" is 7, not a number from 0 to 5/],
    ["with a face that is none", "path,face,label\na.jpg,left,fear\n", /its face is "left", not F1, F2/],
    ["without rows", "path,label\n", /has no rows/],
  ])("refuses a table %s in one sentence, before anything is measured", async (_what, table, reason) => {
    const { folder, labels } = await labelledFolder(table);
    const { code, stdout, stderr } = await run(folder, labels, "--out", join(folder, "out"));
    expect(stderr).toMatch(reason);
    expect({ stdout, lines: stderr.trim().split("\n").length, code }).toEqual({ stdout: "", lines: 1, code: 2 });
  });

  it("refuses a table that is not there, and images that are not there, in one sentence each", async () => {
    const { folder, labels } = await labelledFolder("path,label\na.jpg,fear\n");
    const none = await run(folder, join(folder, "none.csv"), "--out", join(folder, "out"));
    expect(none.stderr.trim()).toMatch(/^Cannot read .*none\.csv`$/);
    expect(none.code).toBeGreaterThanOrEqual(2);
    const { code, stderr } = await run(folder, labels, "--out", join(folder, "out"));
    expect(stderr).toMatch(/No image of the table could be measured: the first failed \(/);
    expect(code).toBeGreaterThanOrEqual(2);
  });
});

describe("validate", () => {
  const names = ["a.jpg", "b.jpg", "c.jpg"];
  const table = `path,label,codes\n${names.map((name) => `${name},happiness,12`).join("\n")}\nd.jpg,bored,\n`;

  function counted() {
    const toolbox = fixedToolbox([
      { actionUnits: { AU12: 0.9, AU25: 0.1 }, expression: { happiness: 0.8, fear: 0.2 } },
    ]);
    let images = 0;
    const measure: typeof toolbox.measure = (image, signal) => {
      images += 1;
      return toolbox.measure(image, signal);
    };
    const open = async () => ({
      ...{ toolboxes: [{ ...toolbox, measure }], measuring: 0, concurrency: 1, judges: [] },
      close: async () => {},
    });
    return { dependencies: { open }, images: () => images };
  }

  it("goes on where it was broken off, to the same passport", async () => {
    const { folder, labels } = await labelledFolder(table, names);
    const query = (out: string) => ({ folder: join(folder, out), images: folder, labels, seed: 1 });
    const whole = await validate(query("whole"), counted().dependencies);
    const controller = new AbortController();
    const first = counted();
    const broken = { ...query("out"), onProgress: () => controller.abort() };
    await expect(validate(broken, first.dependencies, controller.signal)).rejects.toThrow();
    expect(first.images()).toBeLessThan(3);
    const second = counted();
    const { passport, problems, failures } = await validate({ ...query("out"), resume: true }, second.dependencies);
    expect(first.images() + second.images()).toBe(3);
    expect(passport).toEqual(whole.passport);
    expect(problems).toEqual([expect.objectContaining({ line: 5 })]);
    expect(failures).toEqual([]);
    for (const file of PASSPORT_FILES) {
      expect(await readFile(join(folder, "out", file))).toEqual(await readFile(join(folder, "whole", file)));
    }
  });

  it("does not go on with other labels, and keeps a folder that is not its own", async () => {
    const { folder, labels } = await labelledFolder(table, names);
    const query = { folder: join(folder, "out"), images: folder, labels, seed: 1 };
    await validate(query, counted().dependencies);
    await writeFile(labels, table.replace("happiness", "fear"));
    await expect(validate({ ...query, resume: true }, counted().dependencies)).rejects.toThrow(/labels/);
    const other = join(folder, "other");
    await mkdir(other);
    await writeFile(join(other, "passport.csv"), "mine");
    await expect(validate({ ...query, folder: other }, counted().dependencies)).rejects.toThrow(/passport\.csv/);
    expect(await readFile(join(other, "passport.csv"), "utf8")).toBe("mine");
  });
});
