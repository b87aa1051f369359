import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { discoverCategories } from "../../src/discovery/discover-categories.ts";
import { keepRating } from "../../src/discovery/rater-sheets.ts";
import {
  portraitsOf,
  readCheckKey,
  readDiscovery,
  writeCheck,
  writeDiscovery,
} from "../../src/discovery/write-discovery.ts";
import { createRandom } from "../../src/domain/statistics/random.ts";
import { hashOfFileIfThere } from "../../src/platform/hash.ts";
import { openRunFolder } from "../../src/runs/run-folder.ts";
import { samplePhoto } from "../support/photos.ts";
import { runCli } from "../support/run-cli.ts";
import { expectNoFaults, studioInBrowser } from "../support/studio-page.ts";
import { KNOWN_RECIPES, madeStudy, PLANTED, studySpace } from "../support/study-faces.ts";

const FOUND = "discoveries/friends";

let survivor: string;

/** A discovery of made faces, each somewhere else on a real photograph, begun in the folder that the studio is opened on. */
const studio = studioInBrowser(async (folder) => {
  const home = process.cwd();
  process.chdir(folder); // where the discovery is begun
  await mkdir("images");
  await copyFile(samplePhoto(1), "images/s1.jpg");
  const sha256 = (await hashOfFileIfThere("images/s1.jpg")) ?? null;
  const recipes = [...KNOWN_RECIPES.slice(0, 3).map((recipe) => [recipe, 30] as const), [PLANTED, 30] as const];
  const faces = madeStudy(recipes, createRandom(4)).map((face, index) => ({
    ...{ ...face, path: "images/s1.jpg", sha256 },
    box: { leftPx: 5 * index, topPx: 200 + index, widthPx: 300, heightPx: 300 },
  }));
  const discovery = await discoverCategories(
    { faces, space: studySpace, textEmbeddings: null },
    {
      ...{ known: ["affectnet8"], seed: 7, describedBy: null, textEmbedder: null, kuleshovVersion: "0.1.0" },
      ...{ resamples: 4, now: () => new Date("2026-01-01T00:00:00Z") },
    },
  );
  survivor = discovery.proposals.find(({ status }) => status === "survived")?.id ?? "none";
  const run = await openRunFolder(FOUND, { command: "discover", version: "0.1.0", settings: {} });
  await writeDiscovery(run.write, discovery, portraitsOf(discovery));
  await writeCheck(run.write, discovery, portraitsOf(discovery));
  await run.close("finished");
  process.chdir(home);
});

const { open } = studio;
const onDisk = () => readDiscovery(join(studio.folder, FOUND));
const group = (page: Page, id: string) => page.locator(`section.group#${id}`);

/** Draws a rectangle on the map, its corners given as shares of it. */
async function encircle(
  page: Page,
  [left, top, right, bottom]: readonly [number, number, number, number],
): Promise<void> {
  const box = await page.locator(".face-map svg").boundingBox();
  if (box === null) throw new Error("no map");
  const to = (x: number, y: number) => page.mouse.move(box.x + x * box.width, box.y + y * box.height, { steps: 3 });
  await to(left, top);
  await page.mouse.down();
  for (const [x, y] of [
    [right, top],
    [right, bottom],
    [left, bottom],
  ] as const)
    await to(x, y);
  await page.mouse.up();
}

const selected = async (page: Page) =>
  Number(
    /(\d+) selected/.exec((await page.textContent("section[aria-label='Selected faces'] [role=status]")) ?? "")?.[1] ??
      0,
  );

/** Each journey goes on where the one before ended, as a person does. */
describe("a discovery in a browser", () => {
  it("says in plain words what each group is, and selects what is drawn around on the map", async () => {
    const page = await open("discover/");
    await page.click(`a:has-text("${FOUND}")`);
    await page.waitForSelector(".face-map circle");
    const { proposals, faces } = await onDisk();
    for (const { id, verdict } of proposals) expect(await group(page, id).textContent()).toContain(verdict);
    expect(await group(page, survivor).locator("details[open]").count()).toBe(0);
    await encircle(page, [0.01, 0.01, 0.99, 0.99]);
    await expect.poll(() => selected(page), { timeout: 20_000 }).toBe(faces.length);
    await encircle(page, [0.01, 0.01, 0.5, 0.99]);
    await expect.poll(() => selected(page), { timeout: 20_000 }).toBeLessThan(faces.length);
    const half = await selected(page);
    await page.keyboard.down("Shift");
    await encircle(page, [0.49, 0.01, 0.99, 0.99]);
    await page.keyboard.up("Shift");
    await expect.poll(() => selected(page), { timeout: 20_000 }).toBe(faces.length);
    expect(half).toBeGreaterThan(0);
    await page.check("text=Thumbnails on the map");
    await page.waitForSelector(".face-map image");
    expect(new URL(page.url()).searchParams.has("thumbnails")).toBe(true);
    await page.close();
  });

  it("is split, named and merged, with what raters are shown drawn anew", async () => {
    const page = await open(`discover/${FOUND}`);
    const before = await onDisk();
    const checked = await readCheckKey(join(studio.folder, FOUND));
    const chosen = before.proposals.find(({ id }) => id === survivor);
    for (const at of [0, 1, 2]) await group(page, survivor).locator(".thumb").nth(at).click();
    await page.click("text=Make them a group");
    await page.waitForSelector("text=The groups are as you put them.");
    const split = await onDisk();
    const made = split.proposals.at(-1);
    expect(made?.size).toBe(3);
    expect(split.proposals.find(({ id }) => id === survivor)?.size).toBe((chosen?.size ?? 0) - 3);
    expect(await readCheckKey(join(studio.folder, FOUND))).not.toEqual(checked);

    await page.waitForSelector(`section.group#${made?.id}`);
    await page.selectOption(`select[aria-label="Merge ${made?.id} with"]`, survivor);
    await expect.poll(async () => (await onDisk()).proposals.length, { timeout: 20_000 }).toBe(before.proposals.length);
    await page.waitForSelector(`section.group#${made?.id}`, { state: "detached" });
    await page.fill(`input[aria-label="Name of ${survivor}"]`, "polite doubt");
    await page.keyboard.press("Enter");
    await page.waitForSelector(`text=${survivor} is called polite doubt now.`);
    expect((await onDisk()).proposals.find(({ id }) => id === survivor)).toMatchObject({
      ...{ name: "polite doubt", size: chosen?.size, status: "survived" },
    });
    await page.close();
  });

  it("is rated, and scored on the page that raters come to", async () => {
    const key = await readCheckKey(join(studio.folder, FOUND));
    for (const [rater, slip] of [
      ["Ann", 0],
      ["Bea", 1],
    ] as const) {
      for (const { item, truth } of key.items) {
        await keepRating(join(studio.folder, FOUND), rater, item, truth === "member" ? 5 - slip : 1);
      }
    }
    const page = await open(`discover/${FOUND}`);
    expect(await group(page, survivor).locator("text=Make polite doubt a category").isDisabled()).toBe(true);
    await page.click(`text=Rate ${key.items.length} faces blind`);
    await page.click("text=Score the ratings");
    await page.waitForSelector(`text=${survivor} is confirmed.`);
    const { status, verdict } = (await onDisk()).proposals.find(({ id }) => id === survivor) ?? {};
    expect({ status, verdict }).toMatchObject({
      status: "confirmed",
      verdict: expect.stringMatching(/^2 raters agree/),
    });
    await page.close();
  });

  it("becomes a category of the store, which the command knows of", async () => {
    const page = await open(`discover/${FOUND}`);
    await group(page, survivor).locator("text=Make polite doubt a category").click();
    await page.waitForSelector("text=“polite doubt” is a category with");
    expect((await onDisk()).proposals.find(({ id }) => id === survivor)?.status).toBe("accepted");
    const { stdout } = await runCli(["exemplars", "list", "--json"], { cwd: studio.folder });
    const exemplars = JSON.parse(stdout) as { category: string; role: string; pack: string }[];
    expect([...new Set(exemplars.map(({ category, pack }) => `${category} of ${pack}`))]).toEqual([
      "polite doubt of friends",
    ]);
    const again = await runCli(["discover", "accept", survivor, "--in", FOUND], { cwd: studio.folder });
    expect(again.code).toBe(0);
    await page.close();
  });

  it("is begun from a study, goes on without the page, and says when there are too few faces", async () => {
    const measured = await runCli(["measure", "images", "--out", "studies/few"], { cwd: studio.folder });
    expect(measured.code).toBe(0);
    const page = await open("discover/");
    await page.click("text=Look for groups");
    await page.waitForSelector("text=There are 3 faces; at least 16 are needed to look for groups of 8.", {
      timeout: 60_000,
    });
    const run = decodeURIComponent(new URL(page.url()).pathname).split("/discover/")[1] ?? "";
    expect(await readDiscovery(join(studio.folder, run))).toMatchObject({
      proposals: [],
      provenance: { known: ["affectnet8"] },
    });
    const resumed = await runCli(["discover", "studies/few", "--out", run, "--resume"], { cwd: studio.folder });
    expect(resumed.code).toBe(0);
    await page.close();
  });

  it("has nothing serious for axe-core, and no sideways scroll", async () => {
    await expectNoFaults(studio.browser, {
      [`${studio.address}discover/`]: ".studies li",
      [`${studio.address}discover/${FOUND}`]: ".face-map circle",
    });
  });
});
