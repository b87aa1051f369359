import { copyFile, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { openStore } from "../../src/compose/exemplars.ts";
import type { FoundVerdict } from "../../src/study/judge-found.ts";
import { samplePhoto } from "../support/photos.ts";
import { runCli } from "../support/run-cli.ts";
import { drag, expectNoFaults, studioInBrowser, tabTo } from "../support/studio-page.ts";

const STUDY = "studies/friends";

const studio = studioInBrowser(async (folder) => {
  await mkdir(join(folder, "images"));
  for (const number of [1, 5] as const) await copyFile(samplePhoto(number), join(folder, "images", `s${number}.jpg`));
  const measured = await runCli(["measure", "images", "--out", STUDY], { cwd: folder });
  if (measured.code !== 0) throw new Error(measured.stderr);
});

const { open } = studio;
const tray = (page: Page, at: number) => page.locator(".tray .thumb").nth(at);
const pile = (page: Page, category: string, which: "example" | "Not this") =>
  page.locator(`section[aria-label="${category}"] .pile:has(h3:has-text("${which}"))`);

/** What the studio's store holds, as any command reads it; that a command finds it by itself is proved once, by `ask`. */
const kept = () =>
  openStore(join(studio.folder, ".kuleshov", "exemplars")).list({ filter: {}, limit: 1_000, offset: 0 });
const counts = async () => {
  const all: Record<string, number> = {};
  for (const { category, role } of await kept()) all[`${category} ${role}`] = (all[`${category} ${role}`] ?? 0) + 1;
  return all;
};

/** Each journey goes on where the one before ended, as a person does. */
describe("categories in a browser", () => {
  it("are made by dragging faces into a column, and ask --categories is shown them", async () => {
    const page = await open("categories/");
    await page.fill("input[name=category]", "party face");
    await page.fill("input[name=definition]", "As one looks at a party");
    await page.click("text=Make a column");
    await expect.poll(() => new URL(page.url()).searchParams.get("new"), { timeout: 20_000 }).toBe("party face");
    const examples = pile(page, "party face", "example");
    await drag(tray(page, 0), examples);
    await page.waitForSelector("text=1 face now in party face.");
    await tray(page, 1).click();
    await tray(page, 2).click();
    await drag(tray(page, 2), examples);
    await page.waitForSelector("text=2 faces now in party face.");
    await drag(tray(page, 3), pile(page, "party face", "Not this"));
    await page.waitForSelector("text=1 face now under what party face is not.");
    await expect.poll(() => examples.locator(".thumb").count(), { timeout: 20_000 }).toBe(3);

    expect(await counts()).toEqual({ "party face instance": 3, "party face counter": 1 });
    expect((await kept())[0]).toMatchObject({ definition: "As one looks at a party" });
    const asked = await runCli(["ask", samplePhoto(3), "--categories", "party face", "--json"], {
      cwd: studio.folder,
    });
    expect(asked.stdout).toContain('Labelled \\"party face\\" by \\"user\\"');
    await page.close();
  });

  it("are filled by keyboard alone, and say what would make them better", async () => {
    const page = await open("categories/?new=composed");
    await page.waitForSelector(".tray .thumb");
    const face = await tray(page, 4).textContent();
    await tabTo(page, face?.trim() ?? "");
    await page.keyboard.press("Space");
    await page.waitForSelector("text=1 face selected.");
    await tabTo(page, "put-into");
    await page.keyboard.press("c"); // one letter: several are one word only while they come fast
    await tabTo(page, "It is this");
    await page.keyboard.press("Enter");
    await page.waitForSelector("text=1 face now in composed.");
    const column = page.locator('section[aria-label="composed"]');
    await expect
      .poll(() => column.textContent(), { timeout: 20_000 })
      .toContain("1 measured example is too few: add 2 more at least, of other people.");
    const other = page.locator('section[aria-label="party face"]');
    await other.locator("summary").click();
    expect(await other.textContent()).toMatch(
      /\d of 3 found again when left out.*not this\d of \d.*composed\d of \d.*Mean action units/s,
    );
    await page.close();
  });

  it("give faces to each other and back, and show what is most like them", async () => {
    const page = await open("categories/");
    const first = (from: Locator) => from.locator(".thumb").first();
    await drag(first(pile(page, "composed", "example")), pile(page, "party face", "Not this"));
    await page.waitForSelector("text=1 face now under what party face is not.");
    await drag(first(pile(page, "party face", "Not this")), pile(page, "party face", "example"));
    await page.waitForSelector("text=1 face now in party face.");
    await drag(first(pile(page, "party face", "example")), page.locator(".tray"));
    await page.waitForSelector("text=1 face taken out.");
    expect(await counts()).toEqual({ "party face instance": 3, "party face counter": 1 });
    await page.click('section[aria-label="party face"] >> text=Show the faces of the study that are most like it');
    await page.waitForSelector(".tray .thumb:has-text('like it')");
    const likeness = await page.locator(".tray .thumb:not(:has(b))").allTextContents();
    const values = likeness.map((text) => Number(/like it (\d\.\d\d)/.exec(text)?.[1]));
    expect(values.length).toBeGreaterThan(1);
    expect(values).toEqual(values.toSorted((a, b) => b - a));
    await page.close();
  });

  it("are looked for in images, and what the studio began the command goes on with", async () => {
    await mkdir(join(studio.folder, "others")); // no image of which is an example
    await copyFile(samplePhoto(3), join(studio.folder, "others", "s3.jpg"));
    const page = await open("categories/");
    await page.click("main a:text-is('Find')");
    await expect.poll(() => page.locator("select[name=category] option:checked").textContent()).toBe("party face");
    await page.fill("input[name=words]", "nowhere");
    await page.fill("input[name=top]", "2");
    await page.click("text=Look for it");
    await page.waitForSelector(".jobs .bad:has-text('nowhere')");
    await page.goBack();
    await page.fill("input[name=words]", "others");
    await page.fill("input[name=top]", "2");
    await page.click("text=Look for it");
    await page.waitForSelector("text=/^\\d+ faces were searched/", { timeout: 60_000 });
    expect(await page.locator(".cases img").count()).toBeGreaterThan(0);
    await page.goto(`${studio.address}find/`);
    await page.waitForSelector(".studies li >> nth=1");
    await page.close();

    const runs = (await readdir(join(studio.folder, "searches"))).sort();
    const out = join("searches", runs.at(-1) as string);
    const words = ["find", "party face", "others", "--top", "2", "--out", out, "--resume", "--json"];
    const { code, stdout } = await runCli(words, { cwd: studio.folder });
    expect(code).toBe(0);
    expect(
      JSON.parse(stdout).flatMap(({ verdict }: { verdict: FoundVerdict | null }) => verdict ?? [])[0],
    ).toMatchObject({
      model: "rules",
      reason: null,
    });
  });

  it("refuse the same face twice, in a sentence", async () => {
    const page = await open("categories/");
    const placed = page.locator(".tray .thumb:has(b:text-is('party face'))").first();
    await drag(placed, pile(page, "party face", "example"));
    await page.waitForSelector(".failure:has-text('Cannot add exemplar as')");
    expect(await counts()).toEqual({ "party face instance": 3, "party face counter": 1 });
    await page.close();
  });

  it("are imported from a folder of categories, which is still told after a reload, and found by an image", async () => {
    const crops = {
      smiling: { photo: 3, left: 1368, top: 241, side: 421 },
      posing: { photo: 6, left: 154, top: 433, side: 414 },
    } as const;
    for (const [category, { photo, left, top, side }] of Object.entries(crops)) {
      const folder = join(studio.folder, "labelled", category);
      await mkdir(folder, { recursive: true });
      const face = sharp(samplePhoto(photo)).extract({ left, top, width: side, height: side });
      await face.toFile(join(folder, `${category}.jpg`));
    }
    const page = await open("categories/");
    await page.fill("input[name=source]", "labelled");
    await page.fill("input[name=labeller]", "Ada");
    await page.click(".exemplars button:text-is('Begin')");
    const told = page.locator(".exemplars [role=status]");
    await expect.poll(() => told.textContent(), { timeout: 60_000 }).toBe("import labelled: 2 added");
    for (const category of Object.keys(crops))
      await expect.poll(() => pile(page, category, "example").locator(".thumb").count(), { timeout: 20_000 }).toBe(1);
    await page.reload();
    await expect.poll(() => told.textContent(), { timeout: 20_000 }).toBe("import labelled: 2 added");
    await page.selectOption("select[name=work]", "search");
    await page.fill("input[name=like]", "others/s3.jpg");
    await page.click(".exemplars button:text-is('Begin')");
    await page.waitForSelector(".exemplars .studies li:has-text('party face')");
    expect(new URL(page.url()).searchParams.get("do")).toBe("search");
    await page.close();
    const imported = (await kept()).filter(({ labeller }) => labeller === "Ada");
    expect(imported.map(({ category, measurements }) => [category, measurements.length]).sort()).toEqual([
      ["posing", 1],
      ["smiling", 1],
    ]);
  });

  it("have nothing serious for axe-core, and no sideways scroll", async () => {
    const address = `${studio.address}categories/?new=${encodeURIComponent("<script>")}`;
    await expectNoFaults(studio.browser, {
      [address]: "section[aria-label='<script>']",
      [`${studio.address}categories/?do=search`]: "input[name=like]",
      [`${studio.address}categories/?do=distil`]: ".exemplars select[name=model]",
      [`${studio.address}find/`]: "select[name=category]",
      [`${studio.address}context/?situation=${encodeURIComponent("She has just lost her dog.")}`]: ".expected table",
      [`${studio.address}study/?begin=validate`]: "input[name=labels]",
    });
  });
});
