import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { readSheet, scoreSheet } from "../../src/discovery/score-sheet.ts";
import { readCheckKey } from "../../src/discovery/write-discovery.ts";
import { openRunFolder } from "../../src/runs/run-folder.ts";
import { samplePhoto } from "../support/photos.ts";
import { expectNoFaults, studioInBrowser } from "../support/studio-page.ts";

const FOUND = "found/first try";
const ITEMS = ["001", "002", "003", "004", "005", "006"];

let check: string;

/** The check of a discovery, as `discover` leaves it: half of the faces belong to the category. */
const studio = studioInBrowser(async (folder) => {
  check = join(folder, FOUND, "check");
  const run = await openRunFolder(join(folder, FOUND), { command: "discover", version: "0.1.0", settings: {} });
  await mkdir(check);
  const names = [...ITEMS.map((item) => `item-${item}.jpg`), "reference-A1.jpg", "reference-A2.jpg"];
  for (const [at, name] of names.entries()) {
    const part = { left: 100 + 20 * at, top: 200, width: 200, height: 200 };
    await run.write(`check/${name}`, await sharp(samplePhoto(1)).extract(part).jpeg().toBuffer());
  }
  const rows = ITEMS.map((item) => `${item},item-${item}.jpg,reference-A*.jpg,,`);
  await run.write("check/sheet.csv", ["item,image,compare_with,rater,rating", ...rows, ""].join("\n"));
  const items = ITEMS.map((item, at) => ({
    ...{ item, group: "A", proposal: "P1", face: `f${item}` },
    truth: at < 3 ? "member" : "other",
  }));
  const groups = [{ group: "A", proposal: "P1", references: ["r1", "r2"] }];
  await run.write("check-key.json", JSON.stringify({ seed: 1, groups, items }));
  await run.close("finished");
});

const { open } = studio;
const address = `rate/${encodeURIComponent("found")}/${encodeURIComponent("first try")}`;
const sheetOf = async (rater: string): Promise<Record<string, string>[]> =>
  parse(await readFile(join(check, `sheet-${rater}.csv`)), { columns: true });
const rated = async (rater: string) => (await sheetOf(rater)).map(({ rating }) => rating);

describe("blind rating in the studio", () => {
  it("is done by keyboard, one face at a time, and kept in a sheet of the rater's own", async () => {
    const page = await open("rate/");
    await page.click(`text=${FOUND}`);
    await page.waitForSelector("input[name=rater]");
    await page.fill("input[name=rater]", "Ann");
    await page.keyboard.press("Enter");
    await page.waitForSelector("section[aria-label='Face 1 of 6']");
    for (const [at, key] of ["5", "4", "2"].entries()) {
      await page.waitForSelector(`section[aria-label='Face ${at + 1} of 6']`);
      await page.keyboard.press(key);
    }
    await page.keyboard.press("ArrowLeft");
    await page.waitForSelector("section[aria-label='Face 3 of 6'] [aria-pressed=true]:has-text('rather not')");
    await expect.poll(() => rated("ann"), { timeout: 20_000 }).toEqual(["5", "4", "2", "", "", ""]);
    await page.keyboard.press("0");
    await expect.poll(() => rated("ann"), { timeout: 20_000 }).toEqual(["5", "4", "", "", "", ""]);
    expect((await sheetOf("ann"))[0]).toMatchObject({ item: "001", image: "item-001.jpg", rater: "Ann" });
    await page.close();
  });

  it("goes on after a killed studio with the face that was not rated yet, and ends with thanks", async () => {
    await studio.kill();
    await studio.start();
    const page = await open(address);
    await page.click("text=Ann, 2 of 6");
    for (const [at, key] of ["5", "1", "2", "1"].entries()) {
      await page.waitForSelector(`section[aria-label='Face ${at + 3} of 6']`);
      await page.keyboard.press(key);
    }
    await page.waitForSelector("text=That was the last face, thank you.");
    await expect.poll(() => rated("ann"), { timeout: 20_000 }).toEqual(["5", "4", "5", "1", "2", "1"]);
    expect(await page.textContent("section[aria-label=Agreement]")).toContain("Not defined yet");
    await page.close();
  });

  it("has a second rater without a name, tells nobody what is right, and agreement as it grows", async () => {
    const page = await open(address);
    const told: string[] = [];
    page.on("response", async (response) => {
      if (response.url().includes("/api/ratings")) told.push(await response.text().catch(() => ""));
    });
    await page.waitForSelector("text=Ann, 6 of 6");
    await page.click("text=Begin");
    await page.waitForSelector("section[aria-label='Face 1 of 6']");
    for (const [at, word] of [
      "yes, the same",
      "rather yes",
      "yes, the same",
      "no, clearly",
      "no, clearly",
      "no, clearly",
    ].entries()) {
      await page.waitForSelector(`section[aria-label='Face ${at + 1} of 6']`);
      await page.click(`button:has-text("${word}")`);
    }
    await page.waitForSelector("text=That was the last face, thank you.");
    await expect
      .poll(() => page.textContent("section[aria-label=Agreement]"), { timeout: 20_000 })
      .toMatch(/alpha 0\.\d\d .* over 6 faces/);
    expect(told.length).toBeGreaterThan(1);
    expect(told.join()).not.toMatch(/member|"other"|P1|"f00/);

    const sheets = (await readdir(check)).filter((name) => /^sheet-.*csv$/.test(name)).sort();
    expect(sheets).toEqual(["sheet-ann.csv", "sheet-rater 1.csv"]);
    const ratings = (await Promise.all(sheets.map((name) => readSheet(join(check, name))))).flat();
    const [score] = scoreSheet(ratings, await readCheckKey(join(studio.folder, FOUND)));
    expect(score).toMatchObject({ proposal: "P1", raters: 2, toldApart: { value: 1 } });
    const alpha = /alpha (0\.\d\d)/.exec((await page.textContent("section[aria-label=Agreement]")) ?? "")?.[1];
    expect(score?.agreement.value?.toFixed(2)).toBe(alpha);
    await page.close();
  });

  it("refuses to mix in ratings of an earlier discovery, and names that are none for a file", async () => {
    const page = await open(`${address}?rater=..%2Fevil`);
    await page.waitForSelector("section[aria-label='Face 1 of 6']");
    await page.keyboard.press("1");
    await page.waitForSelector(".failure:has-text('Cannot keep ratings under \"../evil\"')");
    const earlier = (await readFile(join(check, "sheet-ann.csv"), "utf8")).replace(/[0-9a-f]{12}/g, "000000000000");
    await writeFile(join(check, "sheet-old.csv"), earlier.replaceAll("Ann", "old"));
    await page.goto(`${studio.address}${address}?rater=old`);
    await page.waitForSelector("text=0 of 6 rated by old");
    await page.keyboard.press("1");
    await page.waitForSelector(".failure:has-text('sheet-old.csv holds ratings of an earlier discovery')");
    expect(await readFile(join(check, "sheet-old.csv"), "utf8")).toBe(earlier.replaceAll("Ann", "old"));
    await page.close();
  });

  it("has nothing serious for axe-core, and no sideways scroll", async () => {
    await expectNoFaults(studio.browser, {
      [`${studio.address}rate/`]: ".studies li",
      [`${studio.address}${address}`]: ".begin",
      [`${studio.address}${address}?rater=Ann&item=002`]: ".rating img >> nth=2",
    });
  });
});
