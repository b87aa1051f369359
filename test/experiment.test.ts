import { cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import sharp from "sharp";
import { expect, it } from "vitest";
import { openEvaluation } from "../src/compose/evaluation.ts";
import { peopleEffects, writeExperiment } from "../src/experiment.ts";
import { listsOf } from "../src/lab/experiment-page.ts";
import { lab } from "../src/lab.ts";
import { csvTable } from "../src/platform/tables/write-table.ts";
import { openBrowser } from "./support/browser.ts";
import { samplePhoto } from "./support/photos.ts";
import { tempFolder, temporaryFolder } from "./support/temp-folder.ts";

const ARMS = ["full", "face-only", "context-only", "hole-elsewhere", "blurred-background", "grayscale", "re-encoded"];
/** A run of the lab with one image, which nothing here changes. */
async function labRun(): Promise<string> {
  const home = await temporaryFolder();
  const [folder, image] = [join(home, "run"), join(home, "three.jpg")];
  await sharp(samplePhoto(1)).resize(500).toFile(image);
  const open = (evalFilePath: string) =>
    openEvaluation({ evalFilePath, stimuliFolder: join(folder, "stimuli"), answersFolder: join(home, "answers") });
  const whole = { folder, images: [image], model: "rules", hide: "faces", mask: "gray", repeats: 1 } as const;
  await lab({ ...whole, context: 'At a "quiet" wedding, </script>' }, { open });
  return folder;
}

const folder = await labRun();

it("a lab becomes a page that people are shown without network, and what they answered is read back", async () => {
  const { path, stimuli, lists } = await writeExperiment(folder);
  expect({ stimuli, lists }).toEqual({ stimuli: ARMS.length, lists: ARMS.length });
  const browser = await openBrowser();
  try {
    const context = await browser.newContext({ offline: true });
    const page = await context.newPage();
    const faults: string[] = [];
    const asked: string[] = [];
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("request", (request) => asked.push(new URL(request.url()).protocol));
    const saved: string[] = [];
    for (const list of [0, 1]) {
      await page.goto(`${pathToFileURL(path)}?list=${list}&participant=P0${list}`);
      // Of the width of a telephone, too.
      await page.setViewportSize({ width: 390, height: 844 });
      const widthPx = () => page.evaluate(() => document.documentElement.scrollWidth);
      await page.click("text=Begin");
      await page.waitForSelector(".stimulus img");
      // The words of the scene go with the arms that show it.
      expect((await page.textContent(".stimulus"))?.includes('At a "quiet" wedding, </script>')).toBe(list === 0);
      expect(await widthPx()).toBe(390);
      await page.click("button:has-text('fear')");
      await page.waitForSelector("input[type=range]");
      expect(await widthPx()).toBe(390);
      const download = page.waitForEvent("download");
      await page.click("button:has-text('Continue')");
      saved.push((await (await download).path()) as string);
    }
    expect(faults).toEqual([]);
    // Itself, its images and what it saves: nothing is asked of a network.
    expect(asked.filter((protocol) => !["file:", "data:", "blob:"].includes(protocol))).toEqual([]);
    const [first, second] = await Promise.all(saved.map((each) => readFile(each, "utf8")));
    expect(first?.split("\n")[0]).toBe("participant,list,sample,arm,label,valence,rt_ms,trial");
    expect(first?.split("\n")[1]).toMatch(/^P00,0,three\.jpg,full,fear,0,\d+,1$/);
    expect(second?.split("\n")[1]).toMatch(/^P01,1,three\.jpg,face-only,fear,0,\d+,1$/);
    expect(await peopleEffects(folder, saved)).toMatchObject({ participants: 2, answers: 2 });
  } finally {
    await browser.close();
  }
});

it("a list never has an image twice, and over all lists each stimulus is there once, also where arms are missing", () => {
  const of = (sample: string, arms: readonly string[]) => arms.map((arm) => ({ sample, arm }));
  const stimuli = [...of("a", ["full", "face-only", "context-only"]), ...of("b", ["full", "face-only"])];
  const lists = listsOf(stimuli, ["full", "face-only", "context-only"]);
  expect(lists.map((list) => list.map(({ sample, arm }) => `${sample} ${arm}`))).toEqual([
    ["a full", "b face-only"],
    ["a face-only"],
    ["a context-only", "b full"],
  ]);
  // Nobody is given a list with nothing in it.
  expect(listsOf(of("b", ["full", "face-only"]), ["full", "context-only", "face-only"])).toHaveLength(2);
});

it("is refused where something was answered that was never drawn", async () => {
  const copy = join(await tempFolder(), "run");
  await cp(folder, copy, { recursive: true });
  const [note] = (await readdir(join(copy, "stimuli"))).filter((name) => name.endsWith(".json"));
  await rm(join(copy, "stimuli", String(note)));
  await expect(writeExperiment(copy)).rejects.toThrow(
    `Cannot make an experiment as the stimuli of 1 answers were not drawn, which were kept from an earlier run: run it again with --no-cache (\`${copy}\`)`,
  );
});

it("people are measured by the same code as models: who goes by the scene alone relies on it wholly", async () => {
  const said = { "face-only": "happiness", "context-only": "fear", full: "fear", "hole-elsewhere": "happiness" };
  const rows = ["P1", "P2"].flatMap((participant) =>
    Object.entries(said).map(([arm, label]) => ({ participant, sample: "three.jpg", arm, label, valence: -0.5 })),
  );
  const path = join(await tempFolder(), "people.csv");
  await writeFile(path, csvTable(rows));
  const { people, models } = await peopleEffects(folder, [path]);
  const value = (name: string) => people.effects.find((one) => one.name === name)?.estimate.value;
  expect(value("context_reliance")).toBe(1);
  expect(value("label_flips_hole-elsewhere")).toBe(1);
  expect(models[0]?.effects.map(({ name }) => name)).toContain("label_flips_grayscale");

  await writeFile(path, csvTable(rows.map((row) => ({ ...row, sample: "other.jpg" }))));
  await expect(peopleEffects(folder, [path])).rejects.toThrow(/line 2 is of another experiment: other\.jpg, /);
  await writeFile(path, csvTable(rows.map((row) => ({ ...row, valence: "high" }))));
  await expect(peopleEffects(folder, [path])).rejects.toThrow(/line 2 has a valence that is not between -1 and 1/);
  await writeFile(path, csvTable(rows.map((row) => ({ ...row, label: "joyful" }))));
  await expect(peopleEffects(folder, [path])).rejects.toThrow(
    /line 2 has a label that was not offered, "joyful": anger/,
  );
  await writeFile(path, csvTable(rows.map((row) => ({ ...row, participant: "" }))));
  await expect(peopleEffects(folder, [path])).rejects.toThrow(/line 2 does not say which participant it is of/);
  await writeFile(path, csvTable(rows));
  await expect(peopleEffects(folder, [path, path])).rejects.toThrow(/P1 answers the same arm of three\.jpg twice/);
  // Who stopped after two of four.
  await writeFile(path, csvTable(rows.map((row, i) => (i % 4 < 2 ? row : { ...row, label: "", valence: "" }))));
  expect(await peopleEffects(folder, [path])).toMatchObject({ participants: 2, answers: 4, unanswered: 4 });
  await writeFile(path, "a,b\n1,2\n");
  await expect(peopleEffects(folder, [path])).rejects.toThrow(/no columns participant, sample, arm and label/);
});
