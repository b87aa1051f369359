import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import * as agreement from "../../src/cli/agreement.ts";
import * as evaluation from "../../src/cli/eval.ts";
import { ownPath } from "../../src/platform/package-paths.ts";
import { keepEvaluation } from "../../src/studio/evaluation-jobs.ts";
import type { StudioFolder } from "../../src/studio/folder.ts";
import { actionUnits } from "../support/builders.ts";
import { samplePhoto } from "../support/photos.ts";
import { runCli } from "../support/run-cli.ts";
import { runCommand } from "../support/run-command.ts";
import { storeAnswers } from "../support/store-answers.ts";
import { expectNoFaults, studioInBrowser } from "../support/studio-page.ts";

const CONTEXT = "They were just told that their friend has died.";

const studio = studioInBrowser(
  async (folder) => {
    await mkdir(join(folder, "images"));
    const image = (name: string) => join(folder, "images", name);
    await sharp(samplePhoto(1)).resize(300).toFile(image("three friends.jpg"));
    await sharp(samplePhoto(1)).resize(600).grayscale().toFile(image("grey.jpg"));
    await sharp(samplePhoto(1)).resize(240).toFile(image("small.jpg"));
    await writeFile(image("late.jpg"), "not here yet");
    for (const [label, name] of [
      ["anger", "grey.jpg"],
      ["happiness", "three friends.jpg"],
    ] as const) {
      await mkdir(join(folder, "labelled", label), { recursive: true });
      await copyFile(image(name), join(folder, "labelled", label, name));
    }
    await storeAnswers(join(folder, "many"), 320, { identity: { model: { id: "rules", temperature: 0 } } });
    await storeAnswers(join(folder, "before"), 324, {
      wrongEvery: 5,
      identity: { model: { id: "rules", temperature: 1 } },
    });
    const measured = [0.9, 0.1].map((value) => [
      ...actionUnits({ AU12: value }, { toolbox: "mesh@5" }),
      ...actionUnits({ AU12: value }, { toolbox: "pyfeat@2.1.5" }),
    ]);
    const faces = measured.map((units) => ({ actionUnits: units }));
    await writeFile(join(folder, "measured.json"), JSON.stringify({ images: [{ path: "a.jpg", faces }] }));
    await runCommand(["agreement", join(folder, "measured.json"), "--out", join(folder, "agreement")], [agreement]);
    const rows = ["images/three friends.jpg,happiness,1", "images/grey.jpg,anger,2", "images/late.jpg,anger,3"];
    await writeFile(join(folder, "faces.csv"), ["path,emotion,shown", ...rows, ""].join("\n"));
  },
  ["clipboard-read", "clipboard-write"],
);

const { open } = studio;
const linesOf = async (...path: string[]) =>
  (await readFile(join(studio.folder, ...path), "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
const only = async (below: string) => {
  const [name, ...more] = await readdir(join(studio.folder, below));
  expect(more).toEqual([]);
  return `${below}/${name}`;
};

/** Each journey goes on where the one before ended, as a person does. */
describe("the lab in the studio", () => {
  it("shows one face in all ways, and keeps what the command goes on with", async () => {
    const page = await open("lab/");
    await page.check("label:has-text('three friends.jpg') input");
    await page.check("label:has-text('F1') input");
    for (const [name, title] of Object.entries({ swap: "Swapped", neutral: "Neutral" })) {
      await page.click(`summary:has-text('${title}')`);
      await page.check(`label:has-text('small.jpg') input[name=${name}]`);
    }
    await page.reload();
    await page.waitForSelector("input[name=neutral]:checked");
    await page.check("input[name=mirrored]");
    await page.selectOption("select[name=hide]", "faces");
    await page.selectOption("select[name=mask]", "gray");
    await page.fill("textarea[name=context]", CONTEXT);
    await page.click("text=Run the lab");
    await page.waitForURL(/\/lab\/lab-results\//);
    await expect.poll(() => page.locator(".stimuli img").count(), { timeout: 150_000 }).toBe(22);
    await page.waitForSelector("text=/^The face alone reads as \\w+ \\d+ %, the whole image as \\w+ \\d+ %: the/");
    await expect.poll(() => page.textContent("main")).toMatch(/three friends\.jpg: F1 of 3 faces/);
    await expect.poll(() => page.locator(".jobs li").count()).toBe(0);
    await page.reload();
    await page.waitForSelector(`text=${CONTEXT}`);
    expect(await page.locator(".stimuli figcaption:has-text('face only')").first().textContent()).toMatch(/\w+ \d+ %/);
    await page.close();

    const run = await only("lab-results");
    expect((await linesOf(run, "results.jsonl")).map(({ failure }) => failure)).toEqual(Array(22).fill(null));
    expect((await linesOf(run, "samples.jsonl"))[0]).toMatchObject({ columns: { face: "F1 of 3 faces" } });
    const words = [
      "lab",
      "images/three friends.jpg",
      "--face",
      "F1",
      "--swap",
      "images/small.jpg",
      "--neutral",
      "images/small.jpg",
      "--mirrored",
      "--hide",
      "faces",
      "--mask",
      "gray",
      "--context",
      CONTEXT,
      "--out",
      run,
      "--resume",
    ];
    const { code, stderr } = await runCli(words, { cwd: studio.folder });
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining("report.html") });
    expect(await linesOf(run, "results.jsonl")).toHaveLength(22);
  });

  it("says in one sentence that nothing is chosen", async () => {
    const page = await open("lab/");
    await page.click("text=Run the lab");
    await page.waitForSelector(".failure:has-text('No image is chosen yet')");
    await page.close();
  });
});

const FILE = `name: faces
dataset:
  format: csv
  path: faces.csv
  columns: {image: path, label: emotion}
  badRows: skip
matrix:
  models: [rules]
  arms: [full]
scorers: [accuracy, calibration, faithfulness, fixed-values]
thresholds:
  - metric: accuracy
    atLeast: 0.9
`;

describe("an evaluation in the studio", () => {
  it("is written by a form, priced, run, and its failures are tried again", async () => {
    const page = await open("evaluation/");
    await page.selectOption("select[name=source]", "faces.csv");
    await expect.poll(() => page.inputValue("label:has-text('path holds') select")).toBe("image");
    expect(await page.inputValue("label:has-text('emotion holds') select")).toBe("label");
    await page.click("text=Add a threshold");
    await page.fill("label:has-text('is at least') input", "0.9");
    expect(await page.inputValue("textarea.code")).toBe(FILE);
    await page.waitForSelector("text=3 samples under 1 condition: 3 calls");
    expect(await page.textContent(".plan")).toContain("free");
    expect(await readdir(studio.folder)).not.toContain("eval-results");
    await page.reload();
    await page.waitForSelector("text=3 samples under 1 condition: 3 calls");
    expect(await page.inputValue("textarea.code")).toBe(FILE);
    await page.click("text=Run the evaluation");
    await page.waitForURL(/\/evaluation\/eval-results\//);
    await page.waitForSelector(
      "text=1 of 3 calls failed, 1 of them like this: Cannot read image as it is not an image",
    );
    const run = await only("eval-results");
    expect(await readFile(join(studio.folder, "faces.eval.yaml"), "utf8")).toBe(FILE);
    expect((await linesOf(run, "results.jsonl")).filter(({ failure }) => failure !== null)).toHaveLength(1);

    await copyFile(join(studio.folder, "images", "grey.jpg"), join(studio.folder, "images", "late.jpg"));
    await page.click("text=Go on, and try again what failed");
    await page.waitForSelector("text=3 of 3 calls answered");
    await page.waitForSelector("text=1 of 1 thresholds not passed");
    await page.close();
    const stricter = FILE.replace("atLeast: 0.9", "atLeast: 0").replace(", fixed-values", "");
    await writeFile(join(studio.folder, "faces.eval.yaml"), stricter);
    const again = await open(`evaluation/${run}`);
    await again.click("text=Score the answers again");
    await again.click("button:text-is('Score again')");
    await again.waitForSelector("text=All thresholds passed");
    await again.close();
    expect(JSON.parse(await readFile(join(studio.folder, run, "scoring.json"), "utf8"))).toMatchObject({
      thresholds: [{ metric: "accuracy", atLeast: 0 }],
    });
    await rm(join(studio.folder, run, "scoring.json"));
    await writeFile(join(studio.folder, "faces.eval.yaml"), FILE);
    const { code, stderr } = await runCli(["eval", "run", "faces.eval.yaml", "--out", run, "--resume"], {
      cwd: studio.folder,
    });
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining("3 of 3 calls done") });
  });

  it("keeps one that ships and was changed in the folder, where its data are found all the same", async () => {
    const text = (await readFile(ownPath("evals", "smoke.eval.yaml"), "utf8")).replace(
      "models: [rules]",
      "models: [rules, rules]",
    );
    const asShipped = await readFile(ownPath("evals", "smoke.eval.yaml"), "utf8");
    expect(text).not.toBe(asShipped);
    const kept = (order: { file: string; text: string }) =>
      keepEvaluation({ root: studio.folder } as StudioFolder, order).then(({ file }) => file);
    expect(await kept({ file: "smoke", text: asShipped })).toBe(ownPath("evals", "smoke.eval.yaml"));
    expect(await kept({ file: "smoke", text })).toBe("smoke.eval.yaml");
    const written = await readFile(join(studio.folder, "smoke.eval.yaml"), "utf8");
    expect(parse(written)).toEqual({
      ...parse(text),
      dataset: { ...parse(text).dataset, path: ownPath("evals", "datasets", "smoke.csv") },
    });
  });

  it("is begun with a folder that holds one folder of images for each label", async () => {
    const page = await open("evaluation/");
    await page.selectOption("select[name=source]", "labelled");
    await page.waitForSelector("text=2 samples under 1 condition: 2 calls");
    expect(await page.inputValue("textarea.code")).toMatch(/dataset:\n {2}format: folder\n {2}path: labelled\n/);
    await page.close();
  });

  it("leads from a confusion to its images and transcripts, and ends with a paragraph to copy", async () => {
    const page = await open(`evaluation/${await only("eval-results")}`);
    await page.click("a[aria-label^='2 of anger called ']");
    await page.waitForSelector("text=2 answers shown");
    await page.selectOption("select[name=state]", "right");
    await page.waitForSelector("text=No answer fits these filters.");
    await page.selectOption("select[name=state]", "wrong");
    await page.fill("input[name=words]", "late");
    await page.waitForSelector("text=1 answer shown");
    await page.reload();
    await page.click("tbody th a:has-text('images/late.jpg')");
    await page.waitForSelector("aside:focus >> text=How it came about");
    await expect
      .poll(() => page.locator("aside img").evaluate((image) => (image as HTMLImageElement).naturalWidth))
      .toBeGreaterThan(100);
    expect(await page.textContent("aside .scores")).toMatch(/accuracy 0: "\w+" instead of "anger"/);
    await page.selectOption("select[name=with]", await only("lab-results"));
    await page.waitForSelector("text=They have no scored answers about the same samples.");
    await page.click("text=Copy the paragraph");
    await page.waitForSelector("text=/^Copied$/");
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toMatch(/^Models judged which emotions .* on 3 samples .* Of 3 calls, 3 were answered .* Kuleshov /);
    expect(await readFile(join(studio.folder, await only("eval-results"), "report.html"), "utf8")).toContain(
      copied.slice(0, 90),
    );
    await page.close();
  });

  it("shows of many answers those in sight, and all of them while one scrolls", async () => {
    const page = await open("evaluation/many");
    await page.waitForSelector("text=320 answers shown");
    const rows = page.locator("tr[aria-rowindex]");
    await page.waitForSelector("tr[aria-rowindex='2']");
    expect(await rows.count()).toBeLessThan(250);
    const box = page.locator("section[aria-label='Answers one by one']");
    await box.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    const last = page.locator("tr[aria-rowindex='321']");
    await last.waitFor();
    expect(await last.textContent()).toContain("s319");
    expect(await rows.first().textContent()).not.toContain("s0");
    await page.selectOption("select[name=state]", "wrong");
    await page.waitForSelector("text=80 answers shown");
    expect(await page.locator("tr[aria-rowindex='2']").textContent()).toContain("s3");
    await page.close();
  });

  it("is held against another run: what was asked otherwise, which answers changed, as `eval diff` says it", async () => {
    const page = await open("evaluation/many");
    await page.selectOption("select[name=with]", "before");
    const said = page.locator("section[aria-label='What was asked otherwise'] p");
    await said.first().waitFor();
    const [sum = "", ...causes] = await said.allTextContents();
    expect(sum).toBe(
      "Of 320 questions that both were asked, 112 came out otherwise: 48 right now, 64 wrong now, 0 neither. 4 more were asked only before, 0 only after.",
    );
    expect(causes).toEqual([expect.stringMatching(/was asked otherwise: model.temperature 1 became 0\.$/)]);
    await page.check("text=Only where they differ");
    await page.waitForSelector("text=112 answers shown");
    expect(await page.locator("tr[aria-rowindex='2']").textContent()).toMatch(/s3.*fear.*anger 80 %.*fear 80 %.*wrong/);
    await page.waitForSelector("text=/Of \\d+ comparisons with .* hold up after correction/");
    await page.close();
    const { stdout } = await runCommand(
      ["eval", "diff", join(studio.folder, "before"), join(studio.folder, "many")],
      [evaluation],
    );
    expect(stdout).toContain(sum);
    for (const cause of causes) expect(stdout).toContain(cause);
  });

  it("is changed in the form and by hand at once, and no line of its file is lost; what is none is not begun", async () => {
    const page = await open("evaluation/?file=faces.eval.yaml");
    await expect.poll(() => page.inputValue("textarea.code")).toBe(FILE);
    const more = "analysis: {groupBy: [shown]} # which the form does not show";
    await page.fill("textarea.code", `# Ours\n${FILE}${more}\n`);
    await page.check("fieldset:has-text('Labelled examples') label:has-text('4') input");
    await page.check("label:has-text('smiles') input");
    await page.check("label:has-text('nothing measured') input");
    await page.reload();
    const changed = `# Ours\n${FILE.replace("arms: [full]", "arms: [full]\n  shots: [0, 4]\n  evidence: [[mesh], none]")}${more}
fewShot:
  packs: [smiles]
`;
    await expect.poll(() => page.inputValue("textarea.code")).toBe(changed);
    await page.waitForSelector("text=3 samples under 4 conditions: 12 calls");
    const long = `${changed}# ${"a long remark ".repeat(900)}\n`;
    await page.fill("textarea.code", long);
    await page.reload();
    await expect.poll(() => page.inputValue("textarea.code")).toBe(long);
    await page.click("text=Undo the changes");
    await expect.poll(() => page.inputValue("textarea.code")).toBe(FILE);
    await page.fill("textarea.code", FILE.replace("models", "modles"));
    await page.waitForSelector(".failure:has-text('Did you mean')");
    expect(await page.isDisabled("button.main")).toBe(true);
    await page.close();
  });
});

it("has nothing serious for axe-core, and no sideways scroll", async () => {
  const [lab, evaluation] = [await only("lab-results"), await only("eval-results")];
  const [{ call }] = await linesOf(evaluation, "results.jsonl");
  await expectNoFaults(studio.browser, {
    [`${studio.address}lab/?folder=images&chosen=three%20friends.jpg`]: ".images input[type=radio]",
    [`${studio.address}lab/${lab}`]: ".stimuli img",
    [`${studio.address}run/agreement`]: ".agreement svg",
    [`${studio.address}health/`]: "section[aria-label='Networks'] dd",
    [`${studio.address}evaluation/#text=${encodeURIComponent(FILE)}`]: ".preview img",
    [`${studio.address}evaluation/${evaluation}?call=${encodeURIComponent(call)}`]: "aside .scores",
  });
});
