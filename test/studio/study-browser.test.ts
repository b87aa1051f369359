import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import type { Download, Page } from "playwright-core";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { samplePhoto } from "../support/photos.ts";
import { expectNoFaults, studioInBrowser, tabTo } from "../support/studio-page.ts";

const IMAGES = 60;
const STUDY = "studies/party";

/** One face each: two that smile and one that does not. */
const FACES = [
  { photo: 3, left: 1368, top: 241, side: 421 },
  { photo: 5, left: 694, top: 62, side: 338 },
  { photo: 6, left: 154, top: 433, side: 414 },
] as const;

const studio = studioInBrowser(async (folder) => {
  await mkdir(join(folder, "images", "party"), { recursive: true });
  const photos = await Promise.all(
    FACES.map(({ photo, left, top, side }) =>
      sharp(samplePhoto(photo)).extract({ left, top, width: side, height: side }).resize(220).toBuffer(),
    ),
  );
  for (let index = 0; index < IMAGES; index++) await writeImage(photos[index % FACES.length] as Buffer, index);
});

/** Pixels that no test has had before, so that none comes out of the measurement store. */
async function writeImage(photo: Buffer, index: number): Promise<void> {
  const noise = { input: randomBytes(8 * 8 * 3), raw: { width: 8, height: 8, channels: 3 }, left: 0, top: 0 } as const;
  const path = join(studio.folder, "images", "party", `p${String(index).padStart(2, "0")}.jpg`);
  await sharp(photo).composite([noise]).jpeg().toFile(path);
}

const { open } = studio;
const tableOf = async (name: string): Promise<Record<string, string>[]> =>
  parse(await readFile(join(studio.folder, STUDY, name)), { columns: true, bom: true });
const shown = async (page: Page) => Number(/^\d+/.exec((await page.textContent(".shown [role=status]")) ?? "")?.[0]);

async function textOf(download: Promise<Download>): Promise<string> {
  return readFile((await (await download).path()) as string, "utf8");
}

/** Each journey goes on where the one before ended, as a person does. */
describe("a study in a browser", () => {
  it("is measured, survives a studio that is killed, and is gone on with", async () => {
    const page = await open("study/");
    await expect.poll(() => page.inputValue("input[name=words]")).toBe("images/party");
    await page.click("button[type=submit].main");
    await page.waitForSelector("section[aria-label=Measuring] progress");
    await expect
      .poll(() => page.locator("progress").evaluate((bar) => (bar as HTMLProgressElement).value), { timeout: 30_000 })
      .toBeGreaterThan(2);
    await studio.kill();
    await page.waitForSelector("text=The studio does not answer: start `kuleshov studio` again");
    await page.close();

    await studio.start();
    const home = await open("");
    await home.click(`a:has-text("${STUDY}")`);
    await home.waitForSelector("text=Measuring was interrupted; what is done is kept.");
    const before = (await tableOf("images.csv")).length;
    expect(before).toBeLessThan(IMAGES);
    await home.click("text=Go on measuring");
    await home.waitForSelector("section[aria-label='State of the study']", { timeout: 60_000 });
    await expect
      .poll(() => home.textContent("section[aria-label='State of the study']"), { timeout: 60_000 })
      .toMatch(new RegExp(`faces in ${IMAGES} images`));
    const paths = (await tableOf("images.csv")).map((row) => row.path);
    expect(new Set(paths).size).toBe(IMAGES);
    expect(paths.length).toBe(IMAGES);
    await home.close();
  });

  it("filters, sorts, keeps both in the address, and shows the same in a table", async () => {
    const page = await open(`study/${STUDY}`);
    const faces = await tableOf("faces.csv");
    await expect.poll(() => shown(page)).toBe(faces.length);
    await page.selectOption("label:has-text('Action unit') select", "AU12_both");
    await page.fill("input[name=from]", "0.5");
    await page.selectOption("label:has-text('Sort by') select", "AU12_both");
    await page.check("text=highest first");
    const smiling = faces.filter((face) => Number(face.AU12_both) >= 0.5 && Number(face.AU12_both_weight) >= 0.25);
    expect(smiling.length).toBeLessThan(faces.length);
    await expect.poll(() => shown(page)).toBe(smiling.length);
    await page.click("text=Table");
    await page.reload();
    await expect.poll(() => shown(page)).toBe(smiling.length);
    const highest = smiling.toSorted((a, b) => Number(b.AU12_both) - Number(a.AU12_both))[0];
    const first = page.locator("[role=option]").first();
    expect(await first.textContent()).toContain(`${highest?.path?.split("/").at(-1)}${highest?.face_id}`);
    await page.close();
  });

  it("excludes by keyboard alone, with a reason, and hands out what is shown", async () => {
    const page = await open(`study/${STUDY}`);
    await page.waitForSelector("[role=option]");
    await tabTo(page, /faces: arrow keys select/);
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    const face = new URL(page.url()).searchParams.get("face");
    await page.waitForSelector("button:has-text('Exclude this face')");
    await page.keyboard.press("x");
    await page.keyboard.type("=hand before the mouth");
    await page.keyboard.press("Enter");
    await page.waitForSelector("text=1 face excluded: =hand before the mouth");
    const [excluded, ...more] = await tableOf("exclusions.csv");
    expect(more).toEqual([]);
    expect(`${excluded?.path}#${excluded?.face_id}`).toBe(face);
    expect(excluded?.reason).toMatch(/^'?=hand before the mouth$/);
    await page.selectOption("label:has-text('Show') select", "excluded");
    await expect.poll(() => shown(page)).toBe(1);
    await page.click("summary:has-text('Save')");
    const download = page.waitForEvent("download");
    await page.click("text=CSV of the 1 shown");
    const saved = parse(await textOf(download), { columns: true, bom: true }) as Record<string, string>[];
    expect(saved.map((row) => `${row.path}#${row.face_id}: ${row.excluded}`)).toEqual([
      expect.stringMatching(/: '?=hand before the mouth$/),
    ]);
    await page.click("button[name=count-again]");
    await page.waitForSelector("text=No face fits these filters");
    await page.close();
  });

  it("refuses a name that is taken, in a sentence", async () => {
    const page = await open("study/");
    await page.waitForSelector("input[name=name]");
    await page.fill("input[name=words]", "images/party");
    await page.click("button[type=submit].main");
    await page.waitForSelector("text=Cannot begin the study as there is one of that name");
    await page.close();
  });

  it("says a newer version's study in a sentence", async () => {
    const newer = join(studio.folder, "studies", "newer");
    await mkdir(newer);
    const journal = await readFile(join(studio.folder, STUDY, "journal.jsonl"), "utf8");
    await writeFile(
      join(newer, "journal.jsonl"),
      journal.replace(/"schemaVersion":\s*\d+|"version":\s*\d+/, '"version":99'),
    );
    const page = await open("study/studies/newer");
    await page.waitForSelector(".failure");
    expect(await page.textContent(".failure")).toMatch(/^Cannot /);
    await page.close();
  });

  it("is rated by two people on a scale of their own, blind and by keyboard", async () => {
    const page = await open("rate/");
    await page.click(`a:text-is("${STUDY}")`);
    await page.fill("input[name=points]", "7");
    await page.fill("input[name=most]", "3");
    await page.click("text=Draw the faces");
    const rate = async (rater: string, keys: readonly string[]) => {
      await page.fill("input[name=rater]", rater);
      await page.keyboard.press("Enter");
      for (const [at, key] of keys.entries()) {
        await page.waitForSelector(`section[aria-label='Face ${at + 1} of 3']`);
        await page.keyboard.press("9"); // the scale ends at 7
        await page.keyboard.press(key);
      }
      await page.waitForSelector("text=That was the last face, thank you.");
    };
    await rate("Ann", ["7", "1", "4"]);
    await page.click("text=Another rater");
    await rate("Bea", ["6", "1", "4"]);
    await page.waitForSelector("text=/alpha 0\\.\\d\\d .* over 3 faces/");
    const ratings = async (rater: string) =>
      (await tableOf(`ratings/sheet-${rater}.csv`)).map((row) => `${row.item} ${row.rating}`);
    await expect.poll(() => ratings("ann"), { timeout: 20_000 }).toEqual(["001 7", "002 1", "003 4"]);
    await expect.poll(() => ratings("bea"), { timeout: 20_000 }).toEqual(["001 6", "002 1", "003 4"]);
    const measured = new Set((await tableOf("faces.csv")).map((row) => `${row.path}#${row.face_id}`));
    for (const row of await tableOf("ratings/sheet-ann.csv")) expect(measured).toContain(`${row.path}#${row.face_id}`);
    expect(await page.textContent("main")).not.toContain(".jpg");
    await page.close();
  });

  it("has nothing serious for axe-core, and no sideways scroll", async () => {
    await expectNoFaults(studio.browser, {
      [`${studio.address}study/`]: ".studies",
      [`${studio.address}study/${STUDY}?face=images/party/p00.jpg%23F1`]: "[role=option]",
      [`${studio.address}study/${STUDY}?view=table`]: "[role=option]",
    });
  });
});
