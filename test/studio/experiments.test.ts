import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContext } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBrowser } from "../support/browser.ts";
import { samplePhoto } from "../support/photos.ts";
import { runCli } from "../support/run-cli.ts";
import { type ServedStudio, serveStudio } from "../support/served-studio.ts";
import { expectNoFaults, openPage } from "../support/studio-page.ts";
import { temporaryFolder } from "../support/temp-folder.ts";

const CONTEXT = "They were just told that their friend has died.";

let folder: string;
let studio: ServedStudio;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  folder = await temporaryFolder();
  await mkdir(join(folder, "images"));
  await sharp(samplePhoto(1))
    .resize(600)
    .toFile(join(folder, "images", "three friends.jpg"));
  [studio, browser] = await Promise.all([serveStudio(folder), openBrowser()]);
  context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
});

afterAll(async () => {
  await browser?.close();
  await studio?.end();
});

const open = (inside: string) => openPage(context, `${studio.address}${inside}`);
const linesOf = async (...path: string[]) =>
  (await readFile(join(folder, ...path), "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
const only = async (below: string) => {
  const [name, ...more] = await readdir(join(folder, below));
  expect(more).toEqual([]);
  return `${below}/${name}`;
};

/** Each journey goes on where the one before ended, as a person does. */
describe("the lab in the studio", () => {
  it("shows one face in all ways, and keeps what the command goes on with", async () => {
    const page = await open("lab/");
    await page.check("label:has-text('three friends.jpg') input");
    await page.check("label:has-text('F2') input");
    await page.selectOption("select[name=hide]", "faces");
    await page.selectOption("select[name=mask]", "gray");
    await page.fill("textarea[name=context]", CONTEXT);
    await page.click("text=Run the lab");
    await page.waitForURL(/\/lab\/lab-results\//);
    await expect.poll(() => page.locator(".stimuli img").count(), { timeout: 60_000 }).toBe(7);
    await page.waitForSelector("text=/^The face alone reads as \\w+ \\d+ %, the whole image as \\w+ \\d+ %: the/");
    await expect.poll(() => page.textContent("main")).toMatch(/three friends\.jpg: F2 of 3 faces/);
    await expect.poll(() => page.locator(".jobs li").count()).toBe(0);
    await page.reload();
    await page.waitForSelector(`text=${CONTEXT}`);
    expect(await page.locator(".stimuli figcaption:has-text('face only')").textContent()).toMatch(/\w+ \d+ %/);
    await page.close();

    const run = await only("lab-results");
    expect((await linesOf(run, "results.jsonl")).map(({ failure }) => failure)).toEqual(Array(7).fill(null));
    expect((await linesOf(run, "samples.jsonl"))[0]).toMatchObject({ columns: { face: "F2 of 3 faces" } });
    const words = [
      "lab",
      "images/three friends.jpg",
      "--face",
      "F2",
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
    const { code, stderr } = await runCli(words, { cwd: folder });
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining("report.html") });
    expect(await linesOf(run, "results.jsonl")).toHaveLength(7);
  });

  it("says in one sentence that nothing is chosen", async () => {
    const page = await open("lab/");
    await page.click("text=Run the lab");
    await page.waitForSelector(".failure:has-text('No image is chosen yet')");
    await page.close();
  });
});

it("has nothing serious for axe-core, and no sideways scroll", async () => {
  const lab = await only("lab-results");
  await expectNoFaults(browser, {
    [`${studio.address}lab/?folder=images&chosen=three%20friends.jpg`]: ".images input[type=radio]",
    [`${studio.address}lab/${lab}`]: ".stimuli img",
  });
});
