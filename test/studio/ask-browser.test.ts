import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import sharp from "sharp";
import { expect, it } from "vitest";
import * as importing from "../../src/cli/import.ts";
import { samplePhoto } from "../support/photos.ts";
import { runCommand } from "../support/run-command.ts";
import { expectNoFaults, studioInBrowser } from "../support/studio-page.ts";

const STUDY = "studies/party";

/** Two images of one face, and a study of them that another toolbox measured. */
const studio = studioInBrowser(async (folder) => {
  process.chdir(folder);
  await mkdir("images");
  const face = { left: 1368, top: 241, width: 421, height: 421 };
  const photo = await sharp(samplePhoto(3)).extract(face).resize(220).toBuffer();
  for (const name of ["P017", "P018"]) await sharp(photo).toFile(join("images", `${name}.jpg`));
  await writeFile(
    "openface.csv",
    "filename,confidence,success,AU12_r\nimages/P017.jpg,0.98,1,2.5\nimages/P018.jpg,0.98,1,2\n",
  );
  await runCommand(["import", "openface.csv", "--out", STUDY], [importing]);
  return undefined;
});

it("asks about a folder of images, and shows the answers that are on disk then", async () => {
  const page = await studio.open("ask/");
  await expect.poll(() => page.inputValue("input[name=words]")).toBe("images");
  await page.fill("input[name=question]", "Who smiles?");
  await page.waitForSelector("text=2 images, asked of rules, free");
  await page.click("text=Ask about all of them");
  await page.waitForSelector("text=2 answered, 0 failed. Nothing was paid.");
  expect(new URL(page.url()).pathname).toMatch(/\/run\/answers\/images\/1$/);
  expect(await page.locator("article.case h3").allTextContents()).toEqual([
    expect.stringContaining("P017.jpg"),
    expect.stringContaining("P018.jpg"),
  ]);
  const rows: Record<string, string>[] = parse(await readFile(join(studio.folder, "answers/images/1/answers.csv")), {
    ...{ columns: true, bom: true },
  });
  expect(rows.map(({ path, question }) => [path, question])).toEqual([
    [expect.stringMatching(/P017\.jpg$/), "Who smiles?"],
    [expect.stringMatching(/P018\.jpg$/), "Who smiles?"],
  ]);
  await page.close();
});

it("shows what is theirs before somebody's traces go", async () => {
  const page = await studio.open("withdraw/");
  await page.fill("input[name=person]", "P017");
  await page.click("text=Show what is theirs");
  await page.waitForSelector("section[aria-label='What would be removed'] :text('images/P017.jpg goes')");
  await page.close();
});

it("writes a notice once it is said what the study is for", async () => {
  const page = await studio.open(`notice/${STUDY}`);
  await page.fill("textarea[name=purpose]", "How people greet");
  await page.click("text=Write the notice");
  await page.waitForSelector("h1:has-text('What happens to images of you')");
  expect(await readFile(join(studio.folder, STUDY, "purpose.txt"), "utf8")).toContain("How people greet");
  await page.close();
});

it("has nothing serious for axe-core, and no sideways scroll", async () => {
  await expectNoFaults(studio.browser, {
    [`${studio.address}ask/`]: "text=Stop before more is spent",
    [`${studio.address}withdraw/`]: "input[name=person]",
    [`${studio.address}notice/${STUDY}`]: "article.notice",
  });
});
